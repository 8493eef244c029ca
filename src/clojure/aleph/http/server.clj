(ns aleph.http.server
  "Names that libraries look up here; `aleph.http` is the place to use."
  (:require
   [aleph.http :as http]
   [aleph.http.common :as common]))

(set! *warn-on-reflection* true)

(defn start-server
  "Starts a server; see `aleph.http/start-server`."
  [handler options]
  (http/start-server handler options))

(defn error-response
  "Deprecated: `aleph.http.common/ring-error-response`."
  [e]
  (common/ring-error-response e))
