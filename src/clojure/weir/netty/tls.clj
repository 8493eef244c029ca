(ns weir.netty.tls
  "TLS contexts and handlers by Aleph's names, for `aleph.netty`."
  (:require
   [manifold.deferred :as d]
   [weir.netty.buffers :refer [channel]]
   [weir.netty.channels :as c]
   [weir.tls :as tls])
  (:import
   (io.netty.channel Channel)
   (io.netty.handler.codec DecoderException)
   (io.netty.handler.ssl ApplicationProtocolConfig SslContext SslHandler SslProvider)
   (java.net InetSocketAddress)
   (javax.net.ssl SSLException SSLHandshakeException SSLSession)
   (weir.net.tls Tls TlsOptions)))

(set! *warn-on-reflection* true)

;;; ---- TLS

(def ->application-protocol-name
  "The names of HTTP versions in ALPN."
  {:http1 "http/1.1", :http2 "h2"})

(defn application-protocol-config
  "Returns the ALPN configuration that offers `protocols` (`:http1`, `:http2` or their names), best first."
  ^ApplicationProtocolConfig [protocols]
  (tls/alpn protocols))

(defn coerce-ssl-provider
  "Returns Netty's provider of `:jdk`, `:openssl` or `:openssl-refcnt`."
  ^SslProvider [provider]
  (TlsOptions/provider provider))

(defn ssl-server-context
  "Returns a server's SslContext for a map of options; docs/tls.md has them."
  (^SslContext [] (ssl-server-context {}))
  (^SslContext [options] (tls/server-context options)))

(defn ssl-client-context
  "Returns a client's SslContext for a map of options; docs/tls.md has them."
  (^SslContext [] (ssl-client-context {}))
  (^SslContext [options] (tls/client-context options)))

(defn self-signed-ssl-context
  "Returns a server's SslContext with a throw-away certificate, for development."
  (^SslContext [] (self-signed-ssl-context "localhost"))
  (^SslContext [hostname] (self-signed-ssl-context hostname {}))
  (^SslContext [hostname options]
   (tls/server-context (merge options (tls/self-signed hostname)))))

(defn insecure-ssl-client-context
  "Returns a client's SslContext that trusts everybody. Not for networks that others can reach."
  (^SslContext [] (insecure-ssl-client-context {}))
  (^SslContext [options]
   (tls/client-context
    (assoc options :trust-store io.netty.handler.ssl.util.InsecureTrustManagerFactory/INSTANCE))))

(defn coerce-ssl-server-context
  "Returns the server's SslContext of an SslContext, an SslContextBuilder or a map of options."
  ^SslContext [x]
  (tls/server-context x))

(defn coerce-ssl-client-context
  "Returns the client's SslContext of an SslContext, an SslContextBuilder or a map of options."
  ^SslContext [x]
  (tls/client-context x))

(def default-ssl-endpoint-id-alg
  "How clients hold a certificate against the host's name."
  Tls/DEFAULT_ENDPOINT_ALGORITHM)

(defn ssl-handler
  "Returns a channel's SslHandler. With a remote address, a client's: its host and port are sent to the
  server and found in the certificate, unless the algorithm is nil."
  (^SslHandler [ch ^SslContext ssl-ctx]
   (.newHandler ssl-ctx (.alloc (channel ch))))
  (^SslHandler [ch ssl-ctx remote-address]
   (ssl-handler ch ssl-ctx remote-address default-ssl-endpoint-id-alg))
  (^SslHandler [ch ^SslContext ssl-ctx ^InetSocketAddress remote-address ssl-endpoint-id-alg]
   (Tls/connect (channel ch) ssl-ctx (.getHostString remote-address) (.getPort remote-address)
                ssl-endpoint-id-alg)))

;;; ---- what a channel knows

(defn- ssl-handler-of ^SslHandler [^Channel ch]
  (when ch
    (or (.get (.pipeline ch) SslHandler) (recur (.parent ch)))))

(defn channel-ssl-session
  "Returns the TLS session of a channel, or of the one it is a stream of; nil without TLS."
  ^SSLSession [ch]
  (some-> (ssl-handler-of (channel ch)) .engine .getSession))

(defn maybe-ssl-handshake-future
  "Returns a deferred of the channel: once its TLS handshake is done, at once without TLS."
  [ch]
  (let [ch (channel ch)]
    (if-let [handler (.get (.pipeline ch) SslHandler)]
      (c/wrap-future (.handshakeFuture ^SslHandler handler))
      (d/success-deferred ch))))

(defn ssl-handshake-error?
  "Returns whether an error is that of a TLS handshake."
  [ex]
  (boolean (or (instance? SSLHandshakeException ex)
               (and (instance? DecoderException ex)
                    (instance? SSLException (ex-cause ex))))))

(defn ignore-ssl-handshake-errors
  "Does nothing: an error handler for handshakes, whose failures are logged in one line anyway."
  [_]
  nil)
