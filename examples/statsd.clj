(ns statsd
  "A sink for statsd's counters, gauges and timers over UDP: `name:value|c`, `|g` and `|ms`."
  (:require
   [aleph.udp :as udp]
   [clj-commons.byte-streams :as bs]
   [clojure.string :as str]
   [manifold.deferred :as d]
   [manifold.stream :as s]))

(defn- parse [line]
  (when-let [[_ metric value kind] (re-matches #"([^:]+):([+-]?[\d.]+)\|(c|g|ms)" line)]
    [metric (Double/parseDouble value) kind]))

(defn- add [stats [metric value kind]]
  (case kind
    "c" (update stats metric (fnil + 0.0) value)
    "g" (assoc stats metric value)
    "ms" (update stats metric (fnil conj []) value)))

(defn start
  "Binds a socket. Returns a deferred of its stream and an atom of what was counted."
  [options]
  (let [stats (atom {})]
    (d/chain (udp/socket options)
             (fn [socket]
               (s/consume (fn [packet]
                            (doseq [metric (keep parse (str/split-lines (bs/to-string (:message packet))))]
                              (swap! stats add metric)))
                          socket)
               {:socket socket :stats stats}))))
