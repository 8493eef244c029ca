(ns weir.bench.httpkit-server
  "Weir through `org.httpkit.server/run-server`, with a handler as a user would write it."
  (:require
   [org.httpkit.server :as server])
  (:import
   (weir.bench Control Payload)))

(set! *warn-on-reflection* true)

(defn handler
  "Answers the three scenarios."
  [req]
  (case (:uri req)
    "/" {:status 200, :headers {"content-type" "text/plain"}, :body Payload/PLAIN}
    "/16k" {:status 200, :headers {"content-type" "text/plain"}, :body Payload/LARGE}
    "/echo" {:status 200, :headers {}, :body (:body req)}))

(defn -main
  "Starts the server on a free port of the loopback address."
  []
  (let [stop (server/run-server handler {:ip "127.0.0.1"
                                         :port 0
                                         :server-header "Weir"
                                         :event-loop-threads 1})]
    (Control/serve (:local-port (meta stop)))))
