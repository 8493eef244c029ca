(ns aleph.http.server
  "The option map of `aleph.http/start-server`, as calls on the engine's builder."
  (:require
   [weir.options :as o])
  (:import
   (clojure.lang IFn)
   (io.netty.bootstrap ServerBootstrap)
   (io.netty.channel ChannelPipeline)
   (io.netty.handler.ssl SslContext SslContextBuilder)
   (java.io File)
   (java.net SocketAddress)
   (java.nio.file Path)
   (java.time Duration)
   (java.util.concurrent Executor ExecutorService)
   (java.util.function Consumer)
   (weir.http HttpServer HttpServer$Builder ServerNamePolicy)
   (weir.http.server RingApplication)
   (weir.net Transport)))

(set! *warn-on-reflection* true)

(def ^:private known
  #{:port :socket-address :listen-socket :unix-socket :transport :epoll? :executor :shutdown-executor? :rejected-handler
    :error-handler :async? :request-buffer-size :raw-stream? :max-request-body-size
    :validate-headers :idle-timeout :shutdown-timeout :bootstrap-transform
    :initial-pipeline-transform :pipeline-transform :http1-pipeline-transform
    :max-initial-line-length :max-header-size :max-chunk-size :max-pipelined-requests
    :ssl-context :manual-ssl? :http-versions :event-loop-threads :daemon? :server-header
    :server-name})

(def ^:private later
  "Options that have a meaning which this version cannot give them."
  #{:compression? :compression-level :compression-options :continue-handler
    :continue-executor :use-h2c? :http2-settings :conn-go-away-handler :stream-go-away-handler
    :reset-stream-handler :http2-conn-pipeline-transform :http2-stream-pipeline-transform
    :logger :allow-duplicate-content-lengths :initial-buffer-size})

(defn- refuse-unsupported [options]
  (doseq [[k v] options
          :when (and v (contains? later k))]
    (throw (o/illegal k v "nothing: this version does not support the option yet")))
  (when-let [versions (:http-versions options)]
    (when-not (= [:http1] (vec versions))
      (throw (o/illegal :http-versions versions "[:http1] in this version")))))

(defn- consumer ^Consumer [f]
  (reify Consumer (accept [_ x] (f x))))

(defn- ms ^Duration [n] (Duration/ofMillis (long n)))

(defn- path ^Path [x]
  (cond
    (instance? Path x) x
    (instance? File x) (.toPath ^File x)
    :else (Path/of (o/check :unix-socket x string? "a path as a string, File or Path")
                   (make-array String 0))))

(defn- set-address
  [^HttpServer$Builder b {:keys [port socket-address listen-socket unix-socket] :as options}]
  (cond
    listen-socket (.listenSocket b (if (integer? listen-socket) (int listen-socket) listen-socket))
    unix-socket (.unixSocket b (path unix-socket))

    socket-address
    (.address b (o/check :socket-address socket-address #(instance? SocketAddress %)
                         "a java.net.SocketAddress"))

    (some? port)
    (.port b (int (o/check :port port #(and (integer? %) (<= 0 % 65535)) "an integer 0-65535")))

    :else
    (throw (o/illegal :port (:port options) "an integer 0-65535, or a :socket-address, :listen-socket or :unix-socket"))))

(defn- set-transport [^HttpServer$Builder b {:keys [transport epoll?]}]
  (cond
    transport (.transport b (Transport/named (name transport)))
    epoll? (.transport b Transport/EPOLL)))

(defn- set-executor [^HttpServer$Builder b {:keys [executor]}]
  (cond
    (nil? executor) nil
    (= :none executor) (.onEventLoop b)
    (instance? Executor executor) (.executor b executor)
    :else (throw (o/illegal :executor executor "a java.util.concurrent.Executor, or :none"))))

(defn- ssl-context ^SslContext [x]
  (cond
    (instance? SslContext x) x
    (instance? SslContextBuilder x) (.build ^SslContextBuilder x)
    :else (throw (o/illegal :ssl-context x "an SslContext or an SslContextBuilder"))))

(defn- set-tls [^HttpServer$Builder b {:keys [ssl-context manual-ssl?]}]
  (when (and ssl-context manual-ssl?)
    (throw (o/illegal :manual-ssl? manual-ssl? "false when :ssl-context is given")))
  (when ssl-context
    (.sslContext b (aleph.http.server/ssl-context ssl-context)))
  (.manualTls b (boolean manual-ssl?)))

(defn- set-limits [^HttpServer$Builder b options]
  (when-some [n (o/positive-int options :request-buffer-size)] (.requestBufferBytes b n))
  (when-some [n (o/non-negative options :max-request-body-size)] (.maxRequestBodyBytes b n))
  (when-some [n (o/positive-int options :max-initial-line-length)] (.maxInitialLineBytes b n))
  (when-some [n (o/positive-int options :max-header-size)] (.maxHeaderBytes b n))
  (when-some [n (o/positive-int options :max-chunk-size)] (.maxChunkBytes b n))
  (when-some [n (o/positive-int options :max-pipelined-requests)] (.maxPipelined b n))
  (when-some [n (o/positive-int options :event-loop-threads)] (.eventLoopThreads b n))
  (when-some [t (o/non-negative options :idle-timeout)] (.idleTimeout b (ms t)))
  (when-some [t (o/non-negative options :shutdown-timeout)]
    (.shutdownTimeout b (Duration/ofSeconds t))))

(defn- set-transforms [^HttpServer$Builder b options]
  (when-let [f (:bootstrap-transform options)]
    (.bootstrap b (consumer (fn [^ServerBootstrap x] (f x)))))
  (when-let [f (:initial-pipeline-transform options)]
    (.initialPipeline b (consumer (fn [^ChannelPipeline x] (f x)))))
  (when-let [f (or (:http1-pipeline-transform options) (:pipeline-transform options))]
    (.pipeline b (consumer (fn [^ChannelPipeline x] (f x))))))

(defn- set-names [^HttpServer$Builder b {:keys [server-name daemon?] :as options}]
  (.threads b "aleph-server-pool" (boolean daemon?))
  (when (contains? options :server-header)
    (.serverHeader b (or (:server-header options) nil)))
  (case server-name
    (nil :local) nil
    :host-header (.serverName b ServerNamePolicy/HOST_HEADER)
    (throw (o/illegal :server-name server-name ":local or :host-header"))))

(defn- shut-down-with [^HttpServer server executor]
  (when (instance? ExecutorService executor)
    (let [shut-down (fn [_] (.shutdown ^ExecutorService executor))]
      (.onRealized (.stopped server) shut-down shut-down))))

(defn start
  "Starts a server for `handler`; see `aleph.http/start-server`."
  ^HttpServer [handler options]
  (o/check :handler handler #(instance? IFn %) "a function")
  (o/report-unknown! "aleph.http/start-server" options (into known later))
  (refuse-unsupported options)
  (let [b (HttpServer/builder)]
    (.application b (RingApplication. handler
                                      (boolean (:async? options))
                                      (:error-handler options)
                                      (:rejected-handler options)))
    (doto b
      (set-address options)
      (set-transport options)
      (set-executor options)
      (set-tls options)
      (set-limits options)
      (set-transforms options)
      (set-names options)
      (.rawStream (boolean (:raw-stream? options)))
      (.validateHeaders (not (false? (:validate-headers options)))))
    (let [server (.start b)]
      (when-not (false? (:shutdown-executor? options))
        (shut-down-with server (:executor options)))
      server)))
