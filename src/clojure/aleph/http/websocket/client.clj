(ns aleph.http.websocket.client
  "The client's end of a WebSocket. Loaded when a program first connects."
  (:require
   [weir.net-options :as net])
  (:import
   (weir.http.client RingWebSocketClient)))

(set! *warn-on-reflection* true)

(defn connect
  "Connects to a WebSocket; see `aleph.http/websocket-client`."
  [url options]
  (net/connect-with-resolver
   options
   (fn [resolver]
     (RingWebSocketClient/stream "aleph.http/websocket-client" url
                                 (cond-> options
                                   resolver (-> (dissoc :dns-options) (assoc :name-resolver resolver)))))))
