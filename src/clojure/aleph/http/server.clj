(ns aleph.http.server
  "The option map of `aleph.http/start-server`, as calls on the engine's builder."
  (:require
   [weir.options :as o])
  (:import
   (clojure.lang IFn)
   (io.netty.handler.ssl SslContext SslContextBuilder)
   (java.io File)
   (java.net SocketAddress)
   (java.nio.file Path)
   (java.time Duration)
   (java.util.concurrent Executor ExecutorService)
   (java.util.function Consumer)
   (weir.http HttpServer HttpServer$Builder ServerNamePolicy)
   (weir.http.server AsyncCalls RingApplication RingBodies)
   (weir.net Transport)))

(set! *warn-on-reflection* true)

(def ^:private known
  #{:port :socket-address :listen-socket :unix-socket :transport :epoll? :executor
    :shutdown-executor? :rejected-handler :error-handler :async? :request-buffer-size :raw-stream? :max-request-body-size
    :validate-headers :idle-timeout :shutdown-timeout :bootstrap-transform
    :initial-pipeline-transform :pipeline-transform :http1-pipeline-transform
    :max-initial-line-length :max-header-size :max-chunk-size :max-pipelined-requests
    :ssl-context :manual-ssl? :http-versions :event-loop-threads :daemon? :server-header
    :server-name :async-timeout :async-timeout-handler :always-body? :output-buffer-size
    :end-failed-bodies?})

(def ^:private later
  "Options that have a meaning which this version cannot give them."
  #{:compression? :compression-level :compression-options :continue-handler
    :continue-executor :use-h2c? :http2-settings :conn-go-away-handler :stream-go-away-handler
    :reset-stream-handler :http2-conn-pipeline-transform :http2-stream-pipeline-transform
    :logger :allow-duplicate-content-lengths :initial-buffer-size})

(defn- refuse-unsupported [options]
  (run! (fn [k]
          (when-let [v (get options k)]
            (throw (o/illegal k v "nothing: this version does not support the option yet"))))
        later)
  (when-let [versions (:http-versions options)]
    (o/check :http-versions versions (= [:http1] (vec versions)) "[:http1] in this version")))

(defn- consumer ^Consumer [f]
  (reify Consumer (accept [_ x] (f x))))

(defn- ms ^Duration [n] (Duration/ofMillis (long n)))

(defn- path ^Path [x]
  (cond
    (instance? Path x) x
    (instance? File x) (.toPath ^File x)
    :else (Path/of (o/check :unix-socket x (string? x) "a path as a string, File or Path")
                   (make-array String 0))))

(defn- address ^SocketAddress [x]
  (o/check :socket-address x (instance? SocketAddress x) "a java.net.SocketAddress"))

(defn- port [x]
  (int (o/check :port x (and (integer? x) (<= 0 x 65535))
                "an integer 0-65535, or a :socket-address, :listen-socket or :unix-socket")))

(defn- set-address [^HttpServer$Builder b options]
  (if-let [socket (:listen-socket options)]
    (.listenSocket b (if (integer? socket) (int socket) socket))
    (if-let [file (:unix-socket options)]
      (.unixSocket b (path file))
      (if-let [socket-address (:socket-address options)]
        (.address b (address socket-address))
        (.port b (port (:port options)))))))

(defn- set-transport [^HttpServer$Builder b options]
  (if-let [transport (:transport options)]
    (.transport b (Transport/named (name transport)))
    (when (:epoll? options)
      (.transport b Transport/EPOLL))))

(defn- set-executor [^HttpServer$Builder b executor]
  (if (= :none executor)
    (.onEventLoop b)
    (when (some? executor)
      (.executor b (o/check :executor executor (instance? Executor executor)
                            "a java.util.concurrent.Executor, or :none")))))

(defn- ssl-context ^SslContext [x]
  (cond
    (instance? SslContext x) x
    (instance? SslContextBuilder x) (.build ^SslContextBuilder x)
    :else (throw (o/illegal :ssl-context x "an SslContext or an SslContextBuilder"))))

(defn- set-tls [^HttpServer$Builder b options]
  (let [manual? (:manual-ssl? options)]
    (when-let [context (:ssl-context options)]
      (o/check :manual-ssl? manual? (not manual?) "false when :ssl-context is given")
      (.sslContext b (ssl-context context)))
    (.manualTls b (boolean manual?))))

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
    (.bootstrap b (consumer f)))
  (when-let [f (:initial-pipeline-transform options)]
    (.initialPipeline b (consumer f)))
  (when-let [f (or (:http1-pipeline-transform options) (:pipeline-transform options))]
    (.pipeline b (consumer f))))

(defn- set-names [^HttpServer$Builder b options]
  (.threads b "aleph-server-pool" (boolean (:daemon? options)))
  (when (contains? options :server-header)
    (.serverHeader b (or (:server-header options) nil)))
  (case (:server-name options)
    (nil :local) nil
    :host-header (.serverName b ServerNamePolicy/HOST_HEADER)
    (throw (o/illegal :server-name (:server-name options) ":local or :host-header"))))

(defn- set-bodies [^HttpServer$Builder b options]
  (when (or (find-ns 'ring.core.protocols) (RingBodies/onClassPath))
    (.bodyRule b ((requiring-resolve 'weir.ring/body-rule))))
  (.alwaysBody b (boolean (:always-body? options)))
  (.endFailedBodies b (boolean (:end-failed-bodies? options)))
  (when-some [n (o/positive-int options :output-buffer-size)] (.outputBufferBytes b n)))

(defn- async-calls ^AsyncCalls [options]
  (when (or (:async? options) (:async-timeout options) (:async-timeout-handler options))
    ((requiring-resolve 'weir.ring/async-calls) options)))

(defn- shut-down-with [^HttpServer server executor]
  (when (instance? ExecutorService executor)
    (let [shut-down (fn [_] (.shutdown ^ExecutorService executor))]
      (.onRealized (.stopped server) shut-down shut-down))))

(defn start
  "Starts a server for `handler`; see `aleph.http/start-server`."
  ^HttpServer [handler options]
  (o/check :handler handler (instance? IFn handler) "a function")
  (o/report-unknown! "aleph.http/start-server" options (into known later))
  (refuse-unsupported options)
  (let [b (HttpServer/builder)]
    (.application b (RingApplication. handler
                                      (async-calls options)
                                      (:error-handler options)
                                      (:rejected-handler options)))
    (doto b
      (set-address options)
      (set-transport options)
      (set-executor (:executor options))
      (set-tls options)
      (set-limits options)
      (set-transforms options)
      (set-names options)
      (set-bodies options)
      (.rawStream (boolean (:raw-stream? options)))
      (.validateHeaders (not (false? (:validate-headers options)))))
    (let [server (.start b)]
      (when-not (false? (:shutdown-executor? options))
        (shut-down-with server (:executor options)))
      server)))
