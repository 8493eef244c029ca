(ns aleph.http.client
  "The option maps of `aleph.http/connection-pool` and `aleph.http/request`, as calls on the engine's
  builders. A request map becomes one HttpRequest, and the engine does the rest: redirects, error
  statuses, timeouts and cancellation."
  (:require
   [weir.options :as o])
  (:import
   (clojure.lang IFn Keyword)
   (io.netty.bootstrap Bootstrap)
   (io.netty.channel ChannelPipeline EventLoopGroup)
   (io.netty.handler.logging LogLevel)
   (io.netty.handler.ssl SslContext)
   (io.netty.handler.ssl.util InsecureTrustManagerFactory)
   (java.io ByteArrayInputStream)
   (java.net SocketAddress UnixDomainSocketAddress)
   (java.time Duration)
   (java.util Locale)
   (java.util.function Consumer)
   (weir.deferred Deferred)
   (weir.http BodyMode HeaderCase HttpClient HttpClient$Builder HttpRequest)
   (weir.http.client CallbackThreads FollowUp Http2ClientOptions RequestOptions)
   (weir.net Transport)
   (weir.net.tls Alpn KeyStores)))

(set! *warn-on-reflection* true)

(defn- ms ^Duration [n] (Duration/ofMillis (long n)))

(defn- consumer ^Consumer [f]
  (reify Consumer (accept [_ x] (f x))))

;; ---- the pool

(defn stats-consumer
  "Returns what the engine calls with statistics, which calls `f` with a map of origin to statistics as
  of `manifold.executor/stats->map`."
  ^Consumer [f]
  (let [stats->map (requiring-resolve 'manifold.executor/stats->map)]
    (consumer #(f (into {} (map (fn [[origin stats]] [origin (stats->map stats)])) %)))))

(def ^:no-doc pool-known
  "Options of `connection-pool`; docs/options.md tells what each does."
  #{:connections-per-host :total-connections :target-utilization :stats-callback :control-period
    :max-queue-size :middleware :dns-options :connection-options :pool-builder-fn
    :pool-controller-builder-fn})

(def ^:no-doc connection-known
  "Options of connections; docs/options.md tells what each does."
  #{:ssl-context :ssl-endpoint-id-alg :insecure? :keystore :keystore-type :keystore-pass :trust-store
    :trust-store-type :trust-store-pass :trust-managers :local-address :unix-socket :bootstrap-transform
    :pipeline-transform :keep-alive? :connect-timeout :idle-timeout :response-buffer-size
    :raw-stream? :max-initial-line-length :max-header-size :max-chunk-size :name-resolver
    :decompress-body? :header-case :response-executor :log-activity :error-logger :http-versions
    :transport :epoll? :event-loop-group :proxy-options :compression? :force-h2c? :http2-settings
    :http2-window-size :http2-connection-window-size :http2-max-window-size
    :http2-max-frame-size :http2-max-header-list-size
    :http2-max-control-frames :http2-max-window-updates :http2-max-waiting-acks :http2-max-continuations
    :http2-ping-interval :http2-ping-timeout :conn-go-away-handler :stream-go-away-handler
    :reset-stream-handler :http2-conn-pipeline-transform :http2-stream-pipeline-transform})

(defn- set-limits [^HttpClient$Builder b options]
  (when-some [n (o/positive-int options :response-buffer-size)] (.responseBufferBytes b n))
  (when-some [n (o/positive-int options :max-initial-line-length)] (.maxInitialLineBytes b n))
  (when-some [n (o/positive-int options :max-header-size)] (.maxHeaderBytes b n))
  (when-some [n (o/positive-int options :max-chunk-size)] (.maxChunkBytes b n))
  (when-some [t (o/non-negative options :connect-timeout)] (.connectTimeout b (ms t))))

(defn ssl-context
  "Returns the SslContext of a client for HTTP versions such as `[:http1]`: of `ssl-ctx`, whatever
  `:ssl-context` may be, else of one that trusts whom the JDK trusts, or with `insecure?` everybody."
  (^SslContext [http-versions]
   (ssl-context nil http-versions false))
  (^SslContext [ssl-ctx http-versions insecure?]
   (Alpn/httpClient (or ssl-ctx (if insecure? {:trust-store InsecureTrustManagerFactory/INSTANCE} {}))
                    (or http-versions [:http1]))))

(defn ^:no-doc tls-options
  "Returns `:ssl-context`, or what clj-http's keys for key stores say, or nil."
  [{:keys [ssl-context] :as options}]
  (or ssl-context
      (when (some #(get options %) [:keystore :trust-store :trust-managers])
        (KeyStores/options options))))

(defn- set-tls [^HttpClient$Builder b {:keys [insecure? http-versions] :as options}]
  (let [context (tls-options options)]
    (cond
      context (.sslContext b (if http-versions
                               (Alpn/httpClient context http-versions)
                               (Alpn/httpClient context)))
      insecure? (.insecure b)))
  (when (contains? options :ssl-endpoint-id-alg)
    (.endpointAlgorithm b (:ssl-endpoint-id-alg options)))
  (Http2ClientOptions/set b options))

(defn- set-idle-timeout
  "Without `:idle-timeout` the pool shrinks as the reference's controller does: a connection goes that
  nobody has used for a control period."
  [^HttpClient$Builder b {:keys [idle-timeout keep-alive?] :as options} control-period]
  (let [idle (or (o/non-negative options :idle-timeout) 0)]
    (when (and (false? keep-alive?) (pos? idle))
      (throw (o/illegal :idle-timeout idle-timeout "0 when :keep-alive? is false")))
    (.keepAlive b (not (false? keep-alive?)))
    (.idleTimeout b (ms (if (pos? idle) idle (or control-period 60000))))))

(defn- log-level ^LogLevel [x]
  (if (instance? LogLevel x)
    x
    (LogLevel/valueOf (.toUpperCase ^String (name (o/check :log-activity x keyword? "a keyword"))
                                    Locale/ROOT))))

(defn- set-transforms
  [^HttpClient$Builder b {:keys [bootstrap-transform pipeline-transform log-activity]}]
  (when bootstrap-transform
    (.bootstrap b (consumer (fn [^Bootstrap x] (bootstrap-transform x)))))
  (some->> log-activity log-level (.logActivity b))
  (when pipeline-transform
    (.pipeline b (consumer (fn [^ChannelPipeline p] (pipeline-transform p))))))

(defn- set-proxy [^HttpClient$Builder b options]
  (.proxy b
          ((requiring-resolve 'weir.net-options/proxy-server) options)
          ((requiring-resolve 'weir.net-options/no-proxy) options)))

(defn- set-network
  [^HttpClient$Builder b {:keys [transport epoll? local-address unix-socket event-loop-group name-resolver
                                 proxy-options] :as options}
   dns-options]
  (some->> proxy-options (set-proxy b))
  (when event-loop-group
    (.eventLoopGroup b (o/check :event-loop-group event-loop-group #(instance? EventLoopGroup %)
                                "a Netty EventLoopGroup")))
  (when unix-socket
    (.address b (UnixDomainSocketAddress/of
                 ^java.nio.file.Path ((requiring-resolve 'weir.net-options/path) :unix-socket unix-socket))))
  (cond
    transport (.transport b (Transport/named (name transport)))
    epoll? (.transport b Transport/EPOLL))
  (when local-address
    (.localAddress b (o/check :local-address local-address #(instance? SocketAddress %)
                              "a java.net.SocketAddress")))
  (cond
    dns-options (.ownResolver b ((requiring-resolve 'weir.net-options/resolver)
                                 (assoc options :dns-options dns-options)))
    (not (contains? #{nil :default} name-resolver))
    (.resolver b ((requiring-resolve 'weir.net-options/resolver) options))))

(defn ^:no-doc applied-once
  "Returns a function that gives the client which `middleware` makes of the first one."
  [middleware]
  (let [made (atom nil)]
    (fn [client] (or @made (swap! made #(or % (middleware client)))))))

(defn- set-behaviour
  [^HttpClient$Builder b {:keys [decompress-body? compression? header-case raw-stream? response-executor error-logger]}]
  (.decompress b (boolean (or decompress-body? compression?)))
  (when header-case
    (.headerCase b (HeaderCase/named :header-case header-case)))
  (when raw-stream?
    (.bodyMode b BodyMode/RAW_STREAM))
  (when response-executor
    (.executor b response-executor))
  (when error-logger
    (.errorLogger b (consumer (o/check :error-logger error-logger ifn? "a function of a Throwable")))))

(defn ^:no-doc builder
  "Returns the engine's builder with what the options of connections say; `pool-options` are those of
  the pool that has them."
  ^HttpClient$Builder [connection-options pool-options]
  (o/report-unknown! "aleph.http/connection-pool :connection-options" connection-options
                     connection-known)
  (doto (HttpClient/builder)
    (set-behaviour connection-options)
    (set-limits connection-options)
    (set-tls connection-options)
    (set-idle-timeout connection-options (o/non-negative pool-options :control-period))
    (set-transforms connection-options)
    (set-network connection-options (:dns-options pool-options))))

(defn- engine-pool
  ^HttpClient [options]
  (let [b (builder (:connection-options options) options)]
    (when-some [n (o/positive-int options :connections-per-host)] (.connectionsPerHost b n))
    (when-some [n (o/positive-int options :total-connections)] (.totalConnections b n))
    (when-some [n (o/non-negative options :max-queue-size)] (.maxQueue b (int n)))
    (when-some [f (:middleware options)]
      (.attachment b (applied-once f)))
    (when-some [f (:stats-callback options)]
      (.onStats b (stats-consumer f)))
    (when-some [period (o/positive-int options :control-period)]
      (.statsPeriod b (ms period)))
    (.build b)))

(defn connection-pool
  "Makes a pool; see `aleph.http/connection-pool`."
  [{:keys [middleware stats-callback target-utilization pool-builder-fn pool-controller-builder-fn]
    :as options}]
  (o/report-unknown! "aleph.http/connection-pool" options pool-known)
  (when middleware
    (o/check :middleware middleware ifn? "a function from a client to a client"))
  (when stats-callback
    (o/check :stats-callback stats-callback ifn? "a function of a map"))
  (when (some? target-utilization)
    (o/check :target-utilization target-utilization
             (and (number? target-utilization) (< 0 target-utilization) (<= target-utilization 1))
             "a number above 0, up to 1"))
  (if (or pool-builder-fn pool-controller-builder-fn)
    ((requiring-resolve 'aleph.http.client-pools/connection-pool) options)
    (engine-pool options)))

;; ---- the request

(defn opt
  "Reads option `k` of `req`, written with or without a question mark: false if either is false, else
  the first that is truthy, else nil."
  [req k]
  (let [a (get req k)
        b (get req (keyword (str (name k) "?")))]
    (if (or (false? a) (false? b)) false (or a b nil))))

(defn- middleware [sym]
  (requiring-resolve (symbol "aleph.http.client-middleware" (name sym))))

(def ^:private form-body
  "Makes the body of a request map whose form is in another format than that of browsers."
  (fn [req] ((middleware 'coerce-form-params) req)))

(defn ^:no-doc read-options
  "Reads a request map."
  ^RequestOptions [req]
  (RequestOptions/read req form-body))

(defn ->request
  "Returns the engine's request for a request map."
  ^HttpRequest [req]
  (.build (.builder (read-options req))))

(defn- coerce [req rsp]
  ((middleware 'coerce-response-body)
   req
   (cond-> rsp (bytes? (:body rsp)) (update :body #(ByteArrayInputStream. %)))))

(defn ^:no-doc follow
  "Returns what `f` makes of the response map, on a thread that may block; also of the one that an
  exceptional status fails with."
  [^Deferred response req f]
  (FollowUp/of response f
               #(if (:aleph/error-status? (ex-data %)) (ex-info (ex-message %) (f (ex-data %))) %)
               CallbackThreads/INSTANCE
               (or (:response-executor req) CallbackThreads/INSTANCE)))

(defn ^:no-doc dispatch
  "Sends a request and coerces the body of its response to what `:as` of the request map says."
  [^HttpClient pool ^HttpRequest request req]
  (let [response (.send pool request)]
    (case (:as req)
      (nil :stream :byte-array :string) response
      (follow response req #(coerce req %)))))

(defn ^:no-doc send!
  "Sends a request map over `pool` and returns a deferred of the response map."
  [^HttpClient pool req]
  (try
    (let [options (read-options req)
          pool (if (.isInsecure options) (.trustingAnybody pool) pool)]
      (if (.hasExtras options)
        ((requiring-resolve 'aleph.http.client-extras/send!) pool options req)
        (dispatch pool (.build (.builder options)) req)))
    (catch Throwable t
      (Deferred/failed t))))

(defn ^:no-doc pool-of
  "Returns the pool of a request map, or `dflt`, for what needs the engine's own."
  ^HttpClient [req dflt]
  (o/check :pool (or (:pool req) dflt) #(instance? HttpClient %)
           "what connection-pool has returned without :pool-builder-fn"))

(defn- asks-function?
  "Whether the redirects of a request are a function's to decide."
  [req]
  (let [strategy (:redirect-strategy req)]
    (and (instance? IFn strategy) (not (instance? Keyword strategy)))))

(defn request
  "Sends a request map and returns a deferred of the response map. Never throws.

  `again` is this with the default pool in place: what sends a hop after a redirect, if middleware
  has to see it."
  [again default-pool req]
  (try
    (let [pool (or (:pool req) default-pool)
          engine? (instance? HttpClient pool)]
      (if (or (not engine?) (:middleware req) (.attachment ^HttpClient pool) (asks-function? req))
        ((requiring-resolve 'aleph.http.client-extras/send-with-middleware!) pool again req)
        (send! pool req)))
    (catch Throwable t
      (Deferred/failed t))))

;; ---- single connections and other parts, whose namespace is loaded with the first of them

(defn http-connection
  "Makes one connection without a pool and returns a deferred of a function that sends a request map over
  it and returns a deferred of the response map; see `close-connection`. `opts` are those of a pool's
  connections. Requests are sent one after the other; redirects and error statuses are nobody's here."
  [remote-address ssl? opts]
  ((requiring-resolve 'aleph.http.client-pools/http-connection) remote-address ssl? opts))

(defn close-connection
  "Closes the connection of a function that `http-connection` has made."
  [f]
  (f {:aleph/close true}))

(defn req->domain
  "Returns the key of a request map in pools: a java.net.URI of scheme, host and port."
  [req]
  ((requiring-resolve 'aleph.http.client-pools/req->domain) req))

(defn proxy-handler
  "Returns Netty's handler for `:proxy-options`, to be first in a pipeline; nil if there is no host."
  [opts]
  ((requiring-resolve 'aleph.http.client-pools/proxy-handler) opts))
