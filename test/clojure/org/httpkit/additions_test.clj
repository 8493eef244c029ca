(ns org.httpkit.additions-test
  "What run-server has beside http-kit's own options, by the names that aleph.http gives it. [D] marks what
  the specification asks for on top of http-kit."
  (:require
   [aleph.versions :as versions]
   [clojure.java.io :as io]
   [clojure.java.shell :as sh]
   [clojure.string :as str]
   [clojure.test :refer [are deftest is use-fixtures]]
   [manifold.stream :as s]
   [org.httpkit.client :as http]
   [org.httpkit.server :as server]
   [org.httpkit.timer :as timer]
   [ring.core.protocols :as ring]
   [weir.tls :as tls])
  (:import
   (io.netty.buffer ByteBuf)
   (java.io File InputStream OutputStream RandomAccessFile)
   (java.util.concurrent CountDownLatch TimeUnit)
   (weir.testing RawClient RawClient$Response)))

(set! *warn-on-reflection* true)

(use-fixtures :each versions/each-version)

(def ^:private quiet {:error-logger (fn [_ _]) :warn-logger (fn [_ _])})

(defn- with-port* [handler options f]
  (let [stop (server/run-server handler (versions/options (merge {:port 0} quiet options)))]
    (try
      (f (:local-port (meta stop)))
      (finally (stop :timeout 0)))))

(defmacro ^:private with-client [[client handler options] & body]
  `(with-port* ~handler ~options
     (fn [port#]
       (with-open [~(vary-meta client assoc :tag `RawClient) (versions/raw-client (int port#))]
         ~@body))))

(def ^:private ^String GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n")

(defn- answer
  (^RawClient$Response [client] (answer client GET))
  (^RawClient$Response [^RawClient client ^String raw] (.read (.send client raw))))

;; [D] §2.1: TLS.
(versions/http1-test tls
  "Clients and versions of its own."
  (with-port* (fn [req] {:body (str (:scheme req) (some? (:async-channel req)))})
    {:ssl-context (tls/self-signed "localhost")}
    (fn [port]
      (is (= ":httpstrue" (slurp (:body @(http/get (str "https://localhost:" port) {:insecure? true}))))))))

;; [D] §2.1 and §11.1: HTTP/2 by ALPN and with prior knowledge, with the same request maps and channels.
(versions/http1-test http-2
  "Clients and versions of its own."
  (let [gone (promise)
        handler (fn [{:keys [uri body] :as req}]
                  (case uri
                    "/map" {:body (pr-str (select-keys req [:protocol :scheme :uri :query-string :request-method
                                                            :server-name :remote-addr :content-type]))}
                    "/echo" {:body body}
                    "/later" (server/as-channel req {:on-open #(timer/schedule-task 5 (server/send! % "later"))})
                    "/pieces" (server/as-channel req {:on-open (fn [ch]
                                                                 (server/send! ch "a" false)
                                                                 (server/send! ch "b" false)
                                                                 (server/close ch))})
                    "/wait" (server/as-channel req {:on-open #(server/send! % "x" false)
                                                    :on-close (fn [_ status] (deliver gone status))})
                    nil))
        curl (fn [& args] (:out (apply sh/sh "curl" "-sk" "--max-time" "10" args)))
        secure {:ssl-context (tls/self-signed "localhost") :http-versions [:http2 :http1]}]
    (with-port* handler secure
      (fn [port]
        (let [url #(str "https://localhost:" port %)]
          (is (= {:protocol "HTTP/2.0" :scheme :https :uri "/map" :query-string "a=1" :request-method :get
                  :server-name "localhost" :remote-addr "127.0.0.1" :content-type nil}
                 (read-string (curl "--http2" (url "/map?a=1")))))
          (is (= "HTTP/1.1" (:protocol (read-string (curl "--http1.1" (url "/map"))))))
          (is (= ["hello" "later" "ab"] [(curl "--http2" "-d" "hello" (url "/echo"))
                                         (curl "--http2" (url "/later"))
                                         (curl "--http2" (url "/pieces"))]))
          (curl "--http2" "--max-time" "0.5" (url "/wait"))
          (is (= :client-close (deref gone 10000 nil)))
          (doseq [[protocol opts] {"HTTP/2.0" {} "HTTP/1.1" {:http-versions [:http1]}}]
            (with-open [client (http/make-client opts)]
              (let [fetch #(deref (http/get (url %) {:client client :insecure? true :as :text}) 10000 nil)]
                (is (= protocol (:protocol (read-string (:body (fetch "/map"))))))
                (is (= ["ab" "later" 404] [(:body (fetch "/pieces")) (:body (fetch "/later"))
                                           (:status (fetch "/none"))]))))))))
    (with-port* handler {:use-h2c? true :http-versions [:http2 :http1]}
      (fn [port]
        (is (= "ab" (curl "--http2-prior-knowledge" (str "http://localhost:" port "/pieces"))))))))

;; [D] §2.1: response compression, also of what channels send.
(deftest compression
  (let [text (str/join (repeat 1000 "compress me "))
        reply {:headers {"Content-Type" "text/plain"} :body text}]
    (doseq [handler [(constantly reply)
                     (fn [req] (server/as-channel req {:on-open #(server/send! % reply)}))]]
      (with-port* handler {:compression? true}
        (fn [port]
          (let [url (str "http://localhost:" port)
                {:keys [headers body]} @(http/get url)]
            (is (= ["gzip" text] [(:content-encoding headers) body]))
            (is (nil? (:content-encoding (:headers @(http/get url {:auto-compression? false})))))))))))

;; [D] §2.1 and §11.22: timeouts of headers, bodies and idle connections.
(deftest timeouts
  (are [expected options raw]
       (with-client [client (fn [req] {:body (some-> (:body req) slurp)}) options]
         (.send client ^String raw)
         (= expected (if (= :closed expected)
                       (and (.atEnd client) :closed)
                       (.status (.read client)))))
    408 {:body-timeout 100} "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n1"
    :closed {:keep-alive-timeout 100} ""
    :closed {:idle-timeout 100} ""))

;; [D] §2.1: limits of what is in flight.
(deftest a-rejected-handler-answers-when-there-is-no-room
  (let [go-on (CountDownLatch. 1)
        entered (promise)]
    (with-client [client (fn [_] (deliver entered true) (.await go-on 10 TimeUnit/SECONDS) {:status 200})
                  {:max-requests-in-flight 1 :event-loop-threads 1
                   :rejected-handler (fn [req] {:status 503 :body (str "no room for " (:uri req))})}]
      (.send client GET)
      (is (deref entered 10000 false))
      (with-open [other (versions/raw-client (.getPort (.socket client)))]
        (is (= "no room for /x" (.text (answer other "GET /x HTTP/1.1\r\nHost: a\r\n\r\n"))))
        (.countDown go-on)))))

;; [D] §2.1: limits of connections.
(deftest connections-beyond-the-limit-wait
  (with-port* (constantly {:body "ok"}) {:max-connections 2}
    (fn [port]
      (with-open [first-one (versions/raw-client (int port))
                  second-one (versions/raw-client (int port))
                  third-one (versions/raw-client (int port))]
        (is (= ["ok" "ok"] (map #(.text (answer %)) [first-one second-one])))
        (let [third-answer (future (.text (answer third-one)))]
          (is (= :waits (deref third-answer 100 :waits)))
          (.close first-one)
          (is (= "ok" (deref third-answer 10000 :late))))))))

;; [D] §2.1 and §11.5: request bodies are streamed, with a limit of their own.
(deftest request-bodies-may-be-streamed-with-a-limit
  (let [first-byte (promise)]
    (with-client [client (fn [{:keys [^InputStream body]}]
                           (deliver first-byte (.read body))
                           {:body (slurp body)})
                  {:max-streamed-body-size 3}]
      (.send client "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n")
      (is (= 97 (deref first-byte 5000 nil)))
      (is (= "bc" (.text (answer client "2\r\nbc\r\n0\r\n\r\n"))))
      (is (= 413 (.status (answer client "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n")))))))

(deftest request-bodies-may-be-streams-of-buffers
  (let [text (fn [body] (str/join (map (fn [^ByteBuf b]
                                         (try (.toString b java.nio.charset.StandardCharsets/UTF_8)
                                              (finally (.release b))))
                                       (s/stream->seq body 5000))))]
    (with-client [client (fn [{:keys [body]}] {:body (text body)}) {:raw-stream? true :max-body 10}]
      (is (= "abc" (.text (answer client "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"))))
      (is (= 413 (.status (answer client "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n")))))))

;; [D] §3.5: files and streams are sent piece by piece, with back-pressure.
(deftest a-file-is-not-read-into-memory
  (let [size (* 3 1024 1024 1024)
        file (doto (File/createTempFile "large" ".bin") (.deleteOnExit))]
    (with-open [f (RandomAccessFile. file "rw")] (.setLength f size))
    (try
      (with-client [client (constantly {:body file}) {}]
        (.send client GET)
        (is (re-find #"(?i)content-length: 3221225472" (.readHead client))))
      (finally (io/delete-file file)))))

(deftest a-stream-is-sent-while-it-is-read-and-closed
  (let [go-on (promise)
        closed (promise)
        n (atom 0)
        body (proxy [InputStream] []
               (read ([] -1)
                 ([b] (.read ^InputStream this b 0 (alength ^bytes b)))
                 ([^bytes b off _]
                  (case (long (swap! n inc))
                    1 (do (aset b off (byte 97)) 1)
                    2 (do (aset b off (byte (deref go-on 5000 0))) 1)
                    -1)))
               (close [] (deliver closed true)))]
    (with-client [client (constantly {:body body}) {}]
      (.send client GET)
      (.readHead client)
      (is (= "a" (String. (.readChunk client))))
      (deliver go-on 98)
      (is (= "b" (String. (.readChunk client))))
      (is (deref closed 5000 false)))))

;; [D] §3.5 and §11.20: bodies that write themselves.
(deftest a-body-may-write-itself
  (let [body (reify ring/StreamableResponseBody
               (write-body-to-stream [_ response out]
                 (with-open [^OutputStream out out]
                   (.write out (.getBytes (str "status " (:status response)))))))]
    (doseq [[handler options] [[(constantly {:status 201 :body body}) {}]
                               [(fn [_ respond _] (respond {:status 201 :body body})) {:ring-async? true}]]]
      (with-client [client handler options]
        (let [rsp (answer client)]
          (is (= [201 "status 201"] [(.status rsp) (.text rsp)])))))))

;; [D] §3.2: what the server refuses has a Content-Type.
(deftest refusals-have-a-content-type
  (are [status raw options] (with-client [client (constantly nil) options]
                              (let [rsp (answer client raw)]
                                (is (= status (.status rsp)))
                                (str/starts-with? (.header rsp "content-type") "text/plain")))
    400 "GET x HTTP/1.1\r\nHost: a\r\n\r\n" {}
    413 "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n" {:max-body 2}
    414 (str "GET /" (str/join (repeat 9000 "a")) " HTTP/1.1\r\nHost: a\r\n\r\n") {}))

(versions/http1-test refusals-of-what-is-no-request-of-http2-have-a-content-type
  "HTTP/2 has no request lines and asks for no Host; its codec answers 431 without a body."
  (are [status raw] (with-client [client (constantly nil) {}]
                      (let [rsp (answer client raw)]
                        (is (= status (.status rsp)))
                        (str/starts-with? (.header rsp "content-type") "text/plain")))
    400 "GET / HTTP/1.1\r\n\r\n"
    400 "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"
    431 (str "GET / HTTP/1.1\r\nHost: a\r\nX: " (str/join (repeat 70000 "a")) "\r\n\r\n")))

(versions/http1-test a-slow-head-is-a-408
  "HTTP/2 has field blocks instead: weir.http.server.Http2FloodTest."
  (with-client [client (constantly nil) {:header-timeout 100}]
    (is (= 408 (.status (answer client "GET / HTTP/1.1\r\n"))))))

(deftest an-error-handler-makes-the-response
  (with-client [client (fn [_] (throw (ex-info "expected by this test" {})))
                {:error-handler (fn [e] {:status 502 :body (ex-message e)})}]
    (let [rsp (answer client)]
      (is (= [502 "expected by this test"] [(.status rsp) (.text rsp)])))))

(deftest an-asynchronous-handler-has-so-much-time
  (are [expected options]
       (with-client [client (fn [_ _ _]) (merge {:async? true :async-timeout 50} options)]
         (let [rsp (answer client)]
           (= expected [(.status rsp) (.text rsp)])))
    [500 "Internal Server Error"] {}
    [504 "late"] {:async-timeout-handler (fn [_ respond _] (respond {:status 504 :body "late"}))})
  (is (thrown-with-msg? IllegalArgumentException #":ring-async\? is nil \(expected: true"
                        (server/run-server (constantly nil) {:port 0 :async-timeout 1}))))

(versions/http1-test bad-options-are-told
  "No request is made."
  (are [message options] (thrown-with-msg? IllegalArgumentException message
                                           (server/run-server (constantly nil) (assoc options :port 0)))
    #":max-body is 0 \(expected: a whole number above 0" {:max-body 0}
    #":websocket-options is 1 \(expected: a map" {:websocket-options 1}
    #":raw-stream\? is true \(expected: false" {:websocket-options {:raw-stream? true}}
    #":compression-level is 11" {:compression-level 11}
    #":error-handler is 1" {:error-handler 1}))
