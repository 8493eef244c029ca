(ns weir.ring.websocket
  "Ring's WebSocket protocols over the engine. Loaded by the first response that has a
  `:ring.websocket/listener`: Ring's protocols are on the class path then."
  (:require
   [ring.websocket.protocols :as p])
  (:import
   (java.io IOException)
   (java.nio ByteBuffer)
   (weir.deferred Deferred)
   (weir.executor NonBlockingThread)
   (weir.http.websocket WebSocket WebSocketListener)))

(set! *warn-on-reflection* true)

(defn- remaining ^bytes [^ByteBuffer buffer]
  (let [bytes (byte-array (.remaining buffer))]
    (.get (.duplicate buffer) bytes)
    bytes))

(defn- checked [message]
  (if (or (instance? CharSequence message) (instance? ByteBuffer message))
    message
    (throw (IllegalArgumentException.
            (str "a websocket message is a " (class message)
                 " (expected: a CharSequence or a ByteBuffer)")))))

(defn- closed [] (IOException. "the websocket is closed"))

(deftype Socket [^WebSocket socket]
  p/Socket
  (-open? [_] (.isOpen socket))
  (-send [_ message]
    (let [written (.send socket (checked message))]
      ;; An event loop must not wait for itself: there the message is only handed over.
      (when (and (or (.realized written)
                     (not (instance? NonBlockingThread (Thread/currentThread))))
                 (false? (.deref written)))
        (throw (closed)))))
  (-ping [_ data] (.sendPing socket (remaining data)) nil)
  (-pong [_ data] (.sendPong socket (remaining data)) nil)
  (-close [_ code reason] (.close socket (int code) reason) nil)

  p/AsyncSocket
  (-send-async [_ message succeed fail]
    (let [^Deferred written (try
                              (.send socket (checked message))
                              (catch Throwable t
                                (Deferred/failed t)))]
      (.onRealized written
                   (fn [sent?] (if sent? (succeed) (fail (closed))))
                   fail)
      nil)))

(defn listener
  "Returns the engine's listener for one of Ring's."
  ^WebSocketListener [listener]
  (let [answers-pings? (satisfies? p/PingListener listener)
        ring-socket (volatile! nil)] ; set before any other event
    (reify WebSocketListener
      (answersPings [_] answers-pings?)
      (onOpen [_ socket]
        (vreset! ring-socket (Socket. socket))
        (p/on-open listener @ring-socket))
      (onText [_ _ text] (p/on-message listener @ring-socket text))
      (onBinary [_ _ data] (p/on-message listener @ring-socket (ByteBuffer/wrap data)))
      (onPing [_ _ data]
        (when answers-pings?
          (p/on-ping listener @ring-socket (ByteBuffer/wrap data))))
      (onPong [_ _ data] (p/on-pong listener @ring-socket (ByteBuffer/wrap data)))
      (onError [_ _ cause] (p/on-error listener @ring-socket cause))
      (onClose [_ _ code reason] (p/on-close listener @ring-socket code reason)))))
