;; A program on aleph.http from nothing to one answer.
(require '[aleph.http :as http])

(let [server (http/start-server (fn [_] {:status 200, :body "hello!"}) {:port 0})]
  (weir.bench.OneRequest/askAndExit (.port ^weir.http.HttpServer server)))
