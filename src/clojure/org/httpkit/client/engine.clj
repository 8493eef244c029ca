(ns ^:no-doc org.httpkit.client.engine
  "The option maps of `org.httpkit.client`, as calls on the engine's builders, and its results as
  response maps."
  (:require
   [org.httpkit.client.body :as body]
   [weir.options :as o])
  (:import
   (aleph.utils ConnectionTimeoutException PoolTimeoutException ReadTimeoutException
                RequestTimeoutException)
   (clojure.lang IDeref)
   (io.netty.channel ChannelPipeline)
   (io.netty.handler.ssl ClientAuth IdentityCipherSuiteFilter JdkSslContext SslHandler)
   (java.io File IOException InputStream)
   (java.net MalformedURLException SocketAddress URI)
   (java.nio ByteBuffer)
   (java.nio.charset StandardCharsets)
   (java.time Duration)
   (java.util Collections Map Set WeakHashMap)
   (java.util.concurrent ConcurrentHashMap Executor RejectedExecutionException)
   (java.util.function BiConsumer Consumer)
   (javax.net.ssl SSLContext SSLEngine)
   (org.httpkit ProtocolException)
   (org.httpkit.client AbortException HttpClient IFilter IFilter$MaxBodyFilter TimeoutException)
   (weir.deferred Deferred)
   (weir.http FormEncoding FormEncoding$Repeat HeaderMap HttpRequest HttpRequest$Builder
              Progress RedirectException RingResponse Url)
   (weir.http.multipart Multipart Part)
   (weir.time SystemClock)))

(set! *warn-on-reflection* true)

;;; clients

(def ^:private contexts
  "The SSLContexts of engines that programs have made."
  (Collections/synchronizedMap (WeakHashMap.)))

(defn ssl-engine ^SSLEngine [^SSLContext ctx]
  (let [engine (doto (.createSSLEngine ctx) (.setUseClientMode true))]
    (.put ^Map contexts engine ctx)
    engine))

(defn- jdk-context [^SSLContext ctx]
  (JdkSslContext. ctx true nil IdentityCipherSuiteFilter/INSTANCE nil ClientAuth/NONE nil false))

(defn- configuring ^Consumer [configure]
  (reify Consumer
    (accept [_ pipeline]
      (when-some [^SslHandler tls (.get ^ChannelPipeline pipeline SslHandler)]
        (let [engine (.engine tls)]
          (configure engine (URI. "https" nil (.getPeerHost engine) (.getPeerPort engine)
                                  nil nil nil)))))))

(defn- build ^weir.http.HttpClient [opts {:keys [tls keepalive]}]
  (let [b (weir.http.HttpClient/builder)
        n (:max-connections opts)]
    (when-some [a (:bind-address opts)]
      (.localAddress b (o/check :bind-address a #(instance? SocketAddress %) "a SocketAddress")))
    (if (and n (not= -1 n))
      (let [n (o/positive-int opts :max-connections)]
        (doto b (.totalConnections (int n)) (.connectionsPerHost (int n))))
      (doto b (.totalConnections Integer/MAX_VALUE) (.connectionsPerHost Integer/MAX_VALUE)))
    (.idleTimeout b (Duration/ofMillis keepalive))
    (cond
      (= :insecure tls) (.insecure b)
      tls (.sslContext b (jdk-context tls)))
    (when-some [f (:ssl-configurer opts)]
      (when-not (= :insecure tls)
        (.pipeline b (configuring f))))
    (.build b)))

(defprotocol Engines
  (engine-for [client policy] "Returns the engine's client for a policy of TLS and keep-alive.")
  (running [client] "Returns the set of calls that run."))

(deftype Client [opts ^ConcurrentHashMap engines calls stopped]
  Engines
  (engine-for [_ policy]
    (when @stopped (throw (IOException. "HTTP client is stopped")))
    (.computeIfAbsent engines policy
                      (reify java.util.function.Function
                        (apply [_ policy] (build opts policy)))))
  (running [_] calls)
  Object
  (toString [_] (str "HttpClient[" (if @stopped "stopped" "running") "]")))

(def ^:private client-known
  #{:max-connections :ssl-configurer :bind-address :error-logger :event-logger :event-names
    :address-finder :channel-factory})

(defn- stop-client [^Client client]
  (when (compare-and-set! (.-stopped client) false true)
    (run! #(.error ^Deferred % (IOException. "HTTP client is stopped")) (running client))
    (run! #(.shutdown ^weir.http.HttpClient %) (.values ^ConcurrentHashMap (.-engines client)))))

(defn make-client ^HttpClient [opts]
  (o/report-unknown! "org.httpkit.client/make-client" opts client-known)
  (doseq [k [:address-finder :channel-factory :error-logger :event-logger :event-names]]
    (when-some [v (k opts)]
      (throw (o/illegal k v "nothing: this version does not support the option yet"))))
  (let [client (Client. opts (ConcurrentHashMap.) (ConcurrentHashMap/newKeySet) (atom false))]
    (proxy [HttpClient IDeref] []
      (deref [] client)
      (stop [] (stop-client client))
      (close [] (stop-client client))
      (toString [] (str client)))))

(defn- undelayed [x] (if (delay? x) @x x))

(defn client-of
  "Returns the client of a request."
  ^Client [{:keys [client]} default]
  (let [c (or (undelayed client) (undelayed default)
              @@(requiring-resolve 'org.httpkit.client/default-client))]
    (o/check :client c #(instance? HttpClient %) "what make-client has returned, or a delay of it")
    @c))

;;; requests

(defn- style ^FormEncoding$Repeat [x]
  (case x
    nil FormEncoding$Repeat/PLAIN
    :array FormEncoding$Repeat/ARRAY
    :indexed FormEncoding$Repeat/INDEXED
    :comma-separated FormEncoding$Repeat/COMMA
    (throw (o/illegal :nested-param-style x "nil, :array, :indexed or :comma-separated"))))

(defn params [m how]
  (FormEncoding/encode m StandardCharsets/UTF_8 (style how) true))

(defn- part [{:keys [content filename content-type] :as p}]
  (let [part-name (str (some-> (:name p) name))]
    (when (re-find #"\p{Cntrl}" (str part-name filename))
      (throw (IllegalArgumentException. "a part's :name or :filename has control characters")))
    (o/check :content content
             #(or (string? %) (bytes? %) (number? %) (instance? ByteBuffer %) (instance? File %)
                  (instance? InputStream %))
             "a string, byte[], ByteBuffer, File, InputStream or number")
    (let [content (if (number? content) (str content) content)
          file? (or (instance? File content) (instance? InputStream content))]
      (if (or filename content-type file?)
        (Part/file part-name content filename
                   (or content-type (when file? "application/octet-stream")) nil -1)
        (Part/field part-name content nil)))))

(defn- multipart ^Multipart [{:keys [multipart form-params multipart-mixed?]}]
  (Multipart/of (mapv part (concat (for [[k v] form-params] {:name (name k) :content (str v)})
                                   multipart))
                (if multipart-mixed? "mixed" "form-data")
                StandardCharsets/UTF_8))

(defn check-call
  "Throws what http-kit throws at the call itself."
  [{:keys [method] :as opts}]
  (o/check :method method (or (nil? method) (keyword? method)) "a keyword")
  (when (:multipart opts) (multipart opts))
  nil)

(def ^:private refused
  {:proxy-url "no proxy: this version does not support it yet"
   :proxy-host "no proxy: this version does not support it yet"
   :proxy-port "no proxy: this version does not support it yet"
   :tunnel? "false: this version does not support proxies yet"
   :allow-unsafe-redirect-methods "false: this version does not support it yet"})

(defn- refuse [opts]
  (doseq [[k expected] refused]
    (when-some [v (k opts)]
      (when v (throw (o/illegal k v expected))))))

(defn- url ^Url [{:keys [url query-params nested-param-style]}]
  (let [^String url (str url)]
    (URI. (.replaceAll url "[^\\x00-\\x7f]" "x")) ; throws a URISyntaxException that names the place
    (when-not (re-find #"(?i)^https?:" url)
      (throw (ProtocolException. (str "url: " url " (expected: http:// or https://)"))))
    (try
      (let [parsed (Url/parse url)]
        (if (seq query-params)
          (.withMoreQuery parsed (params query-params nested-param-style))
          parsed))
      (catch MalformedURLException e
        (throw (IllegalArgumentException. (ex-message e) e))))))

(defn- set-headers [^HttpRequest$Builder b headers]
  (doseq [[^String k v] headers
          each (if (or (sequential? v) (set? v)) v [v])
          :when (some? each)]
    (when (.equalsIgnoreCase k "transfer-encoding")
      (throw (ProtocolException. "header Transfer-Encoding (expected: none, the body decides)")))
    (when-not (.equalsIgnoreCase k "content-length")
      (.header b k (str each)))))

(defn- has-header? [headers ^String k]
  (boolean (some #(.equalsIgnoreCase k (str %)) (keys headers))))

(defn- set-auth [^HttpRequest$Builder b {:keys [basic-auth oauth-token]}]
  (when basic-auth
    (let [[user password] (if (string? basic-auth)
                            (.split ^String basic-auth ":" 2)
                            basic-auth)]
      (.basicAuth b (str user) (str password))))
  (when oauth-token
    (.bearer b oauth-token)))

(defn- set-body [^HttpRequest$Builder b {:keys [body form-params nested-param-style] :as opts}]
  (cond
    (:multipart opts) (.multipart b (multipart opts))
    form-params (doto b
                  (.contentType "application/x-www-form-urlencoded")
                  (.body (params form-params nested-param-style)))
    :else (.body b body)))

(defn- timeout [{:keys [timeout] :as opts} k]
  (or (o/non-negative opts k) (o/non-negative opts :timeout) 60000))

(defn- ms ^Duration [n] (Duration/ofMillis (long n)))

(defn- streamed? [body] (or (instance? File body) (instance? InputStream body)))

(defn- set-filter [^HttpRequest$Builder b {f :filter}]
  (when f
    (o/check :filter f #(instance? IFilter %) "an IFilter, such as max-body-filter returns")
    (when (instance? IFilter$MaxBodyFilter f)
      (.maxBodyBytes b (max 1 (.-maxLength ^IFilter$MaxBodyFilter f))))))

(defn- own-filter [{f :filter}]
  (when-not (instance? IFilter$MaxBodyFilter f) f))

(defn- idle-watch
  "Returns what is told that something moved; it fails `call`, a promise of a call, once nothing has for
  so long."
  [idle call]
  (let [last-move (volatile! nil)
        clock (SystemClock/instance)]
    (letfn [(check []
              (let [quiet (- (.now clock) (double @last-move))
                    ^Deferred c @call]
                (when-not (.realized c)
                  (if (>= quiet (double idle))
                    (.error c (RequestTimeoutException. (str "nothing moved for " idle " ms")))
                    (.in clock (- (double idle) quiet) ^Runnable check)))))]
      (fn []
        (let [first? (nil? @last-move)]
          (vreset! last-move (.now clock))
          (when (and first? (pos? (long idle)))
            (.in clock (double idle) ^Runnable check)))))))

(defn- set-timeouts [^HttpRequest$Builder b opts call]
  (let [connect (timeout opts :connect-timeout)
        idle (timeout opts :idle-timeout)
        moved (idle-watch idle call)
        progress (reify Progress (moved [_ _ _] (moved)))]
    (doto b
      (.poolTimeout (ms connect))
      (.connectionTimeout (ms connect))
      (.onDownload progress)
      (.interceptor (reify BiConsumer (accept [_ _ _] (moved)))))
    (if (or (streamed? (:body opts)) (:multipart opts))
      (.onUpload b progress)
      (.requestTimeout b (ms idle)))))

(defn- ->request ^HttpRequest [{:keys [method headers user-agent follow-redirects max-redirects
                                       auto-compression? keepalive] :as opts} call]
  (refuse opts)
  (let [b (HttpRequest/builder)]
    (doto b
      (.method (name (or method :get)))
      (.url (url opts))
      (set-headers headers)
      (set-auth opts)
      (set-body opts)
      (set-filter opts)
      (.as (body/mode opts (own-filter opts)))
      (.decompress (not (body/raw? opts)))
      (.followRedirects (not (false? follow-redirects)))
      (.forceRedirects true)
      (.maxRedirects (int (or max-redirects 10)))
      (set-timeouts opts call))
    (when-not (has-header? headers "user-agent")
      (.header b "user-agent" (str (or user-agent "http-kit/2.0"))))
    (when (and keepalive (<= (long keepalive) 0))
      (.header b "connection" "close"))
    (when-not (has-header? headers "accept-encoding")
      (.header b "accept-encoding" (str (if (false? auto-compression?) "identity" "gzip, deflate"))))
    (.build b)))

(defn- policy [{:keys [insecure? sslengine keepalive]}]
  {:tls (cond
          insecure? :insecure
          sslengine (or (.get ^Map contexts sslengine)
                        (throw (o/illegal :sslengine sslengine "what make-ssl-engine has returned"))))
   :keepalive (if (and keepalive (pos? (long keepalive))) (long keepalive) 120000)})

;;; responses

(defn- header-map [^HeaderMap headers encoding]
  (cond-> (into {} (map (fn [^String k] [(keyword k) (String/join "\n" (.getAll headers k))]))
                (.names headers))
    encoding (assoc :content-encoding encoding)))

(defn- follow-error [{:keys [follow-redirects]} status headers]
  (when (and (not (false? follow-redirects)) (contains? #{301 302 303 307 308} status))
    (ProtocolException. (if (:location headers)
                          "too many redirects (see :max-redirects)"
                          (str "a redirect " status " without Location")))))

(defn- final-opts [opts ^RingResponse response]
  (let [trace (:trace-redirects response)]
    (cond-> opts
      (seq trace) (assoc :url (peek trace)
                         :trace-redirects (into [(str (:url opts))] (pop trace))))))

(defn- read-body [opts ^RingResponse response headers]
  (let [f (own-filter opts)
        b (.body response)]
    (if (and f (instance? InputStream b))
      (do (body/accept-headers f headers)
          (body/read-filtered b f))
      b)))

(defn- ->response [opts ^RingResponse response]
  (let [status (.status response)
        headers (header-map (.headers response) (:orig-content-encoding response))
        opts (final-opts opts response)]
    (if-some [error (follow-error opts status headers)]
      {:opts opts :error error}
      {:opts opts
       :status status
       :headers headers
       :body (body/coerce opts status (:content-type headers) (read-body opts response headers))})))

(defn- ->error
  "Returns the exception by which http-kit tells of a failure."
  [opts e]
  (condp instance? e
    PoolTimeoutException (TimeoutException. (str "connect timeout: " (timeout opts :connect-timeout)
                                                 "ms") e)
    ConnectionTimeoutException (TimeoutException. (str "connect timeout: "
                                                       (timeout opts :connect-timeout) "ms") e)
    RequestTimeoutException (TimeoutException. (str "idle timeout: " (timeout opts :idle-timeout) "ms")
                                               e)
    ReadTimeoutException (TimeoutException. (str "idle timeout: " (timeout opts :idle-timeout) "ms") e)
    RedirectException (ProtocolException. (ex-message e) e)
    IOException (if (and (:filter opts) (re-find #"^the response body has more than" (str (ex-message e))))
                  (AbortException. (ex-message e) e)
                  e)
    e))

(defn send!
  "Sends a request, and calls `finish` on `worker` with the response map. Never throws."
  [^Client client opts ^Executor worker finish]
  (let [method-opts (merge {:method :get} opts)
        failed (fn [e] {:opts method-opts :error (->error opts e)})
        on-worker (fn [f]
                    (try
                      (.execute worker ^Runnable f)
                      (catch RejectedExecutionException e
                        (finish (failed e)))))]
    (try
      (let [call (promise)
            request (->request opts call)
            ^Deferred sent (.send ^weir.http.HttpClient (engine-for client (policy opts)) request)
            ^Set calls (running client)]
        (deliver call sent)
        (.add calls sent)
        (.onRealized sent
                     (fn [response]
                       (.remove calls sent)
                       (on-worker #(finish (try (->response method-opts response)
                                                (catch Throwable t (failed t))))))
                     (fn [e]
                       (.remove calls sent)
                       (on-worker #(finish (failed e))))))
      (catch Throwable t
        (on-worker #(finish (failed t)))))))
