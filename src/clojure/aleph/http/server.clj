(ns aleph.http.server
  "Names that libraries look up here; `aleph.http` is the place to use."
  (:require
   [aleph.http :as http]
   [aleph.http.common :as common]
   [aleph.http.websocket.server :as websocket]))

(set! *warn-on-reflection* true)

(defn start-server
  "Starts a server; see `aleph.http/start-server`."
  [handler options]
  (http/start-server handler options))

(defn error-response
  "Deprecated: `aleph.http.common/ring-error-response`."
  [e]
  (common/ring-error-response e))

(defn websocket-upgrade-request?
  "Deprecated: `aleph.http.websocket.server/websocket-upgrade-request?`."
  [req]
  (websocket/websocket-upgrade-request? req))
