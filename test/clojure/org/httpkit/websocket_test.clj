(ns org.httpkit.websocket-test
  "WebSockets of run-server, frame by frame, and Ring's. [D] marks where the specification wants something
  else than http-kit does."
  (:require
   [aleph.http :as aleph]
   [clojure.test :refer [are deftest is]]
   [manifold.stream :as s]
   [org.httpkit.server :as server :refer [as-channel close on-close on-receive send! with-channel]]
   [ring.websocket.protocols :as p])
  (:import
   (java.io DataInputStream)
   (java.nio ByteBuffer)
   (java.util.concurrent CountDownLatch LinkedBlockingQueue TimeUnit)
   (org.httpkit.server Frame$PingFrame)
   (weir.testing RawClient)))

(set! *warn-on-reflection* true)

(def ^:private quiet {:error-logger (fn [_ _]) :warn-logger (fn [_ _])})

(defn- with-port* [handler options f]
  (let [stop (server/run-server handler (merge {:port 0} quiet options))]
    (try
      (f (:local-port (meta stop)))
      (finally (stop :timeout 0)))))

(defn- poll [^LinkedBlockingQueue q] (.poll q 10 TimeUnit/SECONDS))

;;; frames by hand

(def ^:private handshake
  (str "GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
       "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"))

(defn- frame
  "A masked frame, with a mask of zeros."
  ^bytes [opcode ^bytes payload]
  (byte-array (concat [(unchecked-byte (bit-or 0x80 (long opcode))) (unchecked-byte (bit-or 0x80 (alength payload)))
                       0 0 0 0]
                      payload)))

(defn- text ^bytes [^String s] (frame 1 (.getBytes s)))
(defn- closing ^bytes [code] (frame 8 (byte-array [(unchecked-byte (bit-shift-right code 8)) (unchecked-byte code)])))

(defn- read-frame
  "Returns opcode and payload of the server's next frame, or :end."
  [^RawClient client]
  (let [in (DataInputStream. (.getInputStream (.socket client)))
        b (.read in)]
    (if (neg? b)
      :end
      (let [n (.readUnsignedByte in)
            n (if (= 126 n) (.readUnsignedShort in) n)
            payload (byte-array n)]
        (.readFully in payload)
        [(bit-and 15 b) (if (= 8 (bit-and 15 b)) (mapv #(bit-and 255 %) payload) (String. payload))]))))

(defn- read-close
  "Returns the next frame, without the reason of a Close."
  [client]
  (let [[opcode payload] (read-frame client)]
    [opcode (if (vector? payload) (vec (take 2 payload)) payload)]))

(defmacro ^:private with-socket
  "Evaluates `body` with a raw client whose handshake `sent` was answered."
  [[client handler options sent] & body]
  `(with-port* ~handler ~options
     (fn [port#]
       (with-open [~(vary-meta client assoc :tag `RawClient) (RawClient. (int port#))]
         (.send ~client ~(vary-meta sent assoc :tag 'bytes))
         (is (re-find #"^HTTP/1.1 101" (.readHead ~client)))
         ~@body))))

(defn- bytes-of ^bytes [& parts]
  (byte-array (mapcat #(if (string? %) (.getBytes ^String %) %) parts)))

;; [D] §5.1: :on-open runs before the first :on-receive, and what comes with the handshake is not lost.
(deftest messages-that-come-with-the-handshake-are-delivered-after-on-open
  (let [events (LinkedBlockingQueue.)]
    (with-socket [client
                  (fn [req] (as-channel req {:on-open (fn [_] (Thread/yield) (.put events :open))
                                             :on-receive (fn [_ msg] (.put events msg))}))
                  {} (bytes-of handshake (text "a") (text "b"))]
      (is (= [:open "a" "b"] [(poll events) (poll events) (poll events)])))))

(deftest a-socket-of-old-programs-hears-what-came-with-the-handshake
  (let [events (LinkedBlockingQueue.)]
    (with-socket [client (fn [req]
                           (with-channel req ch
                             (on-close ch (fn [status] (.put events status)))
                             (on-receive ch (fn [msg] (.put events msg) (send! ch (str msg "!"))))))
                  {} (bytes-of handshake (text "a"))]
      (is (= [1 "a!"] (read-frame client)))
      (.send client (closing 1000))
      (is (= ["a" :normal] [(poll events) (poll events)])))))

;; [D] §5.5: the close callback comes last, however slow the callbacks of messages are.
(deftest on-close-is-last
  (let [events (LinkedBlockingQueue.)
        go-on (CountDownLatch. 1)]
    (with-socket [client (fn [req]
                           (as-channel req {:on-receive (fn [_ msg]
                                                          (.await go-on 10 TimeUnit/SECONDS)
                                                          (.put events msg))
                                            :on-close (fn [_ status] (.put events status))}))
                  {} (bytes-of handshake (text "1") (text "2") (text "3") (closing 1001))]
      (.countDown go-on)
      (is (= ["1" "2" "3" :going-away] (vec (repeatedly 4 #(poll events)))))
      (is (= [8 [3 233]] (read-frame client))))))

;; [D] §5.3: a peer that does not answer a Close has 10 s, or what the option says.
(deftest a-peer-need-not-answer-a-close
  (let [closed (promise)]
    (with-socket [client (fn [req] (as-channel req {:on-open close
                                                    :on-close (fn [_ status] (deliver closed status))}))
                  {:ws-close-timeout 50} (bytes-of handshake)]
      (is (= [8 [3 232]] (read-frame client)))
      (is (= :end (read-frame client)))
      (is (= :server-close (deref closed 10000 nil))))))

(deftest faults-close-with-their-code
  (let [long-text (apply str (repeat 120 "x"))]
    (are [code status sent] (let [closed (promise)]
                              (with-socket [client (fn [req] (as-channel req {:on-close (fn [_ s] (deliver closed s))}))
                                            {:max-ws 100} (bytes-of handshake sent)]
                                (and (= [8 [(quot code 256) (rem code 256)]] (read-close client))
                                     (nil? (.shutdownOutput (.socket client)))
                                     (= status (deref closed 10000 nil)))))
      1002 :protocol-error (byte-array [(unchecked-byte 0xC1) (unchecked-byte 0x80) 0 0 0 0])
      1002 :protocol-error (byte-array [(unchecked-byte 0x81) 0])
      1002 :protocol-error (frame 3 (byte-array 0))
      1002 :protocol-error (frame 0 (byte-array 0))
      1007 :invalid-payload-data (frame 1 (byte-array [-1]))
      1009 :message-too-big (text long-text))))

(deftest faults-are-events
  (let [events (LinkedBlockingQueue.)]
    (with-socket [client (fn [req] (as-channel req {:on-receive (fn [_ _] (throw (ex-info "expected by this test" {})))}))
                  {:event-logger (fn [event] (.put events event))} (bytes-of handshake (text "a") (frame 3 (byte-array 0)))]
      (is (= ["httpkit.server.ws.frame.error" "httpkit.server.ws.decode.error"] [(poll events) (poll events)])))))

(deftest a-lost-connection-is-going-away
  (let [closed (promise)]
    (with-socket [client (fn [req] (as-channel req {:on-close (fn [_ s] (deliver closed s))}))
                  {} (bytes-of handshake)]
      (.close client)
      (is (= :going-away (deref closed 10000 nil))))))

(deftest pings-are-answered-and-may-be-sent
  (let [pinged (promise)]
    (with-socket [client (fn [req]
                           (as-channel req {:on-open #(send! % (Frame$PingFrame. (.getBytes "hi")))
                                            :on-ping (fn [_ data] (deliver pinged (String. ^bytes data)))}))
                  {} (bytes-of handshake (frame 9 (.getBytes "p")))]
      (is (= #{[9 "hi"] [10 "p"]} (set [(read-frame client) (read-frame client)])))
      (is (= "p" (deref pinged 10000 nil)))))
  (is (thrown-with-msg? IllegalArgumentException #"126 bytes" (Frame$PingFrame. (byte-array 126)))))

;; §10.4: concurrent senders are not mixed, and each keeps its order.
(deftest senders-are-not-mixed
  (let [n 16, each 50]
    (with-socket [client (fn [req]
                           (as-channel req {:on-open
                                            (fn [ch]
                                              (dotimes [i n]
                                                (future (dotimes [j each] (send! ch (str i " " j))))))}))
                  {} (bytes-of handshake)]
      (let [got (repeatedly (* n each) #(second (read-frame client)))
            by-sender (group-by #(re-find #"^\d+" %) (doall got))]
        (is (= n (count by-sender)))
        (is (every? (fn [[i msgs]] (= (map #(str i " " %) (range each)) msgs)) by-sender))))))

;; [D] §2.1 and §11.7: permessage-deflate, with limits, by either name of the option.
(deftest messages-may-be-compressed
  (doseq [options [{:permessage-deflate? true} {:websocket-options {:compression? true}}]]
    (with-port* (fn [req] (as-channel req {:on-receive send!})) (assoc options :max-ws 1000)
      (fn [port]
        (let [conn @(aleph/websocket-client (str "ws://localhost:" port) {:compression? true})]
          (is (re-find #"permessage-deflate" (str (get-in (s/description conn) [:sink :websocket-handshake-headers
                                                                                "sec-websocket-extensions"]))))
          (s/put! conn "hello")
          (is (= "hello" (deref (s/take! conn) 10000 nil)))
          (s/put! conn (apply str (repeat 10000 "x")))
          (is (nil? (deref (s/take! conn) 10000 :late)))
          (is (= 1009 (get-in (s/description conn) [:sink :websocket-close-code]))
              "the limit is about the message, not what was sent of it"))))))

(deftest origins-and-protocols-are-options
  (with-port* (fn [req] (as-channel req {:on-open #(send! % "open")}))
    {:websocket-options {:sub-protocols "a, b" :origin-check #(= "http://good" %)}}
    (fn [port]
      (let [connect #(deref (aleph/websocket-client (str "ws://localhost:" port)
                                                    {:sub-protocols "b" :headers {"origin" %}})
                            10000 nil)
            conn (connect "http://good")]
        (is (= "b" (get-in (s/description conn) [:sink :websocket-selected-subprotocol])))
        (s/close! conn)
        (is (thrown? Exception (connect "http://bad")))))))

;;; Ring's

(defn- listener [^LinkedBlockingQueue events]
  (reify p/Listener
    (on-open [_ socket] (.put events [:open socket]))
    (on-message [_ _ msg]
      (when (= "throw" msg) (throw (IllegalStateException. "expected by this test")))
      (.put events msg))
    (on-pong [_ _ _])
    (on-error [_ _ e] (.put events [:error (class e)]))
    (on-close [_ _ code reason] (.put events [:close code reason]))))

(defn- ring-handler [events]
  [[(constantly {:ring.websocket/listener (listener events)}) {}]
   [(fn [_ respond _] (respond {:ring.websocket/listener (listener events)})) {:ring-async? true}]])

;; [D] §5.6: AsyncSocket is implemented.
(deftest sockets-of-ring-send-asynchronously
  (let [events (LinkedBlockingQueue.)]
    (doseq [[handler options] (ring-handler events)]
      (with-socket [client handler options (bytes-of handshake)]
        (let [[_ socket] (poll events)
              sent (promise)]
          (is (satisfies? p/AsyncSocket socket))
          (p/-send-async socket "later" #(deliver sent true) #(deliver sent %))
          (is (= [1 "later"] (read-frame client)))
          (is (true? (deref sent 10000 nil)))
          (p/-send socket (ByteBuffer/wrap (.getBytes "b")))
          (is (= [2 "b"] (read-frame client)))
          (is (thrown? IllegalArgumentException (p/-close socket 999 "")))
          (is (thrown? IllegalArgumentException (p/-close socket 1000 (apply str (repeat 124 "x")))))
          (p/-close socket 4001 "done")
          (is (= 8 (first (read-frame client))))
          (.send client (closing 4001))
          (is (= [:close 4001 "done"] (poll events)))
          (let [failed (promise)]
            (p/-send-async socket "late" #(deliver failed :sent) #(deliver failed %))
            (is (instance? java.io.IOException (deref failed 10000 nil)))))))))

;; [D] §5.6: on-error is called; a lost connection is 1006.
(deftest listeners-of-ring-hear-of-errors
  (let [events (LinkedBlockingQueue.)
        [handler options] (first (ring-handler events))]
    (with-socket [client handler options (bytes-of handshake (text "throw"))]
      (is (= :open (first (poll events))))
      (is (= [:error IllegalStateException] (poll events)))
      (is (= [8 [3 243]] (read-close client)))
      (.send client (closing 1011))
      (is (= [:close 1011] (take 2 (poll events)))))
    (with-socket [client handler options (bytes-of handshake)]
      (is (= :open (first (poll events))))
      (.close client)
      (is (= [:close 1006 ""]
             (first (filter (fn [[event]] (= :close event)) (repeatedly #(poll events)))))))))

;; [D] §5.6: a sub-protocol is sent only if the client has offered it.
(deftest sub-protocols-of-ring-are-verified
  (with-port* (constantly {:ring.websocket/listener (listener (LinkedBlockingQueue.)) :ring.websocket/protocol "a"}) {}
    (fn [port]
      (with-open [client (RawClient. (int port))]
        (is (= 500 (.status (.read (.send client ^String handshake)))))))))
