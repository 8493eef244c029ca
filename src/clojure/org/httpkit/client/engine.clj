(ns ^:no-doc org.httpkit.client.engine
  "The option maps of `org.httpkit.client`, as requests of the engine's, and its results as response
  maps."
  (:require
   [clojure.string :as str]
   [org.httpkit.client.body :as body]
   [org.httpkit.client.connections :as connections]
   [weir.options :as o])
  (:import
   (aleph.utils ConnectionTimeoutException PoolTimeoutException ProxyConnectionTimeoutException
                ReadTimeoutException RequestTimeoutException)
   (clojure.lang ExceptionInfo)
   (io.netty.handler.proxy ProxyConnectException)
   (java.io File IOException InputStream)
   (java.net MalformedURLException URI)
   (java.nio ByteBuffer)
   (java.nio.charset StandardCharsets)
   (java.time Duration)
   (java.util Set)
   (java.util.concurrent CancellationException Executor RejectedExecutionException)
   (java.util.function BiConsumer)
   (org.httpkit HTTPException ProtocolException)
   (org.httpkit.client AbortException IFilter IFilter$MaxBodyFilter TimeoutException)
   (org.httpkit.client.connections Engine)
   (weir.deferred Deferred)
   (weir.http FormEncoding FormEncoding$Repeat HeaderMap HttpRequest HttpRequest$Builder
              Progress RedirectException RingResponse Url)
   (weir.http.multipart Multipart Part)
   (weir.http.server.channel Journal)
   (weir.time SystemClock)))

(set! *warn-on-reflection* true)

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

(defn- part ^Part [{:keys [content filename content-type] :as p} mixed?]
  (let [part-name (str (some-> (:name p) name))]
    (when (re-find #"\p{Cntrl}" (str part-name filename content-type))
      (throw (IllegalArgumentException.
              "a part's :name, :filename or :content-type has control characters")))
    (o/check :content content
             #(or (string? %) (bytes? %) (number? %) (instance? ByteBuffer %) (instance? File %)
                  (instance? InputStream %))
             "a string, byte[], ByteBuffer, File, InputStream or number")
    (Part/of (when-not mixed? part-name)
             (if (number? content) (str content) content)
             (some-> filename str)
             (or content-type
                 (when (or (instance? File content) (instance? InputStream content))
                   "application/octet-stream")))))

(defn- multipart ^Multipart [{:keys [multipart form-params multipart-mixed?]}]
  (Multipart/of (mapv #(part % multipart-mixed?)
                      (concat (for [[k v] form-params] {:name (name k) :content (str v)})
                              multipart))
                (if multipart-mixed? "mixed" "form-data")
                StandardCharsets/UTF_8))

(defn check-call
  "Throws what http-kit throws at the call itself."
  [{:keys [method] :as opts}]
  (o/check :method method
           (or (nil? method)
               (and (keyword? method) (re-matches #"[\w!#$%&'*+.^`|~-]+" (name method))))
           "a keyword whose name is a token, such as :get")
  (when (:multipart opts) (multipart opts))
  nil)

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

(defn- set-headers [^HttpRequest$Builder b {:keys [headers] :as opts}]
  (doseq [[k v] (cond->> headers
                  (connections/through-tunnel? opts)
                  (remove #(.equalsIgnoreCase "proxy-authorization" (str (key %)))))
          each (if (or (sequential? v) (set? v)) v [v])
          :when (some? each)]
    (o/check :headers k string? "a map whose keys are strings")
    (when (.equalsIgnoreCase ^String k "transfer-encoding")
      (throw (ProtocolException. "header Transfer-Encoding (expected: none, the body decides)")))
    (when-not (.equalsIgnoreCase ^String k "content-length")
      (.header b ^String k (str each)))))

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
      (.totalTimeout (ms (or (o/non-negative opts :total-timeout) 0)))
      (.onDownload progress)
      (.interceptor (reify BiConsumer (accept [_ _ _] (moved)))))
    (if (or (streamed? (:body opts)) (:multipart opts))
      (.onUpload b progress)
      (.requestTimeout b (ms idle)))))

(defn- set-way [^HttpRequest$Builder b client engine opts]
  (some->> (connections/proxy-rule engine opts) (.proxy b))
  (some->> (connections/address-rule client) (.address b)))

(defn- ->request
  ^HttpRequest [client engine {:keys [method headers user-agent follow-redirects max-redirects
                                      allow-unsafe-redirect-methods auto-compression? keepalive]
                               :as opts} call]
  (let [b (HttpRequest/builder)]
    (doto b
      (.method (name (or method :get)))
      (.url (url opts))
      (set-headers opts)
      (set-auth opts)
      (set-body opts)
      (set-filter opts)
      (.as (body/mode opts (own-filter opts)))
      (.decompress (not (body/raw? opts)))
      (.followRedirects (not (false? follow-redirects)))
      (.forceRedirects true)
      (.keepMethod (boolean allow-unsafe-redirect-methods))
      (.maxRedirects (int (or max-redirects 10)))
      (set-timeouts opts call)
      (set-way client engine opts))
    (when-not (has-header? headers "user-agent")
      (.header b "user-agent" (str (or user-agent "http-kit/2.0"))))
    (when (and keepalive (<= (long keepalive) 0))
      (.header b "connection" "close"))
    (when-not (has-header? headers "accept-encoding")
      (.header b "accept-encoding" (str (if (false? auto-compression?) "identity" "gzip, deflate"))))
    (.build b)))

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
    RequestTimeoutException (TimeoutException.
                             (if (str/ends-with? (str (ex-message e)) "in total")
                               (str "total timeout: " (:total-timeout opts) "ms")
                               (str "idle timeout: " (timeout opts :idle-timeout) "ms"))
                             e)
    ReadTimeoutException (TimeoutException. (str "idle timeout: " (timeout opts :idle-timeout) "ms") e)
    ProxyConnectionTimeoutException (TimeoutException. (str "connect timeout: "
                                                            (timeout opts :connect-timeout) "ms") e)
    ExceptionInfo (if (instance? ProxyConnectException (ex-cause e)) (ex-cause e) e)
    RedirectException (ProtocolException. (ex-message e) e)
    IOException (if (and (:filter opts) (re-find #"^the response body has more than" (str (ex-message e))))
                  (AbortException. (ex-message e) e)
                  e)
    e))

(defn- unexpected
  "A fault of the client itself, which the program's loggers hear of."
  [client {:keys [url]} e]
  (when-not (or (instance? IOException e) (instance? HTTPException e))
    (doto ^Journal (connections/journal client)
      (.error (str "the response of " url " could not be read") e)
      (.event "clientImpossible")))
  e)

(defn send!
  "Sends a request, and calls `finish` on `worker` with the response map. Returns a function that gives
  the request up. Never throws."
  [client opts ^Executor worker finish]
  (let [method-opts (merge {:method :get} opts)
        failed (fn [e] {:opts method-opts :error (->error opts e)})
        on-worker (fn [f]
                    (try
                      (.execute worker ^Runnable f)
                      (catch RejectedExecutionException e
                        (finish (failed e)))))]
    (try
      (let [call (promise)
            engine (connections/engine-for client (connections/policy opts))
            request (->request client engine opts call)
            ^Deferred sent (.send ^weir.http.HttpClient (.-http ^Engine engine) request)
            ^Set calls (connections/running client)]
        (deliver call sent)
        (.add calls sent)
        (.onRealized sent
                     (fn [response]
                       (.remove calls sent)
                       (on-worker #(finish (try (->response method-opts response)
                                                (catch Throwable t
                                                  (failed (unexpected client opts t)))))))
                     (fn [e]
                       (.remove calls sent)
                       (on-worker #(finish (failed e)))))
        #(.error sent (CancellationException. "the request was given up")))
      (catch Throwable t
        (on-worker #(finish (failed t)))
        (constantly nil)))))
