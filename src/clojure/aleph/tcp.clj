(ns aleph.tcp
  "TCP servers and clients with Aleph's API: connections are duplex streams of bytes.

  Beyond Aleph: `:executor`, `:unix-socket`, `:allow-half-closure?`, `:name-resolver`, `:dns-options` and
  `:proxy-options`. What a handler knows of a connection is captured when it is made, so it can be
  asked for at any time."
  (:require
   [aleph.netty :as netty]
   [weir.net-options :as net]
   [weir.options :as o])
  (:import
   (clojure.lang IFn IMeta)
   (io.netty.channel Channel)
   (java.net SocketAddress)
   (java.time Duration)
   (java.util.concurrent Executor)
   (java.util.function BiConsumer)
   (weir.deferred Deferred)
   (weir.net.tls Tls TlsOptions)
   (weir.stream SplicedStream)
   (weir.tcp ConnectionInfo HalfClosure TcpClient TcpClient$Builder TcpServer TcpServer$Builder)))

(set! *warn-on-reflection* true)

(defrecord TcpConnection [server-name server-port remote-addr ssl-session])

(extend-protocol netty/AlephServer
  TcpServer
  (port [server] (.port server))
  (wait-for-close [server]
    (.await (.stopped server))
    nil))

(defmethod print-method TcpServer [server ^java.io.Writer w]
  (.write w (str server)))

(def ^:private server-options
  #{:port :socket-address :listen-socket :unix-socket :ssl-context :bootstrap-transform
    :pipeline-transform :raw-stream? :shutdown-timeout :transport :epoll? :executor
    :allow-half-closure? :event-loop-threads :daemon? :max-connections})

(defn- connection [^ConnectionInfo info]
  (TcpConnection. (.serverName info) (.serverPort info) (.remoteAddr info) (.sslSession info)))

(defn- set-place [^TcpServer$Builder b {:keys [port socket-address listen-socket unix-socket]}]
  (cond
    listen-socket (.listenSocket b (if (integer? listen-socket) (int listen-socket) listen-socket))
    unix-socket (.unixSocket b (net/path :unix-socket unix-socket))
    socket-address (.address b (net/socket-address :socket-address socket-address))
    :else (.port b (net/port :port port "an integer 0-65535, or a :socket-address, :listen-socket or :unix-socket"))))

(defn start-server
  "Starts a TCP server and returns it: a java.io.Closeable that also answers `aleph.netty/port` and
  `aleph.netty/wait-for-close`. `handler` is called with the duplex stream of each connection and a map
  of `:server-name`, `:server-port`, `:remote-addr` and `:ssl-session`; after the TLS handshake, if there
  is one. If it throws, the connection is closed.

  The stream emits byte arrays, one at a time, and takes strings, arrays, buffers and whatever
  byte-streams converts. A put is true when its bytes are with the operating system.

  | key | meaning (default)
  |:----|:----
  | `:port` | port on all interfaces; 0 takes a free one
  | `:socket-address` | a java.net.SocketAddress to listen on
  | `:unix-socket` | path of a unix domain socket
  | `:listen-socket` | a bound ServerSocketChannel (`:nio`) or file descriptor (`:epoll`, `:kqueue`), never closed
  | `:ssl-context` | an SslContext, an SslContextBuilder, or a map as in docs/tls.md
  | `:raw-stream?` | emit ByteBufs, which the taker releases (false)
  | `:allow-half-closure?` | keep writing when the peer has sent its end (false); see `shutdown-output!`
  | `:executor` | where the handler and takers of the stream are called (the event loop)
  | `:max-connections` | connections that may be open at once; others wait to be accepted (0: no limit)
  | `:shutdown-timeout` | seconds that connections may go on after `.close` (15)
  | `:transport`, `:epoll?` | `:nio`, `:epoll`, `:kqueue` or `:io-uring` (the best of this machine)
  | `:event-loop-threads` | (two per processor)
  | `:daemon?` | let the JVM end while the server runs (false)
  | `:bootstrap-transform`, `:pipeline-transform` | change Netty's ServerBootstrap, or each ChannelPipeline"
  [handler options]
  (o/check :handler handler (instance? IFn handler) "a function")
  (o/report-unknown! "aleph.tcp/start-server" options server-options)
  (let [{:keys [ssl-context raw-stream? allow-half-closure? executor daemon? bootstrap-transform
                pipeline-transform]} options
        b (TcpServer/builder)]
    (set-place b options)
    (.handler b (reify BiConsumer (accept [_ stream info] (handler stream (connection info)))))
    (.threadPrefix b "aleph-tcp-server-pool")
    (.rawStream b (boolean raw-stream?))
    (.allowHalfClosure b (boolean allow-half-closure?))
    (.daemon b (boolean daemon?))
    (when ssl-context (.sslContext b (TlsOptions/server ssl-context nil)))
    (when-some [t (net/transport options)] (.transport b t))
    (when-some [n (o/positive-int options :event-loop-threads)] (.eventLoopThreads b n))
    (when-some [n (o/non-negative options :max-connections)] (.maxConnections b (int n)))
    (when (some? executor)
      (.executor b ^Executor (o/check :executor executor (instance? Executor executor)
                                      "a java.util.concurrent.Executor")))
    (when-some [t (o/non-negative options :shutdown-timeout)]
      (.shutdownTimeout b (Duration/ofSeconds t)))
    (when bootstrap-transform (.bootstrap b (net/consumer bootstrap-transform)))
    (when pipeline-transform (.pipeline b (net/consumer pipeline-transform)))
    (.start b)))

(def ^:private client-options
  #{:host :port :remote-address :local-address :unix-socket :ssl? :ssl-context :ssl-endpoint-id-alg
    :insecure? :connect-timeout :pipeline-transform :bootstrap-transform :raw-stream? :transport :epoll?
    :executor :allow-half-closure? :name-resolver :dns-options :proxy-options})

(defn- set-remote [^TcpClient$Builder b {:keys [host port remote-address unix-socket]}]
  (cond
    remote-address (.address b ^SocketAddress (net/socket-address :remote-address remote-address))
    unix-socket (.unixSocket b (net/path :unix-socket unix-socket))
    :else (.address b ^String (o/check :host host (string? host) "a string, or a :remote-address")
                    (int (net/port :port port "an integer 0-65535")))))

(defn- set-tls [^TcpClient$Builder b {:keys [ssl? ssl-context insecure?] :as options}]
  (cond
    ssl-context (.sslContext b (TlsOptions/client ssl-context nil))
    (and ssl? insecure?) (do (.sslContext b (.build (.trustAnybody (Tls/client))))
                             (.endpointAlgorithm b nil))
    ssl? (.sslContext b (.build (Tls/client))))
  (when (contains? options :ssl-endpoint-id-alg)
    (.endpointAlgorithm b (:ssl-endpoint-id-alg options))))

(defn- builder ^TcpClient$Builder [options]
  (o/report-unknown! "aleph.tcp/client" options client-options)
  (let [{:keys [raw-stream? allow-half-closure? executor local-address bootstrap-transform
                pipeline-transform]} options
        b (TcpClient/builder)]
    (set-remote b options)
    (set-tls b options)
    (.rawStream b (boolean raw-stream?))
    (.allowHalfClosure b (boolean allow-half-closure?))
    (when-some [t (net/transport options)] (.transport b t))
    (when-some [t (o/non-negative options :connect-timeout)]
      (.connectTimeout b (Duration/ofMillis t)))
    (when local-address (.localAddress b (net/socket-address :local-address local-address)))
    (when (some? executor)
      (.executor b ^Executor (o/check :executor executor (instance? Executor executor)
                                      "a java.util.concurrent.Executor")))
    (when-some [p (:proxy-options options)] (.proxy b (net/proxy-server p) (net/no-proxy p)))
    (when bootstrap-transform (.bootstrap b (net/consumer bootstrap-transform)))
    (when pipeline-transform (.pipeline b (net/consumer pipeline-transform)))
    b))

(defn client
  "Connects to a TCP server. Returns a deferred of the duplex stream, which is there once the connection
  is and, with TLS, the handshake is done. Names are resolved without blocking, and several addresses
  are tried as RFC 8305 has it. An error or a value put into the deferred gives the attempt up.

  | key | meaning (default)
  |:----|:----
  | `:host`, `:port` | whom to connect to; or
  | `:remote-address` | a java.net.SocketAddress; or
  | `:unix-socket` | the path of a unix domain socket
  | `:local-address` | where to connect from
  | `:ssl?` | connect over TLS (true with `:ssl-context`)
  | `:ssl-context` | an SslContext, an SslContextBuilder, or a map as in docs/tls.md
  | `:ssl-endpoint-id-alg` | how a certificate is held against the host's name; nil does not (\"HTTPS\")
  | `:insecure?` | trust any certificate (false)
  | `:connect-timeout` | ms for each address, and for the handshake (30000)
  | `:name-resolver` | `:default`, `:noop` or an AddressResolverGroup (the JDK's, off the event loops)
  | `:dns-options` | options of `aleph.netty/dns-resolver-group`, instead; that group is for this connection alone
  | `:proxy-options` | `:host`, `:port`, `:protocol`, `:user`, `:password`, … as in docs/client.md
  | `:raw-stream?` | emit ByteBufs, which the taker releases (false)
  | `:allow-half-closure?` | keep writing when the peer has sent its end (false); see `shutdown-output!`
  | `:executor` | where takers of the stream are called (the event loop)
  | `:transport`, `:epoll?` | `:nio`, `:epoll`, `:kqueue` or `:io-uring` (the best of this machine)
  | `:bootstrap-transform`, `:pipeline-transform` | change Netty's Bootstrap, or the ChannelPipeline"
  [options]
  (let [b (builder options)]
    (net/connect-with-resolver options
                               (fn [resolver]
                                 (when resolver (.resolver b resolver))
                                 (.connect b)))))

(defn shutdown-output!
  "Tells the peer that nothing more comes, behind what was put already; what it sends can still be taken.
  Returns a deferred, true when the end was sent. A connection over TLS is closed at once."
  ^Deferred [stream]
  (let [channel (:aleph/channel (meta ^IMeta stream))]
    (o/check :stream stream (instance? Channel channel) "the stream of a TCP connection")
    (HalfClosure/shutdownOutput channel)))
