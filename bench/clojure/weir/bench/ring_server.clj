(ns weir.bench.ring-server
  "Weir through `aleph.http/start-server`, with a handler as a user would write it."
  (:require
   [aleph.http :as http])
  (:import
   (java.net InetAddress InetSocketAddress)
   (weir.bench Control Payload)
   (weir.http HttpServer)))

(set! *warn-on-reflection* true)

(defn handler
  "Answers the three scenarios."
  [req]
  (case (:uri req)
    "/" {:status 200, :headers {"content-type" "text/plain"}, :body Payload/PLAIN}
    "/16k" {:status 200, :headers {"content-type" "text/plain"}, :body Payload/LARGE}
    "/echo" {:status 200, :headers {}, :body (:body req)}))

(defn -main
  "Starts the server on a free port of the loopback address; `executor` is `none` or `default`."
  [executor]
  (let [server (http/start-server
                handler
                (cond-> {:socket-address (InetSocketAddress. (InetAddress/getLoopbackAddress) 0)
                         :event-loop-threads 1}
                  (= "none" executor) (assoc :executor :none)))]
    (Control/serve (.port ^HttpServer server))))
