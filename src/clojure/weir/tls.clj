(ns weir.tls
  "TLS contexts from the option maps of `:ssl-context`; docs/tls.md has the table."
  (:require
   [weir.options :as o])
  (:import
   (io.netty.handler.ssl ApplicationProtocolConfig SslContext)
   (weir.net.tls Alpn ReloadableContext SelfSigned TlsOptions)))

(set! *warn-on-reflection* true)

(defn server-context
  "Returns the server's context for a context, a builder or an option map."
  ^SslContext [x]
  (TlsOptions/server x nil))

(defn client-context
  "Returns the client's context for a context, a builder or an option map."
  ^SslContext [x]
  (TlsOptions/client x nil))

(defn alpn
  "Returns the ALPN configuration of HTTP `versions`, in order of preference: `:http1` and `:http2`, or
  their names."
  ^ApplicationProtocolConfig [versions]
  (Alpn/config (Alpn/names versions)))

(defn self-signed
  "Makes a throw-away key for `host`: an option map with `:private-key` and `:certificate-chain`."
  [host]
  (let [made (SelfSigned/of host)]
    {:private-key (.privateKey made) :certificate-chain [(.certificate made)]}))

(defn reload!
  "Reads the files of a context again that was made with `:reload-interval`. Throws, and keeps what it
  has, if they cannot be used."
  [context]
  (if (instance? ReloadableContext context)
    (.reload ^ReloadableContext context)
    (throw (o/illegal :ssl-context context "one that was made with :reload-interval"))))
