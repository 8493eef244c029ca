(ns org.httpkit.server-test
  "run-server: requests, responses, options, and how it stops. [D] marks where the specification wants
  something else than http-kit does."
  (:require
   [aleph.versions :as versions]
   [clojure.java.io :as io]
   [clojure.string :as str]
   [clojure.test :refer [are deftest is testing use-fixtures]]
   [org.httpkit.server :as server])
  (:import
   (java.io ByteArrayInputStream InputStream)
   (java.net BindException StandardProtocolFamily UnixDomainSocketAddress)
   (java.nio.channels ServerSocketChannel SocketChannel)
   (java.nio.file Files)
   (java.util.concurrent CountDownLatch ExecutorService Executors TimeUnit)
   (org.httpkit.logger EventNames)
   (weir.testing RawClient RawClient$Response)))

(set! *warn-on-reflection* true)

(use-fixtures :each versions/each-version)

(defn- with-server* [handler options f]
  (let [stop (server/run-server handler (versions/options (merge {:port 0} options)))]
    (try
      (with-open [client (versions/raw-client (:local-port (meta stop)))]
        (f client))
      (finally
        (stop :timeout 0)
        (server/server-join (:server (meta stop)))))))

(defmacro ^:private with-client
  "Evaluates `body` with a raw client of a server."
  [[client handler options] & body]
  `(with-server* ~handler ~options (fn [~(vary-meta client assoc :tag `RawClient)] ~@body)))

(defn- answer ^RawClient$Response [^RawClient client ^String request]
  (.read (.send client request)))

(defn- GET ^String [path & headers]
  (str "GET " path " HTTP/1.1\r\nHost: a:81\r\n" (str/join (map #(str % "\r\n") headers)) "\r\n"))

(defn- POST ^String [body & headers]
  (str "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " (count body) "\r\n"
       (str/join (map #(str % "\r\n") headers)) "\r\n" body))

(defn- respond-with
  "Returns what a server answers whose handler gives `response`."
  (^RawClient$Response [response] (respond-with response {}))
  (^RawClient$Response [response options]
   (with-client [client (constantly response) options]
     (answer client (GET "/")))))

(def ^:private quiet {:error-logger (fn [_ _]) :warn-logger (fn [_ _])})

;;; requests

(defn- request-of
  "Returns what a handler sees of a raw request, without what belongs to this server alone."
  ([raw] (request-of raw {}))
  ([raw options]
   (let [seen (promise)]
     (with-client [client (fn [req]
                            (deliver seen (into {} (update req :body #(some-> % slurp))))
                            {:status 200})
                   options]
       (answer client raw))
     @seen)))

(deftest a-request-has-the-keys-of-http-kit
  (is (= {:request-method :get, :uri "/a%20b", :query-string "", :protocol (versions/protocol), :scheme :http
          :server-name "a", :server-port 81, :remote-addr "127.0.0.1", :headers {"host" "a:81"}
          :content-type nil, :content-length 0, :character-encoding "utf8", :body nil
          :websocket? false}
         (dissoc (request-of (GET "/a%20b?")) :async-channel :start-time :weir/exchange)))
  (is (= ["text/plain" "latin1" 2 "ok"]
         ((juxt :content-type :character-encoding :content-length :body)
          (request-of (POST "ok" "Content-Type: text/plain; charset=latin1")))))
  (is (= "a,b" (get-in (request-of (GET "/" "X-A: a" "X-A: b")) [:headers "x-a"]))))

(deftest the-body-knows-its-bytes
  (let [handler (fn [{:keys [^org.httpkit.BytesInputStream body]}]
                  {:body (str (slurp body) (String. (.bytes body)) (.getCount body))})]
    (with-client [client handler {}]
      (is (= "okok2" (.text (answer client (POST "ok"))))))))

(deftest an-empty-form-has-no-body
  (is (nil? (:body (request-of (POST "" "Content-Type: application/x-www-form-urlencoded")))))
  (is (= "" (:body (request-of (POST "") {:always-body? true})))))

;; [D] §3.1: the library must accept any token and present it as a lower-case keyword.
(deftest any-method-is-a-keyword
  (is (= :brew (:request-method (request-of "BREW / HTTP/1.1\r\nHost: a\r\n\r\n")))))

;; [D] §3.4: absolute-form targets are stripped to their path; server name and port without Host; a
;; remote address on unix sockets (see below).
(deftest targets-are-paths-and-a-missing-host-is-the-local-address
  (is (= "*" (:uri (request-of "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"))) "it has no path")
  (is (= "/x" (:uri (request-of "GET http://a/x HTTP/1.1\r\nHost: a\r\n\r\n"))))
  (let [{:keys [server-name server-port]} (request-of "GET / HTTP/1.0\r\n\r\n")]
    (is (string? server-name))
    (is (pos? server-port))))

;; §11.19: by default nobody is believed.
(deftest forwarded-addresses-are-trusted-if-told
  (let [raw (GET "/" "X-Forwarded-For: 1.2.3.4, 5.6.7.8")]
    (is (= "127.0.0.1" (:remote-addr (request-of raw))))
    (is (= "1.2.3.4" (:remote-addr (request-of raw {:legacy-unsafe-remote-addr? true}))))))

;;; responses

(deftest statuses-that-are-no-integers-mean-200
  (are [expected status] (= expected (.status (respond-with {:status status})))
    200 nil, 200 "404", 200 404.0, 404 404, 404 (int 404)))

(deftest headers-are-forgiving
  (let [rsp (respond-with {:headers {"x-nil" nil, "x-n" 1, "etag" "a", "x-many" #{"b"}
                                     "x-two" ["c" "d"], "Content-Length" 77, "X-Utf8" "ä"}
                           :body "12345"})]
    (is (= ["1" "5" "b" nil] (map #(.header rsp %) ["x-n" "content-length" "x-many" "x-nil"])))
    (is (= ["c" "d"] (.headers rsp "x-two")))
    (is (= "ä" (String. (.getBytes (.header rsp "x-utf8") "ISO-8859-1") "UTF-8")))))

(deftest the-content-type-is-that-of-the-handler
  (are [expected headers body] (= expected (.header (respond-with {:headers headers :body body}) "content-type"))
    nil nil "a"
    "text/plain" {"Content-Type" "text/plain"} "a"
    "text/plain" {"content-type" "text/plain"} ["a"]
    "text/plain; charset=latin1" {"Content-Type" "text/plain; charset=latin1"} (.getBytes "a")))

(deftest bodies
  (are [text body] (= text (.text (respond-with {:body body})))
    "a" "a"
    "b" (.getBytes "b")
    "c" (java.nio.ByteBuffer/wrap (.getBytes "c"))
    "d" (ByteArrayInputStream. (.getBytes "d"))
    ":e1" [:e nil 1]
    "[:f 1]" {:f 1}
    "" nil
    (slurp "LICENSE") (io/file "LICENSE")))

(deftest nil-is-not-found
  (is (= [404 "0"] ((juxt #(.status ^RawClient$Response %) #(.header ^RawClient$Response % "content-length"))
                    (respond-with nil)))))

;; §11.26: that of the handler by default.
(deftest a-head-response-has-the-length-of-its-body-or-that-of-the-handler
  (doseq [[expected options] {"77" {}, "5" {:legacy-content-length? true}}]
    (with-client [client (constantly {:headers {"Content-Length" "77"} :body "12345"}) options]
      (is (= expected (.header (.read (.send client "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n") true)
                               "content-length"))))))

(deftest the-server-header-is-an-option
  (are [expected options] (= expected (.header (respond-with {} options) "server"))
    "http-kit" {}
    "me" {:server-header "me"}
    nil {:server-header nil})
  (is (= "handler" (.header (respond-with {:headers {"Server" "handler"}}) "server"))))

;; [D] §3.2: error bodies must not leak exception messages (option to restore); they have a Content-Type.
(deftest errors-tell-nothing-unless-asked
  (are [body options]
       (with-client [client (fn [_] (throw (Exception. "secret"))) (merge quiet options)]
         (let [rsp (answer client (GET "/"))]
           (is (= [500 "text/plain; charset=utf-8" body]
                  [(.status rsp) (.header rsp "content-type") (.text rsp)]))))
    "Internal Server Error" {}
    "secret" {:legacy-error-messages? true}))

(deftest a-response-that-cannot-be-sent-is-a-500
  (are [response] (= 500 (.status (respond-with response quiet)))
    {:body (Object.)}
    {:headers {"a" "b\r\nc: d"}}
    {:headers {"a b" "c"}}))

;; [D] §3.2: 414 only for the request line, 431 for headers. [D] §3.1: a length beyond int range is 413.
(deftest limits
  (are [status raw options] (with-client [client (fn [req] {:body (some-> (:body req) slurp)}) options]
                              (let [rsp (answer client raw)]
                                (.assertLast client rsp)
                                (= status (.status rsp))))
    414 (GET (apply str "/" (repeat 8192 \a))) {}
    431 (GET "/" (str "X: " (apply str (repeat 70000 \a)))) {}
    413 (POST "123") {:max-body 2}
    413 "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n" {:max-body 2}
    413 "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n" {}))

(deftest bodies-are-streamed-without-a-limit-if-max-body-is-nil
  (let [first-byte (promise)]
    (with-client [client (fn [{:keys [^InputStream body]}]
                           (deliver first-byte (.read body))
                           {:body (slurp body)})
                  {:max-body nil}]
      (.send client "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n")
      (is (= 97 (deref first-byte 5000 nil)))
      (is (= "b" (.text (answer client "1\r\nb\r\n0\r\n\r\n")))))))

;; [D] §3.5: InputStream, File and seq bodies must be streamed.
(deftest a-sequence-is-sent-while-it-is-made
  (let [go-on (promise)]
    (with-client [client (constantly {:body (lazy-seq (cons "a" (lazy-seq [(deref go-on 5000 "late")])))})
                  {}]
      (.send client (GET "/"))
      (.readHead client)
      (is (= "a" (String. (.readChunk client))))
      (deliver go-on "b")
      (is (= "b" (String. (.readChunk client)))))))

;;; asynchronous handlers

(deftest asynchronous-handlers
  (are [expected handler] (with-client [client handler (assoc quiet :ring-async? true)]
                            (= expected ((juxt #(.status ^RawClient$Response %)
                                               #(.text ^RawClient$Response %))
                                         (answer client (GET "/")))))
    [200 "a"] (fn [_ respond _] (respond {:body "a"}) (respond {:body "b"}))
    [200 "c"] (fn [_ respond _] (future (respond {:body "c"})))
    [500 "Internal Server Error"] (fn [_ _ raise] (raise (Exception. "x")))
    [500 "Internal Server Error"] (fn [_ _ raise] (raise :x))
    [500 "Internal Server Error"] (fn [_ _ _] (throw (Exception. "x")))
    [404 ""] (fn [_ respond _] (respond nil))
    [200 "d"] (fn [req respond _]
                (respond (server/as-channel req {:on-open #(server/send! % "d")})))))

;;; options

(deftest the-worker-pool-runs-handlers-and-is-shut-down-with-the-server
  (doseq [[options down?] {{} true, {:shutdown-executor? false} false}]
    (let [^ExecutorService pool (Executors/newSingleThreadExecutor)]
      (try
        (with-client [client (fn [_] {:body (.getName (Thread/currentThread))})
                      (assoc options :worker-pool (delay pool))]
          (is (re-find #"^pool-\d+-thread-1$" (.text (answer client (GET "/"))))))
        ;; [D] §2.1: an option leaves a pool of the caller running.
        (is (= down? (.isShutdown pool)))
        (finally (.shutdown pool))))))

;; [D] §4: a limit of admission that answers 503, also with virtual threads.
(deftest no-room-is-a-503
  (doseq [options [{:max-requests-in-flight 1}
                   {:thread 1 :queue-size 1 :allow-virtual? false}]]
    (let [go-on (CountDownLatch. 1)
          events (atom [])]
      (with-client [client (fn [_] (.await go-on 5 TimeUnit/SECONDS) {:status 200})
                    (merge quiet options {:event-logger #(swap! events conj %)})]
        (with-open [second (versions/raw-client (.getPort (.socket client)))
                    third (versions/raw-client (.getPort (.socket client)))]
          (.send client (GET "/"))
          (.send second (GET "/"))
          (loop [n 0]
            (.send third (GET "/"))
            (when-not (or (some #{"httpkit.server.status.503"} @events) (> n 5))
              (when-not (= 503 (.status (.read third)))
                (recur (inc n)))))
          (.countDown go-on)))
      (is (some #{"httpkit.server.status.503"} @events)))))

(deftest old-options-name-the-threads
  (with-client [client (fn [_] {:body (.getName (Thread/currentThread))})
                {:thread 1 :worker-name-prefix "w-" :allow-virtual? false}]
    (is (= "w-1" (.text (answer client (GET "/")))))))

(deftest loggers-and-events
  (let [logged (atom [])
        events (atom [])]
    (with-client [client (fn [req] (case (:uri req)
                                     "/ok" {:status 200}
                                     "/nil" nil
                                     "/ch" (server/as-channel req {:on-open #(server/send! % "x")})
                                     (throw (Exception. "expected"))))
                  {:error-logger (fn [msg e] (swap! logged conj [msg (ex-message e)]) (throw (Error.)))
                   :event-logger (fn [event] (swap! events conj event) (throw (Error.)))
                   :event-names {"serverStatusPrefix" "done."}
                   :max-body 1}]
      (run! #(answer client (GET %)) ["/ok" "/nil" "/ch" "/throw"])
      (answer client (POST "too long")))
    (is (= [["the handler of /throw failed" "expected"]] @logged))
    ;; [D] §3.7: responses through channels produce the event, too; it may come behind the response.
    (is (= (frequencies ["done.200" "httpkit.server.status.404" "done.404" "done.200"
            "httpkit.server.status.500" "done.500" "httpkit.server.status.413" "done.413"])
           (frequencies @events)))))

(versions/http1-test bad-options-are-told
  "No request is made."
  (are [message options] (thrown-with-msg? IllegalArgumentException message
                                           (server/run-server (constantly nil) (versions/options (merge {:port 0} options))))
    #":event-names is 1 \(expected: a map" {:event-names 1}
    #":proxy-protocol is :yes \(expected: :disable, :enable or :optional" {:proxy-protocol :yes}
    #":port is \"80\" \(expected: an integer" {:port "80"}
    #":max-ws is -1" {:max-ws -1}
    #":channel-overflow is :drop \(expected: :close or :block" {:channel-overflow :drop}
    #":error-logger is 1 \(expected: a function" {:error-logger 1}
    #":worker-pool is 1 \(expected: an ExecutorService" {:worker-pool 1})
  (is (thrown-with-msg? IllegalArgumentException #":handler is nil" (server/run-server nil))))

(deftest event-names-may-be-an-object
  (let [events (atom [])]
    (with-client [client (constantly {:status 200})
                  {:event-names (EventNames. {"serverStatusPrefix" "s."})
                   :event-logger #(swap! events conj %)}]
      (answer client (GET "/")))
    (is (= ["s.200"] @events))))

(versions/http1-test unix-sockets
  "Written to a socket as it is."
  (let [file (.resolve (Files/createTempDirectory "kit" (make-array java.nio.file.attribute.FileAttribute 0))
                       "s")
        address (UnixDomainSocketAddress/of file)]
    (doseq [options [{:address-finder (constantly address)}
                     {:address-finder (constantly address)
                      :channel-factory (fn [_] (ServerSocketChannel/open StandardProtocolFamily/UNIX))}]]
      (let [stop (server/run-server (fn [req] {:body (:remote-addr req)}) options)]
        (try
          (is (= -1 (:local-port (meta stop))))
          (with-open [channel (SocketChannel/open address)]
            (.write channel (java.nio.ByteBuffer/wrap (.getBytes (GET "/" "Connection: close"))))
            ;; [D] §3.4: the address of a peer without one is a string.
            (is (str/ends-with? (slurp (java.nio.channels.Channels/newInputStream channel)) "unix:")))
          (finally (stop)))
        (server/server-join (:server (meta stop)))))))

(deftest a-channel-factory-makes-the-socket
  (let [made (promise)
        stop (server/run-server (constantly {:body "made"})
                                (versions/options
                                 {:port 0 :channel-factory (fn [_]
                                                             (let [s (ServerSocketChannel/open)]
                                                               (deliver made s)
                                                               s))}))]
    (with-open [client (versions/raw-client (:local-port (meta stop)))]
      (is (= "made" (.text (answer client (GET "/"))))))
    (stop)
    (server/server-join (:server (meta stop)))
    (is (not (.isOpen ^ServerSocketChannel @made)))))

;;; stopping

(versions/http1-test a-busy-port-throws
  "No request is made."
  (with-client [client (constantly nil) {}]
    (is (thrown? BindException
                 (server/run-server (constantly nil) {:port (.getPort (.socket client))})))))

(versions/http1-test the-old-way-to-stop
  "No request is made."
  (let [server (atom nil)]
    (reset! server (server/run-server (constantly nil) {:port 0}))
    (let [s (:server (meta @server))]
      (is (= :running (server/server-status s)))
      (is (= (:local-port (meta @server)) (server/server-port s)))
      (is (nil? (@server :timeout 100)))
      (is (nil? (@server)))
      (server/server-join s)
      (is (= :stopped (server/server-status s))))))

;; [D] §2.2: the status is :stopped before the promise is delivered, and the port is free.
(versions/http1-test the-new-way-to-stop
  "No request is made."
  (let [s (server/run-server (constantly nil) {:port 0 :legacy-return-value? false})
        port (server/server-port s)
        stopped (server/server-stop! s {:timeout 50})]
    (is (true? (deref stopped 5000 :late)))
    (is (= :stopped (server/server-status s)))
    (is (nil? (server/server-stop! s)))
    ((server/run-server (constantly nil) {:port port}))))

;; [D] §2.2: every response written while stopping carries Connection: close.
(deftest a-request-in-flight-gets-its-response
  (let [running (promise)
        go-on (promise)
        stop (server/run-server (fn [_] (deliver running true) {:body @go-on}) (versions/options {:port 0}))]
    (with-open [client (versions/raw-client (:local-port (meta stop)))]
      (.send client (GET "/"))
      (is (deref running 5000 false))
      (let [stopping (future (stop :timeout 5000))]
        (while (not= :stopping (server/server-status (:server (meta stop)))) (Thread/yield))
        (deliver go-on "done")
        (let [rsp (.read client)]
          (is (= "done" (.text rsp)))
          (when-not versions/*http2?* ; which has said GOAWAY
            (is (= "Close" (.header rsp "connection"))))
          (is (.atEnd client)))
        @stopping))))

;; [D] §2.2: streams end cleanly, and channels are told :server-close.
(deftest streams-end-with-the-server
  (let [closed (promise)
        waiting (promise)
        came (promise)
        stop (server/run-server
              (fn [req]
                (server/as-channel req (if (= "/stream" (:uri req))
                                         {:on-open #(server/send! % "a" false)
                                          :on-close (fn [_ status] (deliver closed status))}
                                         {:on-open (fn [_] (deliver came true))
                                          :on-close (fn [_ status] (deliver waiting status))})))
              (versions/options {:port 0}))]
    (with-open [client (versions/raw-client (:local-port (meta stop)))
                other (versions/raw-client (:local-port (meta stop)))]
      (.send client (GET "/stream"))
      (.readHead client)
      (is (= "a" (String. (.readChunk client))))
      (.send other (GET "/wait"))
      (is (deref came 5000 false))
      (stop :timeout 20)
      (is (= 0 (.readChunkSize client)))
      (is (= 503 (.status (.read other))))
      (is (= [:server-close :server-close] [(deref closed 5000 nil) (deref waiting 5000 nil)])))))
