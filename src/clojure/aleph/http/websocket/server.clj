(ns aleph.http.websocket.server
  "The server's end of a WebSocket. Loaded when a handler first asks for one."
  (:require
   [clojure.string :as str])
  (:import
   (weir.http.server RingWebSockets)))

(set! *warn-on-reflection* true)

(defn- token?
  "True if one of the comma-separated tokens in `value` is `token`, in any case."
  [value token]
  (boolean (some #(= token (str/lower-case (str/trim %)))
                 (str/split (str value) #","))))

(defn websocket-upgrade-request?
  "True if a request asks for a WebSocket: its header `connection` names `upgrade`, and `upgrade` is
  `websocket`. Any map will do whose `:headers` answer `:connection` and `:upgrade`, or strings."
  [{:keys [headers]}]
  (let [header (fn [k] (or (get headers k) (get headers (name k))))]
    (and (token? (header :connection) "upgrade")
         (= "websocket" (str/lower-case (str/trim (str (header :upgrade))))))))

(defn connect
  "Answers a request with a WebSocket; see `aleph.http/websocket-connection`."
  [req options]
  (RingWebSockets/stream "aleph.http/websocket-connection" req options))
