(ns weir.ring.websocket-test
  "Ring's WebSockets: what the specification of Ring 1.11 and later asks of an adapter, row by row."
  (:require
   [aleph.http :as http]
   [aleph.netty :as netty]
   [clojure.string :as str]
   [clojure.test :refer [deftest is testing]]
   [manifold.deferred :as d]
   [manifold.stream :as s]
   [ring.websocket.protocols :as p])
  (:import
   (io.netty.handler.codec.http.websocketx WebSocketClientHandshakeException)
   (java.io IOException)
   (java.nio ByteBuffer)
   (java.util.concurrent CountDownLatch LinkedBlockingQueue TimeUnit)))

(set! *warn-on-reflection* true)

(def ^:private limit 20000)

(defn- text [^ByteBuffer data]
  (let [bytes (byte-array (.remaining data))]
    (.get data bytes)
    (String. bytes)))

(defn- queue ^LinkedBlockingQueue [] (LinkedBlockingQueue.))

(defn- next-of [^LinkedBlockingQueue events]
  (.poll events limit TimeUnit/MILLISECONDS))

(defn- recorder
  "A listener that puts what it hears into `events`; `on-message` is a function of socket and message."
  ([events] (recorder events (fn [_ _])))
  ([^LinkedBlockingQueue events on-message]
   (reify p/Listener
     (on-open [_ socket] (.add events [:open socket]))
     (on-message [_ socket message] (on-message socket message))
     (on-pong [_ _ data] (.add events [:pong (text data)]))
     (on-error [_ _ e] (.add events [:error (class e)]))
     (on-close [_ _ code reason] (.add events [:close code reason])))))

(defmacro ^:private with-client
  "Runs `body` with `conn` bound to a client of a server whose handler answers with `response`."
  [[conn response options client-options] & body]
  `(with-open [server# ^java.io.Closeable (http/start-server
                                           (fn [_#] ~response)
                                           (merge {:port 0 :shutdown-timeout 1} ~options))]
     (let [~conn (deref (http/websocket-client (str "ws://localhost:" (netty/port server#) "/")
                                               ~client-options)
                        limit nil)]
       ~@body)))

(deftest messages-are-strings-and-heap-buffers
  (doseq [options [{} {:executor :none}]]
    (let [events (queue)
          l (recorder events (fn [socket message]
                               (if (string? message)
                                 (p/-send socket (str message "!"))
                                 (do (is (.hasArray ^ByteBuffer message))
                                     (p/-send socket message)
                                     (is (= 5 (.remaining ^ByteBuffer message)))))))]
      (with-client [conn {:ring.websocket/listener l} options nil]
        (let [[event socket] (next-of events)]
          (is (= :open event))
          (is (p/-open? socket))
          (s/put! conn "hello")
          (is (= "hello!" (deref (s/take! conn) limit nil)))
          (s/put! conn (.getBytes "bytes"))
          (is (= "bytes" (String. ^bytes (deref (s/take! conn) limit nil))))
          @(http/websocket-close! conn 4000 "done")
          (is (= [:close 4000 "done"] (next-of events)))
          (is (not (p/-open? socket)))
          (is (thrown? IOException (p/-send socket "late"))))))))

(deftest asynchronous-handlers-may-answer-with-a-listener
  (let [events (queue)]
    (with-open [server ^java.io.Closeable
                (http/start-server (fn [_ respond _]
                                     (future (respond {:ring.websocket/listener
                                                       (recorder events)})))
                                   {:port 0 :async? true :shutdown-timeout 1})]
      (let [conn @(http/websocket-client (str "ws://localhost:" (netty/port server)))]
        (is (= :open (first (next-of events))))
        @(http/websocket-close! conn)
        (is (= [:close 1005 ""] (next-of events)))))))

(deftest sub-protocols-are-echoed-only-if-offered
  (let [l (recorder (queue))]
    (with-client [conn {:ring.websocket/listener l :ring.websocket/protocol "b"
                        :headers {"x-more" "yes"}}
                  {} {:sub-protocols "a,b"}]
      (let [sink (:sink (s/description conn))]
        (is (= "b" (:websocket-selected-subprotocol sink)))
        (is (= "yes" (get (:websocket-handshake-headers sink) "x-more")))
        (s/close! conn)))
    (is (thrown-with-msg? WebSocketClientHandshakeException #"500"
                          (with-client [conn {:ring.websocket/listener l
                                              :ring.websocket/protocol "other"}
                                        {} {:sub-protocols "a,b"}]
                            conn)))))

(deftest a-request-that-is-no-handshake-is-refused
  (let [events (queue)]
    (with-open [server ^java.io.Closeable
                (http/start-server (fn [_] {:ring.websocket/listener (recorder events)})
                                   {:port 0 :shutdown-timeout 1})]
      (let [get #(deref (http/get (str "http://localhost:" (netty/port server))
                                  {:throw-exceptions false :headers %})
                        limit nil)]
        (is (= 400 (:status (get {}))))
        (let [rsp (get {"upgrade" "websocket" "connection" "upgrade" "sec-websocket-version" "8"
                        "sec-websocket-key" "dGhlIHNhbXBsZSBub25jZQ=="})]
          (is (= 426 (:status rsp)))
          (is (= "13" (get-in rsp [:headers "sec-websocket-version"]))))
        (is (.isEmpty events))))))

(deftest a-callback-that-throws-closes-with-1011
  (let [events (queue)
        l (recorder events (fn [_ _] (throw (IllegalStateException. "secret"))))]
    (with-client [conn {:ring.websocket/listener l} {} nil]
      (next-of events)
      (s/put! conn "x")
      (is (nil? (deref (s/take! conn) limit ::late)))
      (let [sink (:sink (s/description conn))]
        (is (= 1011 (:websocket-close-code sink)))
        (is (not (str/includes? (:websocket-close-msg sink) "secret"))))
      (is (= [:error IllegalStateException] (next-of events)))
      (is (= [:close 1011] (take 2 (next-of events)))))))

(deftest a-lost-connection-is-an-error-and-1006
  (let [events (queue)]
    (with-client [conn {:ring.websocket/listener (recorder events)} {} nil]
      (next-of events)
      (.close ^io.netty.channel.Channel (:aleph/channel (meta conn)))
      (is (= :error (first (next-of events))))
      (is (= [:close 1006 ""] (next-of events))))))

(deftest an-own-close-is-told-with-its-code
  (let [events (queue)]
    (with-client [conn {:ring.websocket/listener (recorder events)} {} nil]
      (let [[_ socket] (next-of events)]
        (p/-close socket 1000 "Normal Closure")
        (p/-close socket 1000 "twice")
        (is (not (p/-open? socket)))
        (is (thrown? IOException (p/-send socket "late")))
        (is (= [:close 1000 "Normal Closure"] (next-of events)))
        (testing "a ping of a closed socket does not throw"
          (is (nil? (p/-ping socket (ByteBuffer/allocate 0)))))))))

(deftest pings-and-pongs
  (testing "answered at once by default, and pongs are told"
    (let [events (queue)]
      (with-client [conn {:ring.websocket/listener (recorder events)} {} nil]
        (let [[_ socket] (next-of events)]
          (is (true? (deref (http/websocket-ping conn) limit nil)))
          (p/-ping socket (ByteBuffer/wrap (.getBytes "data")))
          (is (= [:pong "data"] (next-of events)))
          (is (thrown? IllegalArgumentException (p/-ping socket (ByteBuffer/allocate 126))))
          (is (thrown? IllegalArgumentException (p/-pong socket (ByteBuffer/allocate 126))))
          (s/close! conn)))))
  (testing "answered by a PingListener itself"
    (let [events (queue)
          l (reify
              p/Listener
              (on-open [_ _])
              (on-message [_ _ _])
              (on-pong [_ _ _])
              (on-error [_ _ _])
              (on-close [_ _ _ _])
              p/PingListener
              (on-ping [_ socket data]
                (.add events [:ping (text data)])
                (p/-pong socket (ByteBuffer/wrap (.getBytes "mine")))))]
      (with-client [conn {:ring.websocket/listener l} {} nil]
        (is (true? (deref (http/websocket-ping conn (d/deferred) "yours") limit nil)))
        (is (= [:ping "yours"] (next-of events)))
        (s/close! conn)))))

(deftest sends-that-do-not-wait-tell-how-they-ended
  (let [events (queue)]
    (with-client [conn {:ring.websocket/listener (recorder events)} {} nil]
      (let [[_ socket] (next-of events)
            n 1000
            sent (CountDownLatch. n)]
        (dotimes [i n]
          (p/-send-async socket (str i) #(.countDown sent) (fn [_])))
        (dotimes [i n]
          (is (= (str i) (deref (s/take! conn) limit nil))))
        (is (.await sent limit TimeUnit/MILLISECONDS))
        (p/-close socket 1000 "")
        (let [failed (promise)]
          (p/-send-async socket "late" #(deliver failed :sent) #(deliver failed (class %)))
          (is (= IOException (deref failed limit nil))))))))

(deftest messages-over-the-limit-are-1009
  (let [events (queue)]
    (with-client [conn {:ring.websocket/listener (recorder events)}
                  {:websocket-options {:max-message-size 10}} nil]
      (next-of events)
      (s/put! conn "more than ten bytes")
      (is (nil? (deref (s/take! conn) limit ::late)))
      (is (= 1009 (:websocket-close-code (:sink (s/description conn)))))
      (is (= :error (first (next-of events))))
      (is (= 1009 (second (next-of events)))))))

(deftest a-stopping-server-tells-1001
  (let [events (queue)]
    (with-client [conn {:ring.websocket/listener (recorder events)} {} nil]
      (next-of events)
      (s/on-closed conn (fn [])))
    (is (= [:close 1001 ""] (next-of events)))))

(deftest ten-thousand-messages-stay-in-order
  (let [seen (queue)
        l (recorder (queue) (fn [_ message] (.add seen message)))]
    (with-client [conn {:ring.websocket/listener l} {} nil]
      (dotimes [i 10000]
        (s/put! conn (str i)))
      (is (= (map str (range 10000)) (repeatedly 10000 #(next-of seen))))
      (s/close! conn))))

(deftest a-keepalive-task-can-be-paired-with-open-and-close
  (let [pongs (queue)
        task (promise)
        ended (promise)
        l (reify p/Listener
            (on-open [_ socket]
              (deliver task (future
                              (while (p/-open? socket)
                                (p/-ping socket (ByteBuffer/allocate 0))
                                (deref ended 20 nil)))))
            (on-message [_ _ _])
            (on-pong [_ _ _] (.add pongs :pong))
            (on-error [_ _ _])
            (on-close [_ _ _ _] (deliver ended true)))]
    (with-client [conn {:ring.websocket/listener l} {} nil]
      (dotimes [_ 5]
        (is (= :pong (next-of pongs))))
      (s/close! conn)
      (is (deref ended limit nil))
      (is (nil? (deref @task limit ::late))))))
