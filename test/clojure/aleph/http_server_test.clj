(ns aleph.http-server-test
  "start-server as Aleph programs use it, over real sockets."
  (:require
   [aleph.http :as http]
   [aleph.netty :as netty]
   [aleph.versions :as versions]
   [clojure.string :as str]
   [clojure.test :refer [deftest is testing use-fixtures]]
   [manifold.deferred :as d]
   [manifold.stream :as s])
  (:import
   (java.util.concurrent Executors ExecutorService TimeUnit)
   (weir.http HttpServer)
   (weir.http.server Upgradable)
   (weir.testing RawClient RawClient$Response)))

(set! *warn-on-reflection* true)

(use-fixtures :each versions/each-version)

(defn- with-server* [handler options f]
  (let [^HttpServer server (http/start-server handler (merge {:port 0 :shutdown-timeout 0} options))]
    (try
      (f (netty/port server))
      (finally
        (.close server)
        (netty/wait-for-close server)))))

(defmacro ^:private with-server [[port handler options] & body]
  `(with-server* ~handler ~options (fn [~port] ~@body)))

(defn- exchange
  "Sends `request` as it is and returns status and text of the response."
  [port ^String request]
  (with-open [client (versions/raw-client port)]
    (let [^RawClient$Response response (.read (.send client request))]
      [(.status response) (.text response)])))

(deftest hello-world-is-served
  (with-server [port (fn [_] {:status 200 :headers {"content-type" "text/plain"} :body "hello!"})]
    (is (= "hello!" (second (exchange port "GET / HTTP/1.1\r\nHost: a\r\n\r\n"))))))

(deftest the-request-is-a-ring-map
  (let [seen (promise)]
    (with-server [port (fn [req] (deliver seen req) {:status 200})]
      (exchange port "POST /a%20b?x=1 HTTP/1.1\r\nHost: there:81\r\nX-A: 1\r\nX-a: 2\r\nContent-Length: 2\r\n\r\nhi")
      (let [req (deref seen 10000 nil)]
        (is (map? req))
        (is (= {:request-method :post, :uri "/a%20b", :query-string "x=1", :scheme :http
                :protocol (versions/protocol), :remote-addr "127.0.0.1", :server-port port}
               (select-keys req [:request-method :uri :query-string :scheme :protocol :remote-addr
                                 :server-port])))
        (is (= "1,2" (get-in req [:headers "x-a"])))
        (is (= ["1" "2"] (http/get-all (:headers req) "X-A")))
        (is (= "hi" (slurp (:body req))))
        (is (= :more (:extra (assoc req :extra :more))))))))

(deftest a-handler-may-return-what-becomes-a-response
  (doseq [[kind result] {"manifold deferred" (fn [m] (d/chain (d/future m)))
                         "promise" (fn [m] (doto (promise) (deliver m)))
                         "future" (fn [m] (future m))
                         "completable future" (fn [m] (java.util.concurrent.CompletableFuture/completedFuture m))
                         "delay" (fn [m] (delay m))}]
    (testing kind
      (with-server [port (fn [_] (result {:status 200 :body kind}))]
        (is (= kind (second (exchange port "GET / HTTP/1.1\r\nHost: a\r\n\r\n"))))))))

(deftest nil-is-204
  (with-server [port (fn [req] (if (= "/d" (:uri req)) (d/success-deferred nil) nil))]
    (is (= [204 ""] (exchange port "GET / HTTP/1.1\r\nHost: a\r\n\r\n")))
    (is (= [204 ""] (exchange port "GET /d HTTP/1.1\r\nHost: a\r\n\r\n")))))

(deftest a-stream-body-is-sent-one-chunk-per-message
  (let [body (s/stream)]
    (with-server [port (fn [_] {:status 200 :body body})]
      (with-open [client (versions/raw-client port)]
        (.readHead (.get client "/"))
        (doseq [message ["one" "two"]]
          (let [put (s/put! body message)]
            (is (= message (String. (.readChunk client))))
            (is (true? (deref put 10000 :timeout)))))
        (s/close! body)
        (is (nil? (.readChunk client)))))))

(deftest a-lazy-sequence-body-is-sent-as-it-is-realized
  (let [second (promise)]
    (with-server [port (fn [_] {:status 200 :body (lazy-cat ["a" 1 nil :b] [@second])})]
      (with-open [client (versions/raw-client port)]
        (.readHead (.get client "/"))
        (is (= "a1:b" (String. (.readChunk client))))
        (deliver second "c")
        (is (= "c" (String. (.readChunk client))))
        (is (nil? (.readChunk client)))))))

(deftest a-handler-that-throws-is-a-500
  (with-server [port (fn [_] (throw (ex-info "wanted by the test" {})))]
    (is (= [500 "Internal Server Error"] (exchange port "GET / HTTP/1.1\r\nHost: a\r\n\r\n")))))

(deftest a-request-that-was-answered-with-an-error-cannot-be-upgraded-any-more
  (let [kept (promise)]
    (with-server [port (fn [req]
                         (deliver kept (:weir/exchange req))
                         (throw (ex-info "on purpose" {})))]
      (is (= 500 (first (exchange port "GET / HTTP/1.1\r\nHost: a\r\n\r\n"))))
      (is (false? (.claim ^Upgradable @kept))))))

(deftest the-error-handler-answers-failures
  (with-server [port
                (fn [req]
                  (case (:uri req)
                    "/throw" (throw (ex-info "thrown" {}))
                    "/deferred" (d/error-deferred (ex-info "failed" {}))
                    "/bad" {:status 200 :body 12}
                    {:status 200 :body "fine"}))
                {:error-handler (fn [e] (d/success-deferred {:status 418 :body (ex-message e)}))}]
    (let [get (fn [path] (exchange port (str "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n")))]
      (is (= [418 "thrown"] (get "/throw")))
      (is (= [418 "failed"] (get "/deferred")))
      (is (= 418 (first (get "/bad"))))
      (is (= [200 "fine"] (get "/"))))))

(deftest an-error-handler-that-fails-is-a-500
  (with-server [port (fn [_] (throw (ex-info "one" {})))
                {:error-handler (fn [_] (throw (ex-info "two" {})))}]
    (is (= 500 (first (exchange port "GET / HTTP/1.1\r\nHost: a\r\n\r\n"))))))

(deftest async-ring-handlers-respond-or-raise
  (let [handler (fn [req respond raise]
                  (case (:uri req)
                    "/respond" (future (respond {:status 200 :body "responded"}))
                    "/twice" (do (respond {:status 200 :body "first"}) (respond {:status 500}))
                    "/raise" (raise (ex-info "raised" {}))
                    "/throw" (throw (ex-info "thrown" {})))
                  :ignored)]
    (doseq [[start options] [[handler {:async? true}]
                             [(http/wrap-ring-async-handler handler) {}]]]
      (with-server [port start options]
        (let [get (fn [path] (exchange port (str "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n")))]
          (is (= [200 "responded"] (get "/respond")))
          (is (= [200 "first"] (get "/twice")))
          (is (= 500 (first (get "/raise"))))
          (is (= 500 (first (get "/throw")))))))))

(deftest handlers-run-where-the-executor-option-says
  (let [name-of-thread (fn [_] {:status 200 :body (.getName (Thread/currentThread))})
        ^ExecutorService pool (Executors/newSingleThreadExecutor
                               (reify java.util.concurrent.ThreadFactory
                                 (newThread [_ r] (Thread. r "mine"))))]
    (with-server [port name-of-thread]
      (is (str/starts-with? (second (exchange port "GET / HTTP/1.1\r\nHost: a\r\n\r\n")) "weir-handler")))
    (with-server [port name-of-thread {:executor :none}]
      (is (str/starts-with? (second (exchange port "GET / HTTP/1.1\r\nHost: a\r\n\r\n")) "aleph-server-pool-")))
    (with-server [port name-of-thread {:executor pool}]
      (is (= "mine" (second (exchange port "GET / HTTP/1.1\r\nHost: a\r\n\r\n")))))
    (is (.awaitTermination pool 10 TimeUnit/SECONDS) "the server shuts its executor down")))

(deftest input-streams-read-by-handlers-see-the-whole-body
  (with-server [port (fn [req] {:status 200 :body (str (count (slurp (:body req))))})]
    (is (= [200 "10000"]
           (exchange port (str "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                               (str/join (repeat 1000 "a\r\n0123456789\r\n")) "0\r\n\r\n"))))))

(versions/http1-test bad-options-say-what-is-wrong
  "No request is made."
  (doseq [[options message] {{} #":port is nil \(expected: an integer 0-65535"
                             {:port "80"} #":port is \"80\""
                             {:port 70000} #":port is 70000"
                             {:port 0 :executor 3} #":executor is 3 .*Executor, :virtual or :none"
                             {:port 0 :transport :pigeon} #"transport: pigeon"
                             {:port 0 :max-header-size -1} #":max-header-size is -1"
                             {:port 0 :use-h2c? true} #"use-h2c\? may only be true when HTTP/2 is enabled."
                             {:port 0 :http-versions [:http2]} #"HTTP/2 requires passing an ssl-context"
                             {:port 0 :http-versions []} #":http-versions is \[\]"
                             {:port 0 :http-versions [:http2] :use-h2c? true :pipeline-transform identity}
                             #":pipeline-transform .*none with :http2"
                             {:port 0 :http2-max-frame-size 100} #":http2-max-frame-size is 100 .*16384-16777215"}]
    (is (thrown-with-msg? IllegalArgumentException message
                          (http/start-server (fn [_]) options))
        (pr-str options))))

(versions/http1-test a-server-prints-its-state
  "No request is made."
  (with-open [^HttpServer server (http/start-server (fn [_]) {:port 0 :shutdown-timeout 0})]
    (is (re-find #"^AlephServer\[channel:.*, transport:\w+\]$" (pr-str server)))))
