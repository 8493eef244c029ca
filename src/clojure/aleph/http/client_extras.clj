(ns ^:no-doc aleph.http.client-extras
  "What few requests ask for: cookies, saved requests, hooks, and middleware around the client. Loaded
  with the first request that has one of them."
  (:require
   [aleph.http.client :as client]
   [aleph.http.client-middleware :as mw]
   [weir.http.cache :as cache]
   [weir.net-options :as net]
   [weir.options :as o])
  (:import
   (aleph.utils RequestTimeoutException)
   (io.netty.handler.codec.http DefaultHttpRequest HttpMethod HttpVersion)
   (java.util Collections Locale Map WeakHashMap)
   (java.util.concurrent TimeoutException)
   (java.util.function BiConsumer Function UnaryOperator)
   (org.slf4j Logger LoggerFactory)
   (weir.deferred Deferred Deferreds)
   (weir.http HeaderFields HeaderName HttpClient HttpRequest HttpRequest$Builder Progress ProxyRule RetryRule)
   (weir.http.cache HttpCache)
   (weir.http.client CallbackThreads FollowUp RequestOptions)))

(set! *warn-on-reflection* true)

(def ^:private ^Logger log (LoggerFactory/getLogger "aleph.http.client"))

;; ---- options of the request

(defn- ignores-cookies? [{:keys [cookie-policy]}]
  (case cookie-policy
    (nil :default :standard :rfc6265) false
    :none true
    (throw (o/illegal :cookie-policy cookie-policy ":none, or nothing for RFC 6265"))))

(defn- set-cookies [^HttpRequest$Builder b {:keys [cookies cookie-store cookie-spec] :as req}]
  (when-not (ignores-cookies? req)
    (when cookie-store
      (.cookies b (mw/cookie-jar cookie-store cookie-spec)))
    (when (seq cookies)
      (when-some [value (get-in (mw/wrap-cookies {:cookies cookies :cookie-spec cookie-spec
                                                  :headers (:headers req)})
                                [:headers mw/cookie-header-name])]
        (.setHeader b (HeaderName/of "cookie") value)))))

(defn- set-digest [^HttpRequest$Builder b auth]
  (let [[user password] (if (string? auth) (mw/parse-user-info auth) auth)]
    (.digestAuth b (str user) (str password))))

(defn- progress ^Progress [k f]
  (o/check k f ifn? "a function of bytes and total")
  (reify Progress (moved [_ bytes total] (f bytes (when-not (neg? total) total)))))

(defn- headers-of
  "Returns header fields as a map, repeated ones as a vector."
  [^HeaderFields fields]
  (reduce (fn [m i]
            (let [k (.toLowerCase (.name (.name fields (int i))) Locale/ROOT)
                  v (.value fields (int i))]
              (update m k #(cond (nil? %) v (vector? %) (conj % v) :else [% v]))))
          {} (range (.size fields))))

(defn- sent-map
  "Returns what is about to be sent as a map."
  [^HttpRequest request]
  {:request-method (keyword (.toLowerCase (.method request) Locale/ROOT))
   :url (str (.url request))
   :headers (headers-of (.fields request))
   :body (.body request)})

(defn- changed
  "Returns `request` with what an interceptor has made of its map."
  ^HttpRequest [^HttpRequest request before after]
  (let [b (.toBuilder request)]
    (when (not= (:request-method before) (:request-method after))
      (.method b (name (:request-method after))))
    (when (not= (:url before) (:url after))
      (.url b ^String (:url after)))
    (when (not= (:headers before) (:headers after))
      (.noHeaders b)
      (doseq [[k v] (:headers after), each (if (sequential? v) v [v])]
        (.header b (HeaderName/of k) (str each))))
    (when-not (identical? (:body before) (:body after))
      (.body b (:body after)))
    (.build b)))

(defn- request-interceptor ^UnaryOperator [f]
  (o/check :request-interceptor f ifn? "a function of a request and a context")
  (reify UnaryOperator
    (apply [_ request]
      (let [before (sent-map request)
            after (f before {:request (.origin ^HttpRequest request) :url (:url before)})]
        (if (map? after) (changed request before after) request)))))

(defn- interceptor ^BiConsumer [f]
  (o/check :response-interceptor f ifn? "a function of a response and a context")
  (reify BiConsumer
    (accept [_ rsp request] (f rsp {:request (.origin ^HttpRequest request)
                                    :url (str (.url ^HttpRequest request))}))))

(defn- retry-rule ^RetryRule [f]
  (o/check :retry-handler f ifn? "a function of an exception, a count and a context")
  (reify RetryRule
    (triesAgain [_ cause failures request]
      (boolean (f cause failures {:request (.origin request)})))))

(def ^:private ^Map caches
  "The cache of each pool whose requests have asked for one, while the pool is there."
  (Collections/synchronizedMap (WeakHashMap.)))

(defn- cache-of ^HttpCache [{:keys [cache cache-config pool]}]
  (cond
    (instance? HttpCache cache) cache
    (true? cache) (.computeIfAbsent caches (or pool (HttpClient/shared))
                                    (reify Function
                                      (apply [_ _] (cache/http-cache cache-config))))
    :else (throw (o/illegal :cache cache "true, or what weir.http.cache/http-cache has returned"))))

(def ^:private secret? #{"authorization" "proxy-authorization" "cookie" "set-cookie"})

(defn- log-request! [^HttpRequest request]
  (let [^HeaderFields fields (.fields request)]
    (.info log "{} {} {}"
           (object-array
            [(.method request) (str (.url request))
             (for [i (range (.size fields)) :let [k (.name (.name fields i))]]
               [k (if (secret? (.toLowerCase k)) "…" (.value fields i))])]))))

(defn- set-multipart [^HttpRequest$Builder b parts req]
  (o/check :multipart parts sequential? "a sequence of maps")
  (.multipart b ((requiring-resolve 'aleph.http.multipart/->multipart) parts req)))

(def ^:private local-hosts #{"localhost" "127.0.0.1"})

(defn- proxy-options
  "Returns `:proxy-options`, or what clj-http's keys say, or nil."
  [{:keys [proxy-options proxy-host proxy-port proxy-user proxy-pass proxy-ignore-hosts]}]
  (if proxy-host
    {:host proxy-host :port proxy-port :user proxy-user :password proxy-pass
     :ignore-hosts (if (some? proxy-ignore-hosts) proxy-ignore-hosts local-hosts)}
    (cond-> proxy-options
      (and proxy-options (some? proxy-ignore-hosts)) (assoc :ignore-hosts proxy-ignore-hosts))))

(defn- set-proxy [^HttpRequest$Builder b options]
  (.proxy b (ProxyRule. (net/proxy-server options) (net/no-proxy options))))

(defn- set-extras [^HttpRequest$Builder b {:keys [multipart] :as req}]
  (when (some? multipart) (set-multipart b multipart req))
  (set-cookies b req)
  (some->> (proxy-options req) (set-proxy b))
  (some->> (:trailers req) (.trailers b))
  (some->> (:digest-auth req) (set-digest b))
  (some->> (:on-upload req) (progress :on-upload) (.onUpload b))
  (some->> (:on-download req) (progress :on-download) (.onDownload b))
  (when (:cache req) (.cache b (cache-of req)))
  (some->> (:request-interceptor req) request-interceptor (.outgoing b))
  (some->> (:response-interceptor req) interceptor (.interceptor b))
  (some->> (:retry-handler req) retry-rule (.retryIf b)))

;; ---- keys of the response

(defn- netty-request [^HttpRequest request]
  (let [message (DefaultHttpRequest. HttpVersion/HTTP_1_1 (HttpMethod/valueOf (.method request))
                                     (.target (.url request)))
        fields (.fields request)]
    (.set (.headers message) "host" (.authority (.url request)))
    (dotimes [i (.size fields)]
      (.add (.headers message) (.name (.name fields i)) ^Object (.value fields i)))
    message))

(defn- with-request [rsp req ^HttpRequest request]
  (let [sent (reduce #(%2 %1) req (butlast mw/default-middleware))]
    (assoc rsp :aleph/request sent :request sent :aleph/netty-request (netty-request request))))

(defn- with-cookies [rsp {:keys [cookie-store cookie-spec] :as req}]
  (let [cookies #(mw/extract-cookies-from-response-headers (or cookie-spec mw/default-cookie-spec)
                                                           (:headers rsp))]
    (cond
      (ignores-cookies? req) rsp
      (mw/opt req :decode-cookies) (assoc rsp :cookies (into {} (map (juxt :name #(dissoc % :name)))
                                                             (cookies)))
      cookie-store (assoc rsp :cookies (cookies))
      :else rsp)))

(defn- completed [rsp req ^HttpRequest request]
  (cond-> (with-cookies rsp req)
    (mw/opt req :save-request) (with-request req request)
    (mw/opt req :debug-body) (assoc :aleph/request-body (.body request))))

(defn- built ^HttpRequest [^RequestOptions options req]
  (.build (doto (.builder options) (set-extras req))))

(defn ->request
  "Returns the engine's request for a request map with any of these options."
  ^HttpRequest [req]
  (built (client/read-options req) req))

(defn send!
  "Sends a request map that has such options, and has been read as `options`."
  [^HttpClient pool options req]
  (let [request (built options req)]
    (when (mw/opt req :debug)
      (log-request! request))
    (client/follow (client/dispatch pool request req) req #(completed % req request))))

;; ---- middleware around the client

(def ^:private of-wrap-request
  "Options that the function around which a pool's middleware goes knows nothing of."
  [:query-params :form-params :basic-auth :oauth-token :user-info :accept :accept-encoding
   :content-type :character-encoding :cookies :cookie-store :as])

(defn- raw-client
  "Returns a client that sends what a request map says, and no more."
  [pool]
  (fn [req]
    (let [saved (:aleph/save-request-message req)
          body (:aleph/save-request-body req)]
      (when saved (reset! saved (netty-request (client/->request (apply dissoc req of-wrap-request)))))
      (when body (reset! body (:body req)))
      (client/send! pool (apply dissoc req :save-request :save-request? :debug-body :debug-body?
                                of-wrap-request)))))

(defn single-hop
  "Returns a request map whose response is that of the server, whatever it says."
  [req]
  (-> (dissoc req :middleware :throw-exceptions? :follow-redirects? :redirect-strategy)
      (assoc :throw-exceptions false :follow-redirects false)))

(defn hop-client
  "Returns a client that sends a single hop, through the middleware of the pool if it has any."
  [^HttpClient pool]
  (if-let [middleware (.attachment pool)]
    (let [client (middleware (raw-client pool))]
      (fn [req]
        (FollowUp/of (Deferreds/from (client (single-hop req)))
                     #(mw/handle-cookies req %) nil
                     CallbackThreads/INSTANCE CallbackThreads/INSTANCE)))
    #(client/send! pool (single-hop %))))

(defn- judged
  "Follows the redirect that a response is, or looks at its status."
  [again req rsp]
  (let [result (mw/handle-redirects again req rsp)]
    (if (instance? Deferred result) ; a hop that has looked at its status
      result
      (mw/handle-error-status req result))))

(defn- with-deadline
  "Notes when the time for all hops of a request is over, with the first of them."
  [{:keys [total-timeout] :as req}]
  (if (and total-timeout (pos? (long total-timeout)) (not (::deadline req)))
    (assoc req ::deadline (+ (System/nanoTime) (* 1000000 (long total-timeout))))
    req))

(defn- in-time
  "Returns a request that may take as long as there is time for all hops."
  [{::keys [deadline] :as req}]
  (if deadline
    (let [left (quot (- (long deadline) (System/nanoTime)) 1000000)]
      (when (neg? left)
        (throw (RequestTimeoutException.
                (TimeoutException. (str "timed out after " (:total-timeout req) " milliseconds in total")))))
      (assoc req :total-timeout (max 1 left)))
    req))

(defn send-with-middleware!
  "Sends a request through its middleware and that of the pool: every redirect is a request of its
  own, so that they see each. `again` sends a request map."
  [pool again req]
  (let [hop (if (instance? HttpClient pool)
              (hop-client pool)
              ((requiring-resolve 'aleph.http.client-pools/hop-client) pool))
        client (fn [req]
                 (FollowUp/of (hop (in-time req)) #(judged again req %) nil
                              CallbackThreads/INSTANCE CallbackThreads/INSTANCE))]
    (((or (:middleware req) identity) client) (with-deadline req))))
