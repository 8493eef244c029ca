(ns weir.websocket
  "What Aleph has no name for: messages for many sockets."
  (:import
   (java.util Collection)
   (manifold.stream.core IEventSink)
   (weir.http.websocket PreparedMessage WebSocketOptions)))

(set! *warn-on-reflection* true)

(defn prepare
  "Returns a message that any number of servers' sockets can be given, and that is encoded and
  compressed only once: text for a CharSequence, else binary. Put it into streams, or publish it with
  `manifold.bus/publish!` on a bus whose subscribers are connected to sockets."
  ^PreparedMessage [message]
  (if (instance? CharSequence message)
    (PreparedMessage/text message)
    (PreparedMessage/binary (WebSocketOptions/payload message))))

(defn broadcast!
  "Sends one message to each of `conns`, encoding it once, and returns their puts' deferreds in a vector.
  Waits for nobody: look at the deferreds to leave out who reads too slowly."
  [^Collection conns message]
  (let [prepared (prepare message)]
    (mapv (fn [^IEventSink conn] (.put conn prepared false)) conns)))
