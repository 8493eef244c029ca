(ns line-server
  "A server that answers each line in capitals: five lines."
  (:require
   [aleph.tcp :as tcp]
   [clojure.string :as str]
   [manifold.stream :as s]
   [weir.frame :as frame]))

(defn start [options]
  (tcp/start-server (fn [connection _]
                      (let [lines (frame/lines connection)]
                        (s/connect (s/map str/upper-case lines) lines)))
                    options))
