(ns org.httpkit.channel-test
  "The unified channel: long polling, streaming, WebSockets. [D] marks where the specification wants
  something else than http-kit does."
  (:require
   [aleph.versions :as versions]
   [clojure.string :as str]
   [clojure.test :refer [deftest is use-fixtures]]
   [org.httpkit.server :as server :refer [as-channel close on-close on-receive open? send!
                                          with-channel websocket?]]
   [org.httpkit.timer :as timer])
  (:import
   (java.net URI)
   (java.net.http HttpClient WebSocket WebSocket$Listener)
   (java.nio ByteBuffer)
   (java.util.concurrent CompletionStage LinkedBlockingQueue TimeUnit)
   (org.httpkit.server AsyncChannel)
   (weir.testing RawClient RawClient$Response)))

(set! *warn-on-reflection* true)

(use-fixtures :each versions/each-version)

(def ^:private quiet {:error-logger (fn [_ _]) :warn-logger (fn [_ _])})

(defn- with-port* [handler options f]
  (let [stop (server/run-server handler (versions/options (merge {:port 0} quiet options)))]
    (try
      (f (:local-port (meta stop)))
      (finally
        (stop :timeout 0)
        (server/server-join (:server (meta stop)))))))

(defmacro ^:private with-client [[client handler options] & body]
  `(with-port* ~handler ~options
     (fn [port#]
       (with-open [~(vary-meta client assoc :tag `RawClient) (versions/raw-client (int port#))]
         ~@body))))

(def ^:private ^String GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n")

(defn- answer ^RawClient$Response [^RawClient client]
  (.read (.send client GET)))

(defn- next-of [p] (deref p 5000 :none))

;;; HTTP

(deftest a-long-poll-is-answered-later-and-the-connection-goes-on
  (let [channels (LinkedBlockingQueue.)]
    (with-client [client (fn [req] (with-channel req ch (.put channels ch))) {}]
      (dotimes [i 2]
        (.send client GET)
        (let [ch (.poll channels 5 TimeUnit/SECONDS)]
          (is (instance? AsyncChannel ch))
          (is (open? ch))
          (is (not (websocket? ch)))
          (timer/schedule-task 1 (send! ch {:status 201 :headers {"X" (str i)} :body "late"}))
          (let [rsp (.read client)]
            (is (= [201 (str i) "late"] [(.status rsp) (.header rsp "x") (.text rsp)])))
          (is (not (open? ch)))
          (is (false? (send! ch "stale")))
          (is (false? (close ch))))))))

(deftest a-stream-begins-with-a-map-and-ends-with-close
  (let [closed (promise)]
    (with-client [client (fn [req]
                           (with-channel req ch
                             (on-close ch #(deliver closed [% (open? ch)]))
                             (send! ch {:headers {"X" "1"} :body "a"} false)
                             (send! ch nil false)
                             (send! ch ["b" :c 1] false)
                             (send! ch {:status 500 :body (.getBytes "d")} false)
                             (is (true? (close ch)))))
                  {}]
      (let [rsp (answer client)]
        (is (= [200 "1" "ab:c1d"] [(.status rsp) (.header rsp "x") (.text rsp)])))
      (is (= [:server-close false] (next-of closed)))
      (is (= "ab:c1d" (.text (answer client)))))))

(deftest a-bare-body-is-html
  (with-client [client (fn [req] (as-channel req {:on-open #(send! % "x")})) {}]
    (is (= "text/html; charset=utf-8" (.header (answer client) "content-type")))))

;; [D] §5.2: close before anything was sent is an empty 200.
(deftest closing-at-once-is-an-empty-200
  (with-client [client (fn [req] (as-channel req {:on-open close})) {}]
    (dotimes [_ 2]
      (let [rsp (answer client)]
        (is (= [200 "0"] [(.status rsp) (.header rsp "content-length")]))))))

;; [D] §3.5: headers set by middleware around the channel are not lost.
(deftest headers-of-middleware-are-sent
  (let [channel (promise)]
    (with-client [client (fn [req]
                           (assoc (as-channel req {:on-open #(deliver channel %)})
                                  :headers {"x-outer" "1" "x-both" "outer"}))
                  {}]
      (.send client GET)
      (let [ch (next-of channel)]
        (while (not (send! ch {:headers {"X-Both" "inner"} :body "b"})))
        (let [rsp (.read client)]
          (is (= ["inner"] (.headers rsp "x-both"))))))))

(deftest a-peer-that-goes-is-told-once
  (let [statuses (LinkedBlockingQueue.)
        opened (promise)]
    (with-client [client (fn [req] (as-channel req {:on-open #(deliver opened %)
                                                    :on-close (fn [_ s] (.put statuses s))}))
                  {}]
      (.send client GET)
      (let [ch (next-of opened)]
        (.close client)
        (is (= :client-close (.poll statuses 5 TimeUnit/SECONDS)))
        (is (false? (send! ch "x")))
        (is (nil? (.poll statuses)))
        (is (thrown? IllegalStateException (on-close ch (fn [_]))))))))

(deftest a-handler-that-fails-closes-its-channel
  (let [closed (promise)]
    (with-client [client (fn [req]
                           (as-channel req {:on-close (fn [_ s] (deliver closed s))})
                           (throw (Exception. "expected")))
                  {}]
      (is (= 500 (.status (answer client))))
      (is (= :server-close (next-of closed))))))

(deftest what-cannot-be-sent-is-told-to-the-sender
  (let [thrown (promise)]
    (with-client [client (fn [req]
                           (as-channel req {:on-open (fn [ch]
                                                       (try (send! ch {:body (Object.)})
                                                            (catch IllegalArgumentException e
                                                              (deliver thrown e)
                                                              (send! ch "else"))))}))
                  {}]
      (is (= "else" (.text (answer client))))
      (is (instance? IllegalArgumentException (next-of thrown))))))

(deftest pipelined-responses-come-in-order
  (let [first-channel (promise)]
    (with-client [client (fn [req]
                           (if (= "/1" (:uri req))
                             (as-channel req {:on-open #(deliver first-channel %)})
                             (do (send! (next-of first-channel) "1") {:body "2"})))
                  {}]
      (.send client "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n")
      (is (= ["1" "2"] [(.text (.read client)) (.text (.read client))])))))

;; [D] §5.2 and §11.3: send! is bounded.
(deftest a-slow-reader-is-cut
  (let [ended (promise)
        closed (promise)
        piece (byte-array 100000)]
    (with-client [client (fn [req]
                           (as-channel req {:on-open (fn [ch]
                                                       (while (send! ch piece false))
                                                       (deliver ended true))
                                            :on-close (fn [_ s] (deliver closed s))}))
                  {:channel-buffer-size 1000000}]
      (.send client GET)
      (is (= true (next-of ended)))
      (is (= :server-close (next-of closed))))))

(deftest a-sender-may-wait-for-a-slow-reader
  (let [n 200
        piece (byte-array 100000)]
    (with-client [client (fn [req]
                           (as-channel req {:on-open (fn [ch]
                                                       (dotimes [_ n] (send! ch piece false))
                                                       (is (>= 1100000 (server/unsent-bytes ch)))
                                                       (close ch))}))
                  {:channel-buffer-size 1000000 :channel-overflow :block}]
      (is (= (* n (alength piece)) (alength (.body (answer client))))))))

(deftest a-sender-may-be-told-when-it-is-written
  (let [written (promise)]
    (with-client [client (fn [req]
                           (as-channel req {:on-open (fn [ch]
                                                       (deliver written (server/send-async! ch "a" false))
                                                       (close ch))}))
                  {}]
      (is (= "a" (.text (answer client))))
      (is (true? (deref (next-of written) 5000 :late))))))

;;; WebSocket

(defn- listener [^LinkedBlockingQueue events]
  (let [text (StringBuilder.)]
    (reify WebSocket$Listener
      (onText [_ socket data last?]
        (.append text data)
        (when last?
          (.put events (str text))
          (.setLength text 0))
        (.request socket 1)
        nil)
      (onBinary [_ socket data _]
        (let [b (byte-array (.remaining data))]
          (.get data b)
          (.put events (vec b)))
        (.request socket 1)
        nil)
      (^CompletionStage onClose [_ ^WebSocket _ ^int code ^String reason]
        (.put events [:close code reason])
        nil)
      (onError [_ _ e] (.put events [:error (str e)])))))

(defn- connect ^WebSocket [port events]
  (-> (HttpClient/newHttpClient)
      .newWebSocketBuilder
      (.buildAsync (URI. (str "ws://localhost:" port "/")) (listener events))
      (.get 5 TimeUnit/SECONDS)))

(defn- poll [^LinkedBlockingQueue q] (.poll q 5 TimeUnit/SECONDS))

(versions/http1-test a-websocket-echoes-and-closes
  "The JDK's WebSocket speaks HTTP/1.1; `weir.http.server.Http2TunnelTest` has streams."
  (let [events (LinkedBlockingQueue.)
        server-events (LinkedBlockingQueue.)]
    (with-port*
      (fn [req]
        (as-channel req {:init (fn [ch] (.put server-events [:init (websocket? ch)]))
                         :on-open (fn [ch] (.put server-events :open) (send! ch "hello"))
                         :on-receive (fn [ch msg]
                                       (.put server-events (if (bytes? msg) (vec msg) msg))
                                       (when (= "throw" msg) (throw (Exception. "expected")))
                                       (if (= "bye" msg) (close ch) (send! ch {:body msg})))
                         :on-ping (fn [_ data] (.put server-events [:ping (String. ^bytes data)]))
                         :on-close (fn [_ status] (.put server-events status))}))
      {:max-ws 1000000}
      (fn [port]
        (let [socket (connect port events)]
          (is (= "hello" (poll events)))
          @(.sendText socket "throw" true)
          @(.sendText socket "a" false)
          @(.sendText socket "b" true)
          (is (= "ab" (poll events)))
          @(.sendBinary socket (ByteBuffer/wrap (byte-array [1 2])) true)
          (is (= [1 2] (poll events)))
          @(.sendPing socket (ByteBuffer/wrap (.getBytes "p")))
          @(.sendText socket "bye" true)
          (is (= [:close 1000 ""] (poll events)))
          (is (= [[:init true] :open "throw" "ab" [1 2] [:ping "p"] "bye" :server-close]
                 (repeatedly 8 #(poll server-events)))))))))

;; [D] §5.1: no message is lost with with-channel, however late its callback comes.
(versions/http1-test with-channel-loses-no-message
  "The JDK's WebSocket speaks HTTP/1.1; `weir.http.server.Http2TunnelTest` has streams."
  (let [events (LinkedBlockingQueue.)
        connected (promise)]
    (with-port*
      (fn [req]
        (with-channel req ch
          (send! ch "early")
          (next-of connected)
          (on-receive ch (fn [msg] (send! ch (str/upper-case msg))))))
      {}
      (fn [port]
        (let [socket (connect port events)]
          @(.sendText socket "x" true)
          (is (= "early" (poll events)))
          (deliver connected true)
          (is (= "X" (poll events))))))))

(versions/http1-test the-code-of-a-close-becomes-a-status
  "The JDK's WebSocket speaks HTTP/1.1; `weir.http.server.Http2TunnelTest` has streams."
  (doseq [[code status] {1000 :normal, 1001 :going-away, 4000 :unknown}]
    (let [closed (promise)]
      (with-port*
        (fn [req] (as-channel req {:on-close (fn [_ s] (deliver closed s))}))
        {}
        (fn [port]
          @(.sendClose (connect port (LinkedBlockingQueue.)) code "")
          (is (= status (next-of closed))))))))

;; [D] §2.2: a WebSocket is closed with 1001 when the server stops, and told :server-close.
(versions/http1-test a-websocket-hears-that-the-server-stops
  "The JDK's WebSocket speaks HTTP/1.1; `weir.http.server.Http2TunnelTest` has streams."
  (let [events (LinkedBlockingQueue.)
        closed (promise)
        stop (server/run-server (fn [req] (as-channel req {:on-open #(send! % "open")
                                                           :on-close (fn [_ s] (deliver closed s))}))
                                {:port 0})]
    (connect (:local-port (meta stop)) events)
    (is (= "open" (poll events)))
    (stop :timeout 1000)
    (is (= [:close 1001 ""] (poll events)))
    (is (= :server-close (next-of closed)))))

(versions/http1-test a-bad-handshake-is-a-400
  "Over HTTP/2 a handshake has no key (RFC 8441)."
  (let [raw "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n\r\n"]
    (doseq [handler [(fn [req] (as-channel req {}))
                     (fn [req] (with-channel req _ch (throw (Exception. "never"))))]]
      (with-client [client handler {}]
        (let [rsp (.read (.send client raw))]
          (is (= [400 "Bad Sec-Websocket-Key header"] [(.status rsp) (.text rsp)])))))
    (with-client [client (fn [req] (as-channel req {:on-handshake-error #(send! % {:status 418} true)})) {}]
      (is (= 418 (.status (.read (.send client raw))))))))

(versions/http1-test the-accept-value-is-that-of-the-rfc
  "Over HTTP/2 a handshake has no key (RFC 8441)."
  (is (= "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" (server/sec-websocket-accept "dGhlIHNhbXBsZSBub25jZQ==")
         (server/accept "dGhlIHNhbXBsZSBub25jZQ=="))))
