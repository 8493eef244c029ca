(ns aleph.http.websocket.common
  "What can be done with either end of a WebSocket; `aleph.http` has the functions to call. Loaded when a
  program calls one."
  (:import
   (manifold.stream.core IEventSink)
   (weir.deferred Deferred)
   (weir.http.websocket Commands$Close Commands$Ping WebSocketOptions)))

(set! *warn-on-reflection* true)

(def close-empty-status-code
  "The status of a Close without one."
  -1)

(defn- command!
  "Puts a command into a WebSocket's stream and returns the deferred `d` of its outcome."
  [^IEventSink conn command ^Deferred d]
  (when (false? @(.put conn command false))
    (.success d false))
  d)

(defn websocket-ping
  "Sends a PING; see `aleph.http/websocket-ping`."
  [conn d data]
  (let [d (or d (Deferred/create))]
    (command! conn (Commands$Ping. (WebSocketOptions/payload data) d) d)))

(defn websocket-close!
  "Starts the closing handshake; see `aleph.http/websocket-close!`."
  [conn status reason deferred]
  (let [d (or deferred (Deferred/create))]
    (command! conn (Commands$Close. (int status) reason d) d)))
