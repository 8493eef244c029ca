(ns weir.bench.client
  "Weir through `aleph.http/get`, with the body as a string."
  (:require
   [aleph.http :as http]
   [manifold.deferred :as d])
  (:import
   (java.util.function Consumer)
   (weir.bench.client Load Load$Sender)))

(set! *warn-on-reflection* true)

(defn -main
  "Serves the measuring script."
  [url in-flight]
  (let [n (parse-long in-flight)
        options {:as :string
                 :pool (http/connection-pool {:connections-per-host n})}]
    (Load/serve (reify Load$Sender
                  (send [_ answered failed]
                    (d/on-realized (http/get url options)
                                   (fn [_] (.run answered))
                                   (fn [e] (.accept ^Consumer failed e)))))
                n)))
