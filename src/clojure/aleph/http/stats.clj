(ns aleph.http.stats
  "Who is told how busy connection pools are. Loaded when somebody asks."
  (:require
   [aleph.http.client :as client])
  (:import
   (weir.http.client StatsReports)))

(set! *warn-on-reflection* true)

(def ^:private callbacks (atom {}))

(defn register
  "Adds a callback; see `aleph.http/register-connection-stats-callback`."
  [f]
  (let [all (swap! callbacks update f #(or % (client/stats-consumer f)))]
    (StatsReports/register (get all f))
    (set (keys all))))

(defn tell
  "Calls each registered callback with the statistics of a pool that is none of the engine's."
  [stats]
  (doseq [f (keys @callbacks)]
    (f stats)))

(defn unregister
  "Takes a callback out; see `aleph.http/unregister-connection-stats-callback`."
  [f]
  (let [[before after] (swap-vals! callbacks dissoc f)]
    (some-> (get before f) StatsReports/unregister)
    (set (keys after))))
