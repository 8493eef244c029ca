(ns aleph.netty
  "Netty as Aleph programs use it: servers, buffers, channels as streams, handlers, TLS, DNS.

  Differs from Aleph: transports default to the best of the machine where a `:transport` may be left
  out; `sink` answers false, and logs, when a message cannot be converted."
  (:refer-clojure :exclude [flush])
  (:require
   [clj-commons.byte-streams :as bs]
   [manifold.deferred :as d]
   [manifold.stream :as s]
   [weir.net-options :as net]
   [weir.options :as o]
   [weir.tls :as tls])
  (:import
   (clojure.lang Compiler DynamicClassLoader IMeta RT)
   (io.netty.bootstrap Bootstrap)
   (io.netty.buffer ByteBuf Unpooled)
   (io.netty.channel Channel ChannelHandler ChannelHandlerContext ChannelInboundHandler ChannelInitializer
                     ChannelOutboundHandler ChannelOutboundInvoker ChannelPipeline EventLoopGroup
                     MultiThreadIoEventLoopGroup)
   (io.netty.channel.group ChannelGroup DefaultChannelGroup)
   (io.netty.handler.codec CharSequenceValueConverter DecoderException)
   (io.netty.handler.logging LogLevel LoggingHandler)
   (io.netty.handler.ssl ApplicationProtocolConfig SslContext SslHandler SslProvider)
   (io.netty.handler.timeout IdleState IdleStateEvent IdleStateHandler)
   (io.netty.resolver ResolvedAddressTypes)
   (io.netty.resolver.dns DnsAddressResolverGroup DnsNameResolverBuilder DnsServerAddressStreamProvider)
   (io.netty.util AttributeKey ReferenceCounted ResourceLeakDetector ResourceLeakDetector$Level)
   (io.netty.util.concurrent Future GlobalEventExecutor)
   (io.netty.util.internal.logging InternalLoggerFactory JdkLoggerFactory Log4J2LoggerFactory
                                   Log4JLoggerFactory Slf4JLoggerFactory)
   (java.io Closeable)
   (java.net InetSocketAddress)
   (java.nio.channels ServerSocketChannel)
   (java.time Duration)
   (java.util Locale)
   (java.util.concurrent ConcurrentHashMap ThreadFactory TimeUnit)
   (java.util.function Consumer)
   (javax.net.ssl SSLException SSLHandshakeException SSLSession)
   (weir.deferred Deferred)
   (weir.executor DaemonThreads)
   (weir.http HttpServer)
   (weir.net Buffers ByteBufConversions ChannelFacts ChannelSink ChannelSink$Encoder
             ChannelSink$OnBadMessage Dialer Dialer$Caller Dialer$Options EventLoops JdkResolvers ListenOn
             NettyFutures TcpListener TcpListener$Options Throughput Transport)
   (weir.net.dns DnsResolvers)
   (weir.net.tls Tls TlsOptions)
   (weir.stream Stream)))

(set! *warn-on-reflection* true)

;; Programs that load this namespace meet Netty's buffers: byte-streams is to know them.
(ByteBufConversions/install)

;;; ---- servers

(defprotocol AlephServer
  "A server that was started by one of the `start-server` functions."
  (port [server] "Returns the port number that the server listens on.")
  (wait-for-close [server]
    "Blocks until the server was closed and its event loops have ended; returns nil."))

(extend-protocol AlephServer
  HttpServer
  (port [server] (.port server))
  (wait-for-close [server]
    (.await (.stopped server))
    nil))

(def default-shutdown-timeout
  "Seconds that connections may go on after a server was closed."
  15)

(def default-connect-timeout
  "Ms that a connection may take."
  30000)

;;; ---- reference counts

(defn release
  "Gives up a reference to `x`, if it counts them. Returns `x`."
  [x]
  (when (instance? ReferenceCounted x)
    (.release ^ReferenceCounted x))
  x)

(defn acquire
  "Takes a reference to `x`, if it counts them. Returns `x`."
  [x]
  (when (instance? ReferenceCounted x)
    (.retain ^ReferenceCounted x))
  x)

(defn leak-detector-level!
  "Sets how closely Netty looks for buffers that nobody releases: `:disabled`, `:simple`, `:advanced` or
  `:paranoid`."
  [level]
  (ResourceLeakDetector/setLevel
   (case level
     :disabled ResourceLeakDetector$Level/DISABLED
     :simple ResourceLeakDetector$Level/SIMPLE
     :advanced ResourceLeakDetector$Level/ADVANCED
     :paranoid ResourceLeakDetector$Level/PARANOID
     (throw (o/illegal :level level ":disabled, :simple, :advanced or :paranoid")))))

(defn set-logger!
  "Sets what Netty logs with: `:log4j`, `:log4j2`, `:slf4j` or `:jdk`."
  [logger]
  (InternalLoggerFactory/setDefaultFactory
   (case logger
     :log4j Log4JLoggerFactory/INSTANCE
     :log4j2 Log4J2LoggerFactory/INSTANCE
     :slf4j Slf4JLoggerFactory/INSTANCE
     :jdk JdkLoggerFactory/INSTANCE
     (throw (o/illegal :logger logger ":log4j, :log4j2, :slf4j or :jdk")))))

;;; ---- buffers

(def ^{:tag 'java.lang.Class} byte-array-class
  "The class of byte arrays."
  (Class/forName "[B"))

(defn- channel-of ^Channel [x]
  (if (instance? Channel x) x (.channel ^ChannelHandlerContext x)))

(defn channel
  "Returns the channel of a channel or a handler's context."
  ^Channel [x]
  (channel-of x))

(defn allocate
  "Returns a new buffer of the allocator of a channel or context."
  ^ByteBuf [x]
  (.buffer (.alloc (channel-of x))))

(defn buf->array
  "Copies what is readable; the buffer is left as it is."
  ^bytes [^ByteBuf buf]
  (let [a (byte-array (.readableBytes buf))]
    (.getBytes buf (.readerIndex buf) a)
    a))

(defn release-buf->array
  "Copies what is readable, and releases the buffer."
  ^bytes [^ByteBuf buf]
  (try
    (buf->array buf)
    (finally (.release buf))))

(defn bufs->array
  "Copies what is readable in each buffer into one array; the buffers are left as they are."
  ^bytes [bufs]
  (let [all (Unpooled/wrappedUnmodifiableBuffer ^"[Lio.netty.buffer.ByteBuf;" (into-array ByteBuf bufs))]
    (buf->array all)))

(defn to-byte-buf
  "Returns a ByteBuf of `x`: nil is empty, byte arrays are copied, strings are UTF-8, ByteBuffers are
  wrapped, a ByteBuf is itself, and anything else is converted as byte-streams does. With a channel the
  bytes are copied into a buffer of its allocator."
  (^ByteBuf [x]
   (if (instance? byte-array-class x)
     (Unpooled/copiedBuffer ^bytes x)
     (Buffers/of x)))
  (^ByteBuf [ch x]
   (if (instance? ByteBuf x)
     x
     (let [source (Buffers/of x)]
       (try
         (.writeBytes (allocate ch) source)
         (finally (.release source)))))))

(defn append-to-buf!
  "Appends the bytes of `x` to a buffer; a ByteBuf is released. Returns the buffer."
  [^ByteBuf buf x]
  (let [more (Buffers/of x)]
    (try
      (.writeBytes buf more)
      (finally (.release more)))))

(defn- pieces [^ByteBuf buf chunk-size]
  (try
    (loop [found []]
      (if (.isReadable buf)
        (recur (conj found (.readRetainedSlice buf (min (int chunk-size) (.readableBytes buf)))))
        found))
    (finally (.release buf))))

(defn to-byte-buf-stream
  "Returns a stream of ByteBufs, of at most `chunk-size` bytes each, with the bytes of `x`. Whoever takes
  one releases it."
  [x chunk-size]
  (->> (bs/convert x (bs/stream-of bytes) {:chunk-size chunk-size})
       (s/onto nil)
       (s/map #(pieces (Buffers/of %) chunk-size))
       (s/mapcat identity)))

;;; ---- futures

(defn wrap-future
  "Returns a deferred of a Netty future; a CancellationException when that was cancelled. nil for nil."
  [^Future f]
  (when f
    (NettyFutures/toDeferred f)))

(defmacro safe-execute
  "Runs `body` on the event loop of a channel or context: at once if that is the current thread, else the
  result is a deferred."
  [ch & body]
  `(let [f# (fn [] ~@body)
         loop# (.eventLoop (channel ~ch))]
     (if (.inEventLoop loop#)
       (f#)
       (let [d# (d/deferred)]
         (.execute loop# (fn []
                           (try
                             (d/success! d# (f#))
                             (catch Throwable e#
                               (d/error! d# e#)))))
         d#))))

;;; ---- writing

(defn write
  "Writes a message to a channel or context, without flushing; nil."
  [^ChannelOutboundInvoker x msg]
  (.write x msg)
  nil)

(defn write-fut
  "Writes a message, without flushing; returns Netty's future."
  [^ChannelOutboundInvoker x msg]
  (.write x msg))

(defn write-and-flush
  "Writes a message and sends what was written; returns Netty's future."
  [^ChannelOutboundInvoker x msg]
  (.writeAndFlush x msg))

(defn flush
  "Sends what was written."
  [x]
  (if (instance? Channel x) (.flush ^Channel x) (.flush ^ChannelHandlerContext x))
  nil)

(defn close
  "Closes a channel, or that of a context; returns Netty's future."
  [^ChannelOutboundInvoker x]
  (.close x))

;;; ---- attributes

(defn attribute
  "Returns the key of a channel's attribute with that name."
  ^AttributeKey [s]
  (AttributeKey/valueOf (name s)))

(defn get-attribute
  "Returns the value of a channel's attribute."
  [ch ^AttributeKey attr]
  (.get (.attr (channel-of ch) attr)))

(defn set-attribute
  "Sets the value of a channel's attribute."
  [ch ^AttributeKey attr val]
  (.set (.attr (channel-of ch) attr) val))

;;; ---- channels as streams

(defn put!
  "Puts a message into a stream, and does not read the channel until it was taken. Returns the put's
  deferred. A message that a closed stream refuses is released."
  [ch s msg]
  (let [ch (channel-of ch)
        config (.config ch)
        taken (s/put! s msg)]
    (if (d/realized? taken)
      (when (false? @taken)
        (release msg))
      (do (.setAutoRead config false)
          (d/on-realized taken
                         (fn [ok?]
                           (when-not ok? (release msg))
                           (.setAutoRead config true))
                         (fn [_]
                           (release msg)
                           (.setAutoRead config true)))))
    taken))

(def sink-close-marker
  "Stands for the end where a message is expected."
  ::sink-close)

(defn- encoder ^ChannelSink$Encoder [coerce-fn]
  (reify ChannelSink$Encoder
    (encode [_ _ msg] (coerce-fn msg))))

(def ^:private ^org.slf4j.Logger log (org.slf4j.LoggerFactory/getLogger "aleph.netty"))

(def ^:private refuse
  (reify ChannelSink$OnBadMessage
    (answer [_ sink msg cause]
      (.error log "cannot send a {}; closing {}"
              (object-array [(some-> msg class .getName) (.channel ^ChannelSink sink) cause]))
      (.close (.channel ^ChannelSink sink))
      Deferred/FALSE)))

(defn sink
  "Returns a sink that writes to a channel. `coerce-fn` makes of a message what Netty writes.

  A put is true when its bytes are with the operating system, false when the channel is closed. Unless
  `downstream?` is false, closing the sink closes the channel once all is written.
  `additional-description`, a map or a function of none, is merged into the description."
  ([ch] (sink ch true to-byte-buf))
  ([ch downstream? coerce-fn] (sink ch downstream? coerce-fn nil))
  ([ch downstream? coerce-fn additional-description]
   (let [ch (channel-of ch)
         sink (ChannelSink. ch (encoder coerce-fn) refuse
                            (if downstream? #(ChannelSink/closeBehindWrites ch) (fn []))
                            (when additional-description
                              #(merge % (if (fn? additional-description)
                                          (additional-description)
                                          additional-description))))]
     (.resetMeta sink (ChannelFacts/meta ch))
     sink)))

(defn- of-channel [^Stream stream ch]
  (.resetMeta stream (ChannelFacts/meta ch))
  (.addListener (.closeFuture (channel-of ch))
                (reify io.netty.channel.ChannelFutureListener
                  (operationComplete [_ _] (.close stream))))
  stream)

(defn source
  "Returns a stream for the messages of a channel, which `put!` fills. It closes with the channel."
  [ch]
  (of-channel (.build (.executor (Stream/builder) nil)) (channel-of ch)))

(defn buffered-source
  "Returns such a stream that holds messages up to a `capacity` measured by `metric`."
  [ch metric capacity]
  (of-channel (s/buffered-stream metric capacity) (channel-of ch)))

;;; ---- measuring

(def channel-inbound-counter "Bytes received, by channel." (ConcurrentHashMap.))
(def channel-outbound-counter "Bytes sent, by channel." (ConcurrentHashMap.))
(def channel-inbound-throughput "Bytes received in the last second, by channel." (ConcurrentHashMap.))
(def channel-outbound-throughput "Bytes sent in the last second, by channel." (ConcurrentHashMap.))

(defn bandwidth-tracker
  "Returns a handler that measures what passes through a channel."
  ^ChannelHandler [_ch]
  (Throughput.))

(defn instrument!
  "Measures the channel of a stream from now on: its description gets `:throughput`, in bytes per second.
  Returns false if the stream has no channel."
  [stream]
  (if-let [^Channel ch (:aleph/channel (meta ^IMeta stream))]
    (do (when-not (.get (.pipeline ch) Throughput)
          (let [tracker (bandwidth-tracker ch)]
            (.set (.attr ch Throughput/KEY) tracker) ; the event loop would do so later
            (.addFirst (.pipeline ch) "bandwidth-tracker" ^ChannelHandler tracker)))
        true)
    false))

;;; ---- handlers

(def ^:private events
  "Netty's events: method, how many arguments behind the context, and how one is passed on."
  {:handler-added ['handlerAdded 0 nil]
   :handler-removed ['handlerRemoved 0 nil]
   :exception-caught ['exceptionCaught 1 '.fireExceptionCaught]
   :channel-registered ['channelRegistered 0 '.fireChannelRegistered]
   :channel-unregistered ['channelUnregistered 0 '.fireChannelUnregistered]
   :channel-active ['channelActive 0 '.fireChannelActive]
   :channel-inactive ['channelInactive 0 '.fireChannelInactive]
   :channel-read ['channelRead 1 '.fireChannelRead]
   :channel-read-complete ['channelReadComplete 0 '.fireChannelReadComplete]
   :user-event-triggered ['userEventTriggered 1 '.fireUserEventTriggered]
   :channel-writability-changed ['channelWritabilityChanged 0 '.fireChannelWritabilityChanged]
   :bind ['bind 2 '.bind]
   :connect ['connect 3 '.connect]
   :disconnect ['disconnect 1 '.disconnect]
   :close ['close 1 '.close]
   :deregister ['deregister 1 '.deregister]
   :read ['read 0 '.read]
   :write ['write 2 '.write]
   :flush ['flush 0 '.flush]})

(def ^:private outbound #{:bind :connect :disconnect :close :deregister :read :write :flush})
(def ^:private both #{:handler-added :handler-removed :exception-caught})

(defn- passed-on [event]
  (let [[method n pass-on] (events event)
        ctx (with-meta (gensym "ctx") {:tag `ChannelHandlerContext})
        types (case event
                :bind [`java.net.SocketAddress `io.netty.channel.ChannelPromise]
                :connect [`java.net.SocketAddress `java.net.SocketAddress `io.netty.channel.ChannelPromise]
                (:disconnect :close :deregister) [`io.netty.channel.ChannelPromise]
                :write [nil `io.netty.channel.ChannelPromise]
                :exception-caught [`Throwable]
                (repeat n nil))
        args (mapv (fn [t] (let [a (gensym "arg")] (if t (vary-meta a assoc :tag t) a))) types)
        bare (mapv #(with-meta % nil) args)]
    `(~method [~(gensym "this") ~(with-meta ctx nil) ~@bare]
      ~(when pass-on
         `(let [~ctx ~(with-meta ctx nil)]
            (~pass-on ~ctx ~@args)
            nil)))))

(defn- handled [event [params & body]]
  (let [[method] (events event)
        [this ctx & args] params
        tagged (if (and (symbol? ctx) (not (:tag (meta ctx))))
                 (vary-meta ctx assoc :tag `ChannelHandlerContext)
                 ctx)
        bare (if (symbol? ctx) (with-meta ctx nil) (gensym "ctx"))]
    `(~method [~this ~bare ~@(map #(if (symbol? %) (with-meta % nil) %) args)]
      (let [~tagged ~bare] ~@body nil))))

(defn- handler-form [interfaces wanted opts]
  (let [given (if (and (= 1 (count opts)) (map? (first opts))) (first opts) (apply hash-map opts))]
    (doseq [k (keys given)]
      (when-not (wanted k)
        (throw (o/illegal :event k (pr-str (sort wanted))))))
    `(reify ~@interfaces
       ~@(for [event (sort wanted)]
           (if-let [f (get given event)]
             (handled event f)
             (passed-on event))))))

(defmacro channel-handler
  "Makes a handler of both directions: event, `([this ctx …] body…)`, and so on, or one literal map of
  these. Events that are left out are passed on. Those are Netty's methods: `:handler-added
  :handler-removed :exception-caught :channel-registered :channel-unregistered :channel-active
  :channel-inactive :channel-read :channel-read-complete :user-event-triggered
  :channel-writability-changed :bind :connect :disconnect :close :deregister :read :write :flush`."
  [& opts]
  (handler-form [`ChannelInboundHandler `ChannelOutboundHandler] (set (keys events)) opts))

(defmacro channel-inbound-handler
  "Makes a handler of what comes in; see `channel-handler`."
  [& opts]
  (handler-form [`ChannelInboundHandler] (set (remove outbound (keys events))) opts))

(defmacro channel-outbound-handler
  "Makes a handler of what goes out; see `channel-handler`."
  [& opts]
  (handler-form [`ChannelOutboundHandler] (into both outbound) opts))

(defn pipeline-initializer
  "Returns a ChannelInitializer that calls `pipeline-builder` with the pipeline of each channel."
  ^ChannelInitializer [pipeline-builder]
  (proxy [ChannelInitializer] []
    (initChannel [^Channel ch]
      (pipeline-builder (.pipeline ch)))))

(defn remove-if-present
  "Removes the handler of a class, if there is one. Returns the pipeline."
  [^ChannelPipeline pipeline ^Class handler]
  (when (.get pipeline handler)
    (.remove pipeline handler))
  pipeline)

(defn close-on-idle-handler
  "Returns a handler that closes its channel when nothing has moved for as long as an idle handler says."
  ^ChannelHandler []
  (channel-inbound-handler
   :user-event-triggered
   ([_ ctx event]
    (if (and (instance? IdleStateEvent event)
             (= IdleState/ALL_IDLE (.state ^IdleStateEvent event)))
      (.close ^ChannelHandlerContext ctx)
      (.fireUserEventTriggered ^ChannelHandlerContext ctx event)))))

(defn add-idle-handlers
  "Closes the channel when nothing has moved for that many ms; 0 never does. Returns the pipeline."
  [^ChannelPipeline pipeline idle-timeout]
  (when (pos? (long idle-timeout))
    (.addLast pipeline "idle" (IdleStateHandler. 0 0 (long idle-timeout) TimeUnit/MILLISECONDS))
    (.addLast pipeline "idle-close" ^ChannelHandler (close-on-idle-handler)))
  pipeline)

(defn pause-handler
  "Returns a handler that holds back what comes in until it is removed."
  ^ChannelHandler []
  (let [held (java.util.ArrayDeque.)]
    (channel-inbound-handler
     :channel-read
     ([_ ctx msg]
      (.setAutoRead (.config (.channel ^ChannelHandlerContext ctx)) false)
      (.add held msg))
     :handler-removed
     ([_ ctx]
      (let [^ChannelHandlerContext ctx ctx]
        (while (not (.isEmpty held))
          (.fireChannelRead ctx (.poll held)))
        (.fireChannelReadComplete ctx)
        (.setAutoRead (.config (.channel ctx)) true))))))

(defn make-channel-group
  "Returns a group, from which channels go by themselves when they are closed."
  ^ChannelGroup []
  (DefaultChannelGroup. GlobalEventExecutor/INSTANCE))

(defn channel-tracking-handler
  "Returns a handler that enters its channel into a group."
  ^ChannelHandler [^ChannelGroup group]
  (channel-inbound-handler
   :handler-added ([_ ctx] (.add group (.channel ^ChannelHandlerContext ctx)))))

(defn coerce-log-level
  "Returns Netty's level of `:trace`, `:debug`, `:info`, `:warn` or `:error`."
  ^LogLevel [level]
  (if (instance? LogLevel level)
    level
    (case level
      :trace LogLevel/TRACE
      :debug LogLevel/DEBUG
      :info LogLevel/INFO
      :warn LogLevel/WARN
      :error LogLevel/ERROR
      (throw (o/illegal :level level ":trace, :debug, :info, :warn, :error or a LogLevel")))))

(defn activity-logger
  "Returns a handler that logs everything that happens on a channel."
  (^ChannelHandler [level] (LoggingHandler. (coerce-log-level level)))
  (^ChannelHandler [name level] (LoggingHandler. ^String name (coerce-log-level level))))

(def char-seq-val-converter
  "Converts the values of headers."
  CharSequenceValueConverter/INSTANCE)

;;; ---- what a channel knows

(defn channel-remote-address
  "Returns the peer's numeric address, nil if it has none."
  [ch]
  (let [address (.remoteAddress (channel-of ch))]
    (when (instance? InetSocketAddress address)
      (some-> (.getAddress ^InetSocketAddress address) .getHostAddress))))

(defn- local ^InetSocketAddress [ch]
  (let [address (.localAddress (channel-of ch))]
    (when (instance? InetSocketAddress address)
      address)))

(defn channel-server-name
  "Returns the host of the channel's own address, nil if it has none."
  [ch]
  (some-> (local ch) .getHostString))

(defn channel-server-port
  "Returns the port of the channel's own address, nil if it has none."
  [ch]
  (some-> (local ch) .getPort))

(defn- ssl-handler-of ^SslHandler [^Channel ch]
  (when ch
    (or (.get (.pipeline ch) SslHandler) (recur (.parent ch)))))

(defn channel-ssl-session
  "Returns the TLS session of a channel, or of the one it is a stream of; nil without TLS."
  ^SSLSession [ch]
  (some-> (ssl-handler-of (channel-of ch)) .engine .getSession))

(defn maybe-ssl-handshake-future
  "Returns a deferred of the channel: once its TLS handshake is done, at once without TLS."
  [ch]
  (let [ch (channel-of ch)]
    (if-let [handler (.get (.pipeline ch) SslHandler)]
      (wrap-future (.handshakeFuture ^SslHandler handler))
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
   (.newHandler ssl-ctx (.alloc (channel-of ch))))
  (^SslHandler [ch ssl-ctx remote-address]
   (ssl-handler ch ssl-ctx remote-address default-ssl-endpoint-id-alg))
  (^SslHandler [ch ^SslContext ssl-ctx ^InetSocketAddress remote-address ssl-endpoint-id-alg]
   (Tls/connect (channel-of ch) ssl-ctx (.getHostString remote-address) (.getPort remote-address)
                ssl-endpoint-id-alg)))

;;; ---- transports

(defn epoll-available? "Whether epoll works here." [] (.isAvailable Transport/EPOLL))
(defn kqueue-available? "Whether kqueue works here." [] (.isAvailable Transport/KQUEUE))
(defn io-uring-available? "Whether io_uring works here." [] (.isAvailable Transport/IO_URING))

(defn- transport-of ^Transport [transport]
  (if (instance? Transport transport)
    transport
    (Transport/named (name (or transport :nio)))))

(defn ensure-transport-available!
  "Throws an IllegalArgumentException if a transport does not work here."
  [transport]
  (.ensureAvailable (transport-of transport))
  nil)

(defn ensure-epoll-available!
  "Throws an IllegalArgumentException if epoll does not work here."
  []
  (ensure-transport-available! :epoll))

(defn determine-transport
  "Returns `transport`, or else `:epoll` or `:nio` after the deprecated option `:epoll?`."
  [transport epoll?]
  (or transport (if epoll? :epoll :nio)))

(defn get-default-event-loop-threads
  "Returns how many event loops a group has unless told otherwise."
  []
  (EventLoops/defaultThreads))

(defn enumerating-thread-factory
  "Returns a factory of threads named prefix-1, prefix-2 and so on."
  ^ThreadFactory [prefix daemon?]
  (EventLoops/threadFactory prefix (boolean daemon?)))

(def client-event-thread-pool-name
  "How the names of clients' event loop threads begin."
  "aleph-netty-client-event-pool")

(def nio-client-group "A delay of the loops that clients share." (delay (EventLoops/client Transport/NIO)))
(def epoll-client-group "A delay of the loops that clients share." (delay (EventLoops/client Transport/EPOLL)))
(def kqueue-client-group "A delay of the loops that clients share." (delay (EventLoops/client Transport/KQUEUE)))
(def io-uring-client-group "A delay of the loops that clients share." (delay (EventLoops/client Transport/IO_URING)))

(defn transport-client-group
  "Returns the delay of the loops that clients of a transport share."
  [transport]
  (case transport
    :nio nio-client-group
    :epoll epoll-client-group
    :kqueue kqueue-client-group
    :io-uring io-uring-client-group
    (throw (o/illegal :transport transport ":nio, :epoll, :kqueue or :io-uring"))))

(defn transport-event-loop-group
  "Returns new event loops."
  ^EventLoopGroup [transport num-threads thread-factory]
  (MultiThreadIoEventLoopGroup. (int num-threads) ^ThreadFactory thread-factory
                                (.ioHandlerFactory (.ensureAvailable (transport-of transport)))))

(defn transport-channel-type
  "Returns the class of outgoing TCP channels."
  ^Class [transport]
  (.clientChannel (transport-of transport)))

(defn transport-server-channel-class
  "Returns the class of listening TCP channels."
  ^Class [transport]
  (.serverChannelClass (transport-of transport)))

;;; ---- DNS

(def dns-default-port "The port of name servers." 53)

(defn convert-address-types
  "Returns Netty's types of `:ipv4-only`, `:ipv6-only`, `:ipv4-preferred` or `:ipv6-preferred`."
  ^ResolvedAddressTypes [address-types]
  (case address-types
    :ipv4-only ResolvedAddressTypes/IPV4_ONLY
    :ipv6-only ResolvedAddressTypes/IPV6_ONLY
    :ipv4-preferred ResolvedAddressTypes/IPV4_PREFERRED
    :ipv6-preferred ResolvedAddressTypes/IPV6_PREFERRED
    (throw (o/illegal :address-types address-types
                      ":ipv4-only, :ipv6-only, :ipv4-preferred or :ipv6-preferred"))))

(defn dns-name-servers-provider
  "Returns the provider of name servers that are asked in order: strings \"host\" or \"host:port\", or
  InetSocketAddresses."
  ^DnsServerAddressStreamProvider [servers]
  (DnsResolvers/inOrder (vec servers)))

(def ^:private dns-known
  #{:max-payload-size :max-queries-per-resolve :address-types :query-timeout :min-ttl :max-ttl
    :negative-ttl :trace-enabled? :opt-resources-enabled? :search-domains :ndots :decode-idn?
    :recursion-desired? :name-servers :transport :epoll?})

(defn- dns-resolvers ^DnsResolvers [{:keys [address-types search-domains ndots name-servers] :as options}]
  (o/report-unknown! "aleph.netty/dns-resolver-group" options dns-known)
  (let [b (DnsResolvers/builder)
        flag #(not (false? (get options % true)))]
    (when-some [t (net/transport options)] (.transport b t))
    (when-some [n (o/positive-int options :max-payload-size)] (.maxPayloadBytes b n))
    (when-some [n (o/positive-int options :max-queries-per-resolve)] (.maxQueries b n))
    (when-some [t (o/non-negative options :query-timeout)] (.queryTimeout b (Duration/ofMillis t)))
    (.ttl b (int (or (o/non-negative options :min-ttl) 0))
          (int (or (o/non-negative options :max-ttl) Integer/MAX_VALUE)))
    (when-some [t (o/non-negative options :negative-ttl)] (.negativeTtl b (int t)))
    (when (and address-types (not= :auto address-types))
      (.addressTypes b (convert-address-types address-types)))
    (.trace b (boolean (:trace-enabled? options)))
    (.optResources b (flag :opt-resources-enabled?))
    (.decodeIdn b (flag :decode-idn?))
    (.recursionDesired b (flag :recursion-desired?))
    (when (some? search-domains)
      (.searchDomains b (mapv #(o/check :search-domains % (string? %) "strings") search-domains)))
    (when (some? ndots)
      (.ndots b (int (o/check :ndots ndots (and (integer? ndots) (<= -1 ndots 15)) "-1 to 15"))))
    (when (some? name-servers)
      (.servers b (dns-name-servers-provider name-servers)))
    b))

(defn dns-resolver-group-builder
  "Returns Netty's DnsNameResolverBuilder for these options; see `dns-resolver-group`."
  ^DnsNameResolverBuilder [dns-options]
  (.toNetty (dns-resolvers dns-options)))

(defn dns-resolver-group
  "Returns resolvers that ask name servers without blocking, for `:name-resolver`. Close them when they are
  not needed any more.

  | key | meaning (default)
  |:----|:----
  | `:name-servers` | \"host\", \"host:port\" or InetSocketAddress; the next one is asked when one does not answer (the system's)
  | `:query-timeout` | ms that a server may take (5000)
  | `:max-queries-per-resolve` | (16)
  | `:max-payload-size` | bytes of the largest answer over UDP; longer ones come over TCP (4096)
  | `:address-types` | `:ipv4-only`, `:ipv6-only`, `:ipv4-preferred`, `:ipv6-preferred` (what the machine has)
  | `:min-ttl`, `:max-ttl` | seconds that answers are kept for, at least and at most (0, no limit)
  | `:negative-ttl` | seconds for which a name's absence is remembered (0)
  | `:search-domains` | where short names are looked for (the system's)
  | `:ndots` | dots of a name that is first looked for as it is (-1: the system's)
  | `:decode-idn?` | return names with foreign letters as such (true)
  | `:recursion-desired?` | ask servers to ask others (true)
  | `:opt-resources-enabled?` | send OPT records (true)
  | `:trace-enabled?` | let failures tell each query (false)
  | `:transport`, `:epoll?` | (the best of the machine)"
  ^DnsAddressResolverGroup [dns-options]
  (.build (dns-resolvers dns-options)))

;;; ---- clients and servers of one's own protocol

(defn- dialer ^Dialer [{:keys [transport epoll? name-resolver connect-timeout local-address
                               bootstrap-transform]}]
  (Dialer.
   (Dialer$Options. (.ensureAvailable (transport-of (determine-transport transport epoll?)))
                    (or (net/resolver {:name-resolver name-resolver}) JdkResolvers/INSTANCE)
                    (Duration/ofMillis (or connect-timeout default-connect-timeout))
                    local-address
                    (if bootstrap-transform
                      (net/consumer bootstrap-transform)
                      (reify Consumer (accept [_ _]))))))

(defn create-client-chan
  "Connects to `:remote-address` and calls `:pipeline-builder` with the pipeline. Returns a deferred of the
  channel, once it is connected. Takes `:local-address`, `:connect-timeout`, `:name-resolver`,
  `:transport` and `:bootstrap-transform`, too."
  [{:keys [pipeline-builder remote-address] :as options}]
  (o/check :pipeline-builder pipeline-builder (ifn? pipeline-builder) "a function of the pipeline")
  (let [connected (d/deferred nil)
        dialing (.dial (dialer options) (net/socket-address :remote-address remote-address) nil
                       (reify Dialer$Caller
                         (connected [_ ch]
                           (try
                             (pipeline-builder (.pipeline ch))
                             (when-not (d/success! connected ch)
                               (.close ch))
                             (catch Throwable t
                               (.close ch)
                               (d/error! connected t))))
                         (failed [_ cause] (d/error! connected cause))))]
    (d/on-realized connected identity (fn [_] (.cancel dialing)))
    connected))

(deftype ^:private Server [^TcpListener listener shutdown-timeout]
  AlephServer
  (port [_] (.port listener))
  (wait-for-close [_]
    (.await (.stopped listener))
    nil)
  Closeable
  (close [_]
    (.shutdown listener (* 1000 (long shutdown-timeout)) (reify Consumer (accept [_ _]))))
  Object
  (toString [_]
    (str "AlephServer[channel:" (.channel listener) ", transport:" (.transport listener) "]")))

(defmethod print-method Server [server ^java.io.Writer w]
  (.write w (str server)))

(defn- place ^ListenOn [socket-address listen-socket]
  (if listen-socket
    (ListenOn/adopted (if (integer? listen-socket) (int listen-socket) listen-socket))
    (ListenOn/tcp (net/socket-address :socket-address socket-address))))

(defn start-server
  "Starts a server of one's own protocol: `:pipeline-builder` is called with the pipeline of each
  connection. Takes `:socket-address` or `:listen-socket`, `:ssl-context`, `:initial-pipeline-transform`,
  `:bootstrap-transform`, `:on-close`, `:transport`, `:shutdown-timeout` and `:event-loop-threads`, too.
  Returns a java.io.Closeable that answers `port` and `wait-for-close`."
  ([pipeline-builder ssl-context bootstrap-transform on-close socket-address epoll?]
   (start-server {:pipeline-builder pipeline-builder
                  :ssl-context ssl-context
                  :bootstrap-transform bootstrap-transform
                  :on-close on-close
                  :socket-address socket-address
                  :transport (determine-transport nil epoll?)}))
  ([{:keys [pipeline-builder ssl-context bootstrap-transform on-close socket-address listen-socket
            transport epoll? shutdown-timeout initial-pipeline-transform event-loop-threads]}]
   (o/check :pipeline-builder pipeline-builder (ifn? pipeline-builder) "a function of the pipeline")
   (let [context (some-> ssl-context tls/server-context)
         listener (TcpListener/bind
                   (TcpListener$Options.
                    (.ensureAvailable (transport-of (determine-transport transport epoll?)))
                    (place socket-address listen-socket)
                    (int (or event-loop-threads (get-default-event-loop-threads)))
                    "aleph-server-pool" false
                    (net/consumer (or bootstrap-transform identity)))
                   (pipeline-initializer
                    (fn [^ChannelPipeline pipeline]
                      (when initial-pipeline-transform
                        (initial-pipeline-transform pipeline))
                      (when context
                        (Tls/accept pipeline context))
                      (pipeline-builder pipeline))))]
     (when on-close
       (d/on-realized (.stopped listener) (fn [_] (on-close)) (fn [_] (on-close))))
     (Server. listener (or shutdown-timeout default-shutdown-timeout)))))

(defn ensure-dynamic-classloader
  "Gives the current thread a class loader that code can be loaded with, if it has none."
  []
  (let [thread (Thread/currentThread)
        loader (.getContextClassLoader thread)]
    (when-not (->> loader
                   (iterate #(.getParent ^ClassLoader %))
                   (take-while some?)
                   (some #(instance? DynamicClassLoader %)))
      (.setContextClassLoader thread (DynamicClassLoader. (or loader (RT/baseLoader)))))))
