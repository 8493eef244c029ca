(ns aleph.http.client
  "The option maps of `aleph.http/connection-pool` and `aleph.http/request`, as calls on the engine's
  builders. A request map becomes one HttpRequest, and the engine does the rest: redirects, error
  statuses, timeouts and cancellation."
  (:require
   [aleph.http.schema :as schema]
   [weir.options :as o])
  (:import
   (clojure.lang IFn Named Sequential)
   (io.netty.bootstrap Bootstrap)
   (io.netty.channel ChannelHandler ChannelPipeline)
   (io.netty.handler.codec DateFormatter)
   (io.netty.handler.logging LogLevel LoggingHandler)
   (io.netty.handler.ssl SslContext)
   (java.io ByteArrayInputStream)
   (java.net SocketAddress)
   (java.nio.charset Charset StandardCharsets)
   (java.time Duration)
   (java.util Date Locale)
   (java.util.concurrent Executor)
   (java.util.function Consumer IntPredicate)
   (weir.deferred Deferred)
   (weir.http BodyMode ContentType FormEncoding FormEncoding$Repeat HeaderCase HeaderName HttpClient
              HttpClient$Builder HttpRequest HttpRequest$Builder Url)
   (weir.http.client CallbackThreads FollowUp)
   (weir.net Transport)
   (weir.net.tls Alpn)))

(set! *warn-on-reflection* true)

(def ^:private none-yet "nothing: this version does not support the option yet")

(defn- refuse-later [options later]
  (doseq [[k v] options
          :when (and v (contains? later k))]
    (throw (o/illegal k v none-yet))))

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

(def ^:private pool-known
  #{:connections-per-host :total-connections :stats-callback :control-period :max-queue-size
    :middleware :dns-options :connection-options})

(def ^:private pool-later
  #{:pool-builder-fn :pool-controller-builder-fn})

(def ^:private connection-known
  #{:ssl-context :ssl-endpoint-id-alg :insecure? :local-address :bootstrap-transform
    :pipeline-transform :keep-alive? :connect-timeout :idle-timeout :response-buffer-size
    :raw-stream? :max-initial-line-length :max-header-size :max-chunk-size :name-resolver
    :decompress-body? :header-case :response-executor :log-activity :http-versions :transport :epoll?
    :proxy-options})

(def ^:private connection-later
  #{:force-h2c? :conn-go-away-handler :stream-go-away-handler :reset-stream-handler
    :http2-settings :compression? :unix-socket})

(defn- set-limits [^HttpClient$Builder b options]
  (when-some [n (o/positive-int options :response-buffer-size)] (.responseBufferBytes b n))
  (when-some [n (o/positive-int options :max-initial-line-length)] (.maxInitialLineBytes b n))
  (when-some [n (o/positive-int options :max-header-size)] (.maxHeaderBytes b n))
  (when-some [n (o/positive-int options :max-chunk-size)] (.maxChunkBytes b n))
  (when-some [t (o/non-negative options :connect-timeout)] (.connectTimeout b (ms t))))

(defn- ssl-context ^SslContext [x versions]
  (Alpn/httpClient x (or versions [:http1])))

(defn- set-tls [^HttpClient$Builder b {:keys [ssl-context insecure? http-versions] :as options}]
  (cond
    ssl-context (.sslContext b (aleph.http.client/ssl-context ssl-context http-versions))
    insecure? (.insecure b))
  (when (contains? options :ssl-endpoint-id-alg)
    (.endpointAlgorithm b (:ssl-endpoint-id-alg options)))
  (when (and http-versions (not= [:http1] (vec http-versions)))
    (throw (o/illegal :http-versions http-versions "[:http1] in this version"))))

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
  (when (or pipeline-transform log-activity)
    (let [level (some-> log-activity log-level)]
      (.pipeline b (consumer
                    (fn [^ChannelPipeline p]
                      (when level
                        (.addFirst p "activity-logger"
                                   ^ChannelHandler (LoggingHandler. "aleph-client" level)))
                      (when pipeline-transform
                        (pipeline-transform p))))))))

(defn- set-proxy [^HttpClient$Builder b options]
  (.proxy b
          ((requiring-resolve 'weir.net-options/proxy-server) options)
          ((requiring-resolve 'weir.net-options/no-proxy) options)))

(defn- set-network
  [^HttpClient$Builder b {:keys [transport epoll? local-address name-resolver proxy-options] :as options}
   dns-options]
  (some->> proxy-options (set-proxy b))
  (cond
    transport (.transport b (Transport/named (name transport)))
    epoll? (.transport b Transport/EPOLL))
  (when local-address
    (.localAddress b (o/check :local-address local-address #(instance? SocketAddress %)
                              "a java.net.SocketAddress")))
  (when (or dns-options (not (contains? #{nil :default} name-resolver)))
    (.resolver b ((requiring-resolve 'weir.net-options/resolver)
                  (assoc options :dns-options dns-options)))))

(defn- applied-once
  "Returns a function that gives the client which `middleware` makes of the first one."
  [middleware]
  (let [made (atom nil)]
    (fn [client] (or @made (swap! made #(or % (middleware client)))))))

(defn connection-pool
  "Makes a pool; see `aleph.http/connection-pool`."
  ^HttpClient [{:keys [connection-options] :as options}]
  (o/report-unknown! "aleph.http/connection-pool" options (into pool-known pool-later))
  (o/report-unknown! "aleph.http/connection-pool :connection-options" connection-options
                     (into connection-known connection-later))
  (refuse-later options pool-later)
  (refuse-later connection-options connection-later)
  (let [b (HttpClient/builder)]
    (when-some [n (o/positive-int options :connections-per-host)] (.connectionsPerHost b n))
    (when-some [n (o/positive-int options :total-connections)] (.totalConnections b n))
    (when-some [n (o/non-negative options :max-queue-size)] (.maxQueue b (int n)))
    (when-some [f (:middleware options)]
      (.attachment b (applied-once (o/check :middleware f ifn? "a function from a client to a client"))))
    (.decompress b (boolean (:decompress-body? connection-options)))
    (when-some [spelling (:header-case connection-options)]
      (.headerCase b (HeaderCase/named :header-case spelling)))
    (when (:raw-stream? connection-options)
      (.bodyMode b BodyMode/RAW_STREAM))
    (when-some [e (:response-executor connection-options)]
      (.executor b e))
    (when-some [f (:stats-callback options)]
      (.onStats b (stats-consumer (o/check :stats-callback f ifn? "a function of a map"))))
    (when-some [period (o/positive-int options :control-period)]
      (.statsPeriod b (ms period)))
    (doto b
      (set-limits connection-options)
      (set-tls connection-options)
      (set-idle-timeout connection-options (o/non-negative options :control-period))
      (set-transforms connection-options)
      (set-network connection-options (:dns-options options)))
    (.build b)))

;; ---- the request

(def ^:private request-later
  #{:ntlm-auth :request-interceptor :socket-timeout})

(def ^:private extras
  "Options that aleph.http.client-extras knows about, which is loaded with the first of them."
  #{:cookies :cookie-store :cookie-spec :cookie-policy :decode-cookies :decode-cookies?
    :multipart :save-request :save-request? :debug :debug? :debug-body :debug-body? :digest-auth
    :response-interceptor :retry-handler :on-upload :on-download
    :cache :cache-config
    :mime-subtype :multipart-charset
    :proxy-options :proxy-host :proxy-port :proxy-user :proxy-pass :proxy-ignore-hosts})

(defn- invalid [k v expected]
  (IllegalArgumentException.
   (str "Invalid spec: " k " is " (pr-str v) " (expected: " expected ")")))

(defn- valid [req k]
  (let [v (get req k)
        [pred expected] (get schema/ring-request k)]
    (if (pred v)
      v
      (throw (invalid k v expected)))))

(defn opt
  "Reads option `k` of `req`, written with or without a question mark: false if either is false, else
  the first that is truthy, else nil."
  [req k]
  (let [a (get req k)
        b (get req (keyword (str (name k) "?")))]
    (if (or (false? a) (false? b)) false (or a b nil))))

(defn- method-name ^String [req]
  (let [m (or (:method req) (:request-method req))]
    (cond
      (keyword? m) (name m)
      (string? m) m
      :else (throw (invalid :request-method m "a keyword or a string")))))

(defn ^:no-doc validate
  "Returns `req` if every value in it can be sent."
  [req]
  (run! #(valid req %) (keys schema/ring-request))
  req)

(defn content-type-value
  "Returns the value of a content-type header: a keyword is a kind of application."
  [type]
  (if (keyword? type) (str "application/" (name type)) type))

(defn ^:no-doc charset ^Charset [^String label]
  (if label (Charset/forName label) StandardCharsets/UTF_8))

(defn ^:no-doc repeat-style ^FormEncoding$Repeat [style]
  (case style
    (nil :default) FormEncoding$Repeat/PLAIN
    :array FormEncoding$Repeat/ARRAY
    :indexed FormEncoding$Repeat/INDEXED
    :comma-separated FormEncoding$Repeat/COMMA
    (throw (o/illegal :multi-param-style style ":default, :array, :indexed or :comma-separated"))))

(defn- flattens?
  "Returns whether nested maps under `k` are flattened, by `:flatten-nested-keys` or by `dflt`."
  [req k dflt]
  (if-some [ks (:flatten-nested-keys req)]
    (if (or (some? (opt req :ignore-nested-query-string))
            (some? (opt req :flatten-nested-form-params)))
      (throw (o/illegal :flatten-nested-keys ks
                        "none beside :ignore-nested-query-string or :flatten-nested-form-params"))
      (boolean (some #{k} ks)))
    dflt))

(defn ^:no-doc flattens-query? [req]
  (flattens? req :query-params (not (opt req :ignore-nested-query-string))))

(defn ^:no-doc query ^String [req]
  (when-some [params (:query-params req)]
    (let [label (ContentType/charset (content-type-value (:content-type req)))]
      (FormEncoding/encode params (charset label) (repeat-style (:multi-param-style req))
                           (flattens-query? req)))))

(defn ^:no-doc base-url ^Url [req]
  (if-some [url (:url req)]
    (Url/parse (str url))
    (let [host (or (:host req) (valid req :server-name))
          port (or (:port req) (valid req :server-port))]
      (when-not host
        (throw (invalid :url nil "a URL, or :server-name")))
      (Url/of (= :https (valid req :scheme))
              host
              (int (or port -1))
              (valid req :uri)
              (valid req :query-string)))))

(defn- url ^Url [req]
  (let [base (base-url req)
        more (query req)]
    (if (seq more) (.withMoreQuery base more) base)))

(defn- header-value ^String [k v]
  (cond
    (string? v) v
    (instance? Date v) (DateFormatter/format ^Date v)
    (nil? v) (throw (o/illegal k v "a string, or no such header"))
    :else (str v)))

(defn- add-header [^HttpRequest$Builder b k v]
  (let [name (HeaderName/of k)]
    (if (instance? Sequential v)
      (doseq [each v] (.header b name (header-value k each)))
      (.header b name (header-value k v)))
    b))

(defn- set-header [^HttpRequest$Builder b ^String k ^String v]
  (.setHeader b (HeaderName/of k) v))

(defn- set-auth [^HttpRequest$Builder b auth]
  (if (string? auth)
    (let [[user password] (.split ^String auth ":" 2)]
      (.basicAuth b user (or password "")))
    (let [[user password] auth]
      (.basicAuth b (str user) (str password)))))

(defn ^:no-doc content-type
  "Returns the value of the content-type header that `req` asks for, or nil."
  [req]
  (when-some [type (valid req :content-type)]
    (let [encoding (valid req :character-encoding)]
      (cond-> (content-type-value type) encoding (str "; charset=" encoding)))))

(defn ^:no-doc accept-encoding-value [codings]
  (apply str (interpose ", " (map name codings))))

(defn- middleware [sym]
  (requiring-resolve (symbol "aleph.http.client-middleware" (name sym))))

(defn ^:no-doc sends-form? [req]
  (and (some? (:form-params req))
       (contains? #{"post" "put" "patch" "delete"} (.toLowerCase (method-name req) Locale/ROOT))))

(defn- url-encoded? [{:keys [content-type]}]
  (contains? #{nil :x-www-form-urlencoded "x-www-form-urlencoded" "application/x-www-form-urlencoded"}
             content-type))

(defn ^:no-doc flattens-form? [req]
  (flattens? req :form-params (and (url-encoded? req)
                                   (not (false? (opt req :flatten-nested-form-params))))))

(defn ^:no-doc form-body [req]
  (FormEncoding/encode (:form-params req) (charset (:form-param-encoding req))
                       (repeat-style (:multi-param-style req)) (flattens-form? req)))

(defn- set-form [^HttpRequest$Builder b req]
  (if (url-encoded? req)
    (doto b
      (.contentType (content-type (assoc req :content-type :x-www-form-urlencoded)))
      (.body (form-body req)))
    (.body b ((middleware 'coerce-form-params) req))))

(defn- set-body [^HttpRequest$Builder b req]
  (let [body (:body req)]
    (some->> (content-type req) (.contentType b))
    (cond
      (sends-form? req)
      (set-form b req)

      (and (string? body) (:body-encoding req))
      (.body b (.getBytes ^String body (charset (:body-encoding req))))

      :else
      (.body b body))
    (when-some [n (:length req)]
      (set-header b "content-length" (str (o/check :length n nat-int? "a whole number"))))))

(defn- body-mode ^BodyMode [as raw?]
  (case as
    :byte-array BodyMode/BYTES
    :string BodyMode/STRING
    nil (cond (nil? raw?) nil raw? BodyMode/RAW_STREAM :else BodyMode/STREAM)
    ;; What a library reads from memory is gathered by the engine, within `:max-body-size`.
    (:json :json-strict :json-string-keys :json-strict-string-keys :clojure :auto
           :transit+json :transit+msgpack :x-www-form-urlencoded) BodyMode/BYTES
    BodyMode/STREAM))

(defn- statuses ^IntPredicate [f]
  (o/check :unexceptional-status f #(instance? IFn %) "a function or a set")
  (reify IntPredicate (test [_ status] (boolean (f status)))))

(defn- set-option
  "Sets what stands under one key and depends on no other; keys of no meaning here are left alone."
  [^HttpRequest$Builder b k v]
  (case k
    (:pool-timeout :connection-request-timeout :conn-request-timeout)
    (some->> v ms (.poolTimeout b))
    (:connection-timeout :conn-timeout) (some->> v ms (.connectionTimeout b))
    :request-timeout (some->> v ms (.requestTimeout b))
    :read-timeout (some->> v ms (.readTimeout b))
    :total-timeout (some->> v ms (.totalTimeout b))
    (:throw-exceptions :throw-exceptions?) (when (false? v) (.failOnErrorStatus b false))
    (:follow-redirects :follow-redirects?) (when (false? v) (.followRedirects b false))
    :max-redirects (some->> v int (.maxRedirects b))
    :unexceptional-status (some->> v statuses (.unexceptional b))
    :max-body-size (some->> v long (.maxBodyBytes b))
    (:decompress-body :decompress-body?) (some->> v boolean (.decompress b))
    :accept (some->> v content-type-value (.accept b))
    :accept-encoding (when v (set-header b "accept-encoding" (accept-encoding-value v)))
    :response-executor (when v (.executor b ^Executor v))
    (when (and v (contains? request-later k))
      (throw (o/illegal k v none-yet))))
  b)

(defn ^:no-doc ->builder ^HttpRequest$Builder [req]
  (let [b (HttpRequest/builder)]
    (.method b (method-name req))
    (.url b (url req))
    (reduce-kv add-header b (:headers req))
    (doto b
      (.origin req)
      (.failOnErrorStatus true)
      (set-body req)
      (.as (body-mode (:as req) (opt req :raw-stream))))
    (reduce-kv set-option b req)
    (when (opt req :force-redirects) (.forceRedirects b true))
    (when-some [auth (or (:basic-auth req) (:user-info req))] (set-auth b auth))
    (when-some [token (:oauth-token req)] (.bearer b token))
    b))

(defn ->request
  "Returns the engine's request for a request map."
  ^HttpRequest [req]
  (.build (->builder req)))

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

(defn- extras? [req]
  (reduce-kv (fn [_ k v] (if (and v (contains? extras k)) (reduced true) false)) false req))

(defn ^:no-doc send!
  "Sends a request map over `pool` and returns a deferred of the response map."
  [^HttpClient pool req]
  (try
    (if (extras? req)
      ((requiring-resolve 'aleph.http.client-extras/send!) pool req)
      (dispatch pool (->request req) req))
    (catch Throwable t
      (Deferred/failed t))))

(defn ^:no-doc pool-of
  "Returns the pool of a request map, or `dflt`."
  ^HttpClient [req dflt]
  (o/check :pool (or (:pool req) dflt) #(instance? HttpClient %) "what connection-pool has returned"))

(defn request
  "Sends a request map and returns a deferred of the response map. Never throws.

  `again` is this with the default pool in place: what sends a hop after a redirect, if middleware
  has to see it."
  [again default-pool req]
  (try
    (let [pool (pool-of req default-pool)]
      (if (or (:middleware req) (.attachment pool))
        ((requiring-resolve 'aleph.http.client-extras/send-with-middleware!) pool again req)
        (send! pool req)))
    (catch Throwable t
      (Deferred/failed t))))
