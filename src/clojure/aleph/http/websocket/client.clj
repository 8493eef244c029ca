(ns aleph.http.websocket.client
  "The client's end of a WebSocket. Loaded when a program first connects."
  (:import
   (weir.http.client RingWebSocketClient)))

(set! *warn-on-reflection* true)

(defn connect
  "Connects to a WebSocket; see `aleph.http/websocket-client`."
  [url options]
  (RingWebSocketClient/stream "aleph.http/websocket-client" url options))
