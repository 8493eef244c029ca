(ns aleph.http.common
  "What servers and clients of `aleph.http` have in common, for programs that extend them."
  (:import
   (io.netty.handler.codec DateFormatter)
   (io.netty.handler.ssl SslContext)
   (java.util Date)
   (org.slf4j LoggerFactory)
   (weir.net.tls Alpn TlsOptions)))

(set! *warn-on-reflection* true)

(def supported-http-versions
  "What `:http-versions` may name."
  #{:http1 :http2})

(defn ensure-consistent-alpn-config
  "Returns the server's TLS context for `ssl-context`, a context, a builder or an option map, if it
  negotiates exactly `desired-http-versions`, in that order. Else throws an ExceptionInfo with
  `:desired-http-versions` and `:alpn-protocols`. A context without ALPN is good for `[:http1]`."
  ^SslContext [ssl-context desired-http-versions]
  (Alpn/check (TlsOptions/server ssl-context nil) desired-http-versions))

(defprotocol HeaderMap
  (get-header-values [m k]
    "Returns every value of header `k`, a string in any case, as they came over the wire."))

(extend-protocol HeaderMap
  weir.http.HeaderMap
  (get-header-values [m k]
    (.getAll m k)))

(defn rfc-1123-date-string
  "Returns the time of now as a Date header has it."
  ^String []
  (DateFormatter/format (Date.)))

(defn ring-error-response
  "Logs `e`, and returns the response of a server whose handler has failed with it."
  [e]
  (.error (LoggerFactory/getLogger "aleph.http.common") "error in a handler" ^Throwable e)
  {:status 500
   :headers {"content-type" "text/plain"}
   :body "Internal Server Error"})
