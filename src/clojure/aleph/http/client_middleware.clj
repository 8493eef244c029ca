(ns aleph.http.client-middleware
  "Steps between a request map and its response that programs call, extend or replace: each `wrap-…` is
  a function from a request map to one. They are thin over what the engine does by default, and this
  namespace is loaded only when one of these is needed."
  (:require
   [aleph.http.client :as client]
   [clojure.edn :as edn]
   [clojure.string :as str]
   [weir.codecs :as codecs])
  (:import
   (clojure.lang IFn Sequential)
   (io.netty.handler.codec.http.cookie DefaultCookie)
   (java.io ByteArrayInputStream InputStream InputStreamReader PushbackReader StringReader)
   (java.nio.charset Charset StandardCharsets)
   (java.util List Locale Map)
   (weir.bytes Bytes)
   (weir.deferred Deferred Deferreds)
   (weir.http BasicAuth ContentType FormEncoding HeaderMap HttpRequest RedirectException Url)
   (weir.http.body Bodies)
   (weir.http.client CallbackThreads FollowUp Redirects)
   (weir.http.cookie Acceptance CookieHeader CookieJar MemoryCookieJar PublicSuffixes
                     SetCookie)))

(set! *warn-on-reflection* true)

(def opt
  "Reads option `k` of `req`, written with or without a question mark; false wins."
  client/opt)

(defn when-pos "Returns `x` if it is above zero." [x] (when (and x (pos? x)) x))

;; ---- statuses

(def unexceptional-status?
  "Returns whether a status is no error."
  #{200 201 202 203 204 205 206 207 300 301 302 303 304 307 308})

(defn success? "Returns whether the status is 2xx." [{:keys [status]}] (<= 200 status 299))
(defn missing? "Returns whether the status is 404." [{:keys [status]}] (= status 404))
(defn conflict? "Returns whether the status is 409." [{:keys [status]}] (= status 409))
(defn redirect? "Returns whether the status is 3xx." [{:keys [status]}] (<= 300 status 399))
(defn client-error? "Returns whether the status is 4xx." [{:keys [status]}] (<= 400 status 499))
(defn server-error? "Returns whether the status is 5xx." [{:keys [status]}] (<= 500 status 599))

(defn error-status-deferred
  "Returns a deferred that fails with what `rsp` tells."
  [{:keys [status] :as rsp}]
  (Deferred/failed (ex-info (str "status: " status) (assoc rsp :aleph/error-status? true))))

(defn- in-memory [rsp]
  (if (instance? InputStream (:body rsp))
    (update rsp :body #(ByteArrayInputStream. (Bytes/toByteArray %)))
    rsp))

(defn handle-error-status
  "Returns `rsp`, or a failed deferred if its status is exceptional and `req` does not switch
  `:throw-exceptions` off. Reads an InputStream body into memory then."
  [req {:keys [status] :as rsp}]
  (if (or (false? (opt req :throw-exceptions))
          ((or (:unexceptional-status req) unexceptional-status?) status))
    rsp
    (error-status-deferred (in-memory rsp))))

;; ---- redirects

(def ^:private credentials #{"authorization" "cookie" "proxy-authorization" "host"})

(defn- without-credentials [headers]
  (into {} (remove (fn [[k _]] (credentials (.toLowerCase (name k) Locale/ROOT)))) headers))

(defn- followed [req ^HttpRequest from ^HttpRequest to]
  (cond-> (-> req
              (dissoc :query-params :method)
              (assoc :url (str (.url to))
                     :request-method (keyword (.toLowerCase (.method to) Locale/ROOT)))
              (update :redirects-count (fnil inc 0))
              (update :trace-redirects (fnil conj []) (str (.url to))))
    (not= (.method from) (.method to)) (dissoc :body :form-params :multipart :content-type :length)
    (not (.isSameOrigin (.url from) (.url to)))
    (-> (dissoc :basic-auth :oauth-token :digest-auth :user-info :cookies)
        (update :headers without-credentials))))

(defn- follow [client {:keys [redirects-count trace-redirects max-redirects] :as req}
               ^HttpRequest from ^HttpRequest to rsp]
  (let [hops (or redirects-count 0)]
    (cond
      (< hops (long (or max-redirects HttpRequest/DEFAULT_MAX_REDIRECTS)))
      (do (Bodies/discard (:body rsp))
          (client (followed req from to)))

      (false? (opt req :throw-exceptions))
      (assoc rsp :trace-redirects trace-redirects)

      :else
      (do (Bodies/discard (:body rsp))
          (throw (RedirectException. (str "too many redirects: " (inc hops)) from))))))

(defn- target ^HttpRequest [from {:keys [status headers]}]
  (Redirects/next from (int status) (get headers "location")))

(defn follow-redirect
  "Returns what `client` returns for the request that follows `rsp`, whatever the status; `rsp` if it
  names no location."
  [client req rsp]
  (let [from (client/->request (assoc req :force-redirects true))
        to (target from (if (contains? #{301 302 303 307 308} (:status rsp)) rsp (assoc rsp :status 307)))]
    (if to (follow client req from to rsp) rsp)))

(defn handle-redirects
  "Returns `rsp`, or what `client` returns for the request that follows it."
  [client {:keys [trace-redirects] :as req} rsp]
  (let [from (client/->request req)
        to (target from rsp)]
    (if to
      (follow client req from to rsp)
      (cond-> rsp (seq trace-redirects) (assoc :trace-redirects trace-redirects)))))

;; ---- the target

(defn parse-url
  "Returns the parts of a URL as a request map has them."
  [url]
  (let [u (Url/parse (str url))]
    {:scheme (keyword (.scheme u))
     :server-name (.host u)
     :server-port (when-pos (.port u))
     :uri (.path u)
     :path (.path u)
     :user-info (.userInfo u)
     :query-string (.query u)}))

(defn wrap-method "Turns `:method` into `:request-method`." [req]
  (if-let [method (:method req)]
    (-> req (dissoc :method) (assoc :request-method method))
    req))

(defn wrap-url "Turns `:url` into its parts." [req]
  (if-let [url (:url req)]
    (-> req (dissoc :url) (assoc :request-url url) (merge (parse-url url)))
    req))

(defn wrap-validation
  "Returns `req`; throws an IllegalArgumentException that names the key, the value and the rule if a
  value cannot be sent."
  [req]
  (client/validate req))

(defn url-encode-illegal-characters
  "Percent-encodes what may not stand in a path or a query; escapes stay."
  [path-or-query]
  (some-> path-or-query Url/encodeIllegal))

(defn url-encode
  "Form-encodes a string."
  ([s] (url-encode s "UTF-8"))
  ([s encoding] (FormEncoding/encode (str s) (client/charset encoding))))

;; ---- parameters

(defn content-type-value
  "Returns the value of a content-type header: a keyword is a kind of application."
  [type]
  (client/content-type-value type))

(defn parse-content-type
  "Returns the `:content-type`, a keyword, and the `:content-type-params` of a header's value; nil if it
  names no type."
  [s]
  (let [type (str/trim (str/lower-case (first (str/split (or s "") #";" 2))))]
    (when (seq type)
      {:content-type (keyword type)
       :content-type-params (update-keys (into {} (ContentType/parameters s)) keyword)})))

(defn detect-charset "Returns the name of the charset of a content type, UTF-8 if it has none." [type]
  (or (ContentType/charset (content-type-value type)) "UTF-8"))

(defn multi-param-suffix
  "Returns what follows the name of a parameter's value at an index."
  [index multi-param-style]
  (FormEncoding/suffix (int index) (client/repeat-style multi-param-style)))

(defn generate-query-string-with-encoding
  "Form-encodes parameters."
  ([params encoding] (generate-query-string-with-encoding params encoding nil))
  ([params encoding multi-param-style]
   (FormEncoding/encode params (client/charset encoding) (client/repeat-style multi-param-style) false)))

(defn generate-query-string
  "Form-encodes parameters in the charset of a content type."
  [params & [content-type multi-param-style]]
  (generate-query-string-with-encoding params (detect-charset content-type) multi-param-style))

(defn- flatten-params [req k]
  (let [params (get req k)]
    (if (map? params)
      (assoc req k (into {} (FormEncoding/flatten ^Map params)))
      req)))

(defn wrap-nested-params
  "Flattens nested maps of parameters, as the options of `req` want it."
  [req]
  (cond-> req
    (client/flattens-query? req) (flatten-params :query-params)
    (client/flattens-form? req) (flatten-params :form-params)))

(defn wrap-query-params "Appends `:query-params` to `:query-string`." [req]
  (if (:query-params req)
    (let [more (client/query (assoc req :ignore-nested-query-string true :flatten-nested-keys nil))]
      (-> (dissoc req :query-params)
          (update :query-string #(if (str/blank? %) more (str % "&" more)))))
    req))

(defmulti coerce-form-params
  "Turns `:form-params` of a request into its body, by `:content-type`."
  (fn [req] (keyword (content-type-value (:content-type req)))))

(defn wrap-form-params "Turns `:form-params` of POST, PUT, PATCH and DELETE into the body." [req]
  (if (client/sends-form? req)
    (let [type (or (:content-type req) :x-www-form-urlencoded)]
      (-> (dissoc req :form-params)
          (assoc :content-type (content-type-value type)
                 :body (coerce-form-params (assoc req :content-type type)))))
    req))

;; ---- header fields

(defn- with-header [req k v] (assoc-in req [:headers k] v))

(defn parse-user-info
  "Splits \"user:password\", a password with colons included."
  [user-info]
  (some-> user-info (str/split #":" 2)))

(defn wrap-user-info "Turns `:user-info` into `:basic-auth`." [req]
  (if-let [[user password] (parse-user-info (:user-info req))]
    (assoc req :basic-auth [user (or password "")])
    req))

(defn basic-auth-value
  "Returns the value of an authorization header for \"user:password\" or a pair."
  [basic-auth]
  (BasicAuth/value (if (string? basic-auth)
                     basic-auth
                     (str (first basic-auth) ":" (second basic-auth)))))

(defn wrap-basic-auth "Turns `:basic-auth` into a header." [req]
  (if-let [auth (:basic-auth req)]
    (-> (dissoc req :basic-auth) (with-header "authorization" (basic-auth-value auth)))
    req))

(defn wrap-oauth "Turns `:oauth-token` into a header." [req]
  (if-let [token (:oauth-token req)]
    (-> (dissoc req :oauth-token) (with-header "authorization" (str "Bearer " token)))
    req))

(defn wrap-accept "Turns `:accept` into a header." [req]
  (if-let [accept (:accept req)]
    (-> (dissoc req :accept) (with-header "accept" (content-type-value accept)))
    req))

(defn accept-encoding-value "Returns the value of an accept-encoding header." [accept-encoding]
  (client/accept-encoding-value accept-encoding))

(defn wrap-accept-encoding "Turns `:accept-encoding` into a header." [req]
  (if-let [codings (:accept-encoding req)]
    (-> (dissoc req :accept-encoding) (with-header "accept-encoding" (accept-encoding-value codings)))
    req))

(defn wrap-content-type "Turns `:content-type` and `:character-encoding` into a header." [req]
  (if-let [type (client/content-type req)]
    (with-header req "content-type" type)
    req))

;; ---- cookies

(def cookie-header-name "The header of a request's cookies." "cookie")
(def set-cookie-header-name "The header of a response's cookies." "set-cookie")

(defprotocol CookieSpec
  "How cookies are read and written, and where they go."
  (parse-cookie [this cookie-str] "Returns the cookie of a set-cookie header, or nil.")
  (write-cookies [this cookies] "Returns the value of a cookie header.")
  (match-cookie-origin? [this origin cookie]
    "Returns whether a request to `origin`, a map as of `req->cookie-origin`, carries the cookie."))

(defprotocol CookieStore
  "What keeps cookies between requests."
  (get-cookies [this] "Returns all cookies.")
  (add-cookies! [this cookies] "Adds cookies, each in the place of the one like it."))

(defrecord Cookie [domain http-only? max-age name path secure? value])

(defn- ->cookie
  "Returns the engine's cookie of a map."
  ^weir.http.cookie.Cookie [{:keys [name value domain path http-only? secure? max-age host-only? created]}]
  (weir.http.cookie.Cookie. (clojure.core/name name) (str value) domain path (boolean http-only?)
                            (boolean secure?) (some-> max-age long)
                            (boolean host-only?) (long (or created 0))))

(defn- ->map [^weir.http.cookie.Cookie c]
  (->Cookie (.domain c) (.httpOnly c) (.maxAge c) (.name c) (.path c) (.secure c) (.value c)))

(defn- ->stored [^weir.http.cookie.Cookie c]
  (assoc (->map c) :created (.created c) :host-only? (.hostOnly c)))

(defn enrich-with-current-time "Says that a cookie was made now." [cookie]
  (assoc cookie :created (System/currentTimeMillis)))

(defn- dated [cookie] (if (:created cookie) cookie (enrich-with-current-time cookie)))

(defn cookie-expired? "Returns whether the time of a stored cookie is over." [cookie]
  (.isExpired (->cookie (dated cookie)) (System/currentTimeMillis)))

(defn match-cookie-domain? "Returns whether a host is a domain or one below it." [origin domain]
  (weir.http.cookie.Cookie/matchesDomain origin domain))

(defn match-cookie-path? "Returns whether a path is that of a cookie or one below it."
  [origin-path cookie-path]
  (weir.http.cookie.Cookie/matchesPath origin-path cookie-path))

(def default-cookie-spec
  "RFC 6265, leniently."
  (reify CookieSpec
    (parse-cookie [_ s] (some-> (SetCookie/parse s (System/currentTimeMillis)) ->map))
    (write-cookies [_ cookies] (CookieHeader/of (mapv ->cookie cookies)))
    (match-cookie-origin? [_ {:keys [scheme host path]} cookie]
      (.matches (->cookie cookie) (= :https scheme) host path))))

(extend-protocol CookieStore
  MemoryCookieJar
  (get-cookies [jar] (mapv ->stored (.cookies jar)))
  (add-cookies! [jar cookies] (run! #(.add jar (->cookie (dated %))) cookies)))

(defn in-memory-cookie-store
  "Returns a store that forgets all with the JVM."
  ([] (MemoryCookieJar.))
  ([seed-cookies] (doto (MemoryCookieJar.) (add-cookies! seed-cookies))))

(defn cookie->netty-cookie "Returns Netty's form of a cookie." [{:keys [domain http-only? secure? max-age
                                                                        name path value]}]
  (doto (DefaultCookie. name value)
    (.setDomain domain)
    (.setPath path)
    (.setHttpOnly (boolean http-only?))
    (.setSecure (boolean secure?))
    (.setMaxAge (or max-age io.netty.handler.codec.http.cookie.Cookie/UNDEFINED_MAX_AGE))))

(defn netty-cookie->cookie "Returns the cookie of Netty's form of it."
  [^io.netty.handler.codec.http.cookie.Cookie cookie]
  (->Cookie (.domain cookie) (.isHttpOnly cookie)
            (when (not= io.netty.handler.codec.http.cookie.Cookie/UNDEFINED_MAX_AGE (.maxAge cookie))
              (.maxAge cookie))
            (.name cookie) (.path cookie) (.isSecure cookie) (.value cookie)))

(defn decode-set-cookie-header
  "Returns the cookie of a set-cookie header, nil if there is none in it."
  ([header] (decode-set-cookie-header default-cookie-spec header))
  ([cookie-spec header] (parse-cookie cookie-spec header)))

(defn- values-of [headers k]
  (if (instance? HeaderMap headers)
    (.getAll ^HeaderMap headers k)
    (let [v (get headers k)] (if (string? v) [v] v))))

(defn extract-cookies-from-response-headers
  "Returns the cookies that a response sets."
  ([headers] (extract-cookies-from-response-headers default-cookie-spec headers))
  ([cookie-spec headers]
   (keep #(parse-cookie cookie-spec %) (values-of headers set-cookie-header-name))))

(defn reduce-to-unique-cookie-names
  "Returns one cookie of each name, that of the most specific path."
  [cookies]
  (let [shortest-first (sort-by (comp count :path) cookies)]
    (vals (into {} (map (juxt :name identity)) shortest-first))))

(defn merge-cookies
  "Returns the stored cookies with the new ones in place of those like them, without expired ones."
  [stored-cookies new-cookies]
  (->> (concat stored-cookies (map dated new-cookies))
       (reduce (fn [m c] (assoc m ((juxt :domain :path :name) c) c)) {})
       vals
       (remove cookie-expired?)))

(defn req->cookie-origin "Returns what of a request decides about its cookies." [req]
  (let [url (client/base-url req)]
    {:scheme (keyword (.scheme url)) :host (.host url) :port (.effectivePort url) :path (.path url)}))

(defn- url->origin [^Url url]
  {:scheme (keyword (.scheme url)) :host (.host url) :port (.effectivePort url) :path (.path url)})

(defn- accepted
  "Returns a cookie of a response from `url` as a store keeps it, or nil if that may not set it."
  [^Url url cookie]
  (some-> (Acceptance/of (->cookie cookie) (.isSecure url) (.host url) (.path url)
                         #(PublicSuffixes/contains %) (System/currentTimeMillis))
          ->stored
          (#(merge cookie %))))

(defn cookie-jar
  "Returns the engine's jar of a store and a spec; nil is the default one."
  ^CookieJar [store spec]
  (if (and (instance? CookieJar store) (or (nil? spec) (identical? spec default-cookie-spec)))
    store
    (let [spec (or spec default-cookie-spec)]
      (reify CookieJar
        (header [_ url]
          (let [origin (url->origin url)]
            (some->> (get-cookies store)
                     (filter #(and (match-cookie-origin? spec origin %) (not (cookie-expired? %))))
                     reduce-to-unique-cookie-names
                     (write-cookies spec))))
        (receive [_ url fields]
          (add-cookies! store (into [] (comp (keep #(parse-cookie spec %))
                                             (keep #(accepted url %)))
                                    fields)))))))

(defn- cookie-maps
  "Returns the cookies of `:cookies`: cookie maps, or a map of names to values or to maps."
  [cookies]
  (if (map? cookies)
    (for [[k v] cookies]
      (assoc (if (map? v) v {:value v}) :name (name k)))
    cookies))

(defn write-cookie-header "Puts cookies into the cookie header of `req`, if there are any."
  [cookies cookie-spec req]
  (if (seq cookies)
    (with-header req cookie-header-name (write-cookies cookie-spec (cookie-maps cookies)))
    req))

(defn add-cookie-header "Puts the cookies that a store has for `req` into its cookie header."
  [cookie-store cookie-spec req]
  (if-let [value (.header (cookie-jar cookie-store cookie-spec) (client/base-url req))]
    (with-header req cookie-header-name value)
    req))

(defn wrap-cookies
  "Gives `req` a cookie header: the one that it has, or its `:cookies`, or those of its store."
  [{:keys [cookies cookie-store cookie-spec headers] :as req}]
  (cond
    (some #(.equalsIgnoreCase ^String cookie-header-name (name %)) (keys headers)) req
    (seq cookies) (write-cookie-header cookies (or cookie-spec default-cookie-spec) req)
    cookie-store (add-cookie-header cookie-store cookie-spec req)
    :else req))

(defn handle-cookies
  "Gives the cookies of `rsp` to the store of `req`, and to the program as `:cookies`."
  [{:keys [cookie-store cookie-spec] :as req} rsp]
  (if cookie-store
    (let [^List fields (values-of (:headers rsp) set-cookie-header-name)]
      (when (seq fields)
        (.receive (cookie-jar cookie-store cookie-spec) (client/base-url req) fields))
      (assoc rsp :cookies (extract-cookies-from-response-headers
                           (or cookie-spec default-cookie-spec) (:headers rsp))))
    rsp))

;; ---- what was sent

(defn wrap-request-debug "Makes room for what `:save-request` and `:debug-body` ask for." [req]
  (cond-> req
    (opt req :save-request) (assoc :aleph/save-request-message (atom nil))
    (opt req :debug-body) (assoc :aleph/save-request-body (atom nil))))

(defn handle-response-debug "Puts what was sent beside what has come." [req rsp]
  (let [message (:aleph/save-request-message req)
        body (:aleph/save-request-body req)]
    (cond-> rsp
      message (assoc :aleph/netty-request @message
                     :aleph/request (dissoc req :aleph/save-request-message :aleph/save-request-body))
      body (assoc :aleph/request-body @body))))

;; ---- bodies by type

(defn json-enabled? "Returns whether a JSON library can be loaded." [] (codecs/json?))
(defn transit-enabled? "Returns whether the library transit can be loaded." [] (codecs/transit?))

(defn ^:dynamic json-encode "Returns `x` as JSON." [x & [opts]] (codecs/write-json x opts))
(defn ^:dynamic json-decode "Reads JSON." [s & args] (codecs/read-json s args))
(defn ^:dynamic json-decode-strict "Reads JSON, nothing lazily." [s & args] (codecs/read-json-strict s args))

(defn ^:dynamic parse-transit
  "Reads transit of `type`, `:json` or `:msgpack`."
  [in type & [opts]]
  (codecs/read-transit in type opts))

(defn ^:dynamic transit-encode
  "Returns `out` as transit of `type` in a byte array."
  [out type & [opts]]
  (codecs/write-transit out type opts))

(defn- body-charset ^Charset [rsp] (Bodies/charset (get-in rsp [:headers "content-type"])))
(defn- text ^String [rsp] (Bytes/toString (:body rsp) (body-charset rsp)))
(defn- text-body [rsp] (assoc rsp :body (text rsp)))

(defn- coerces? [{:keys [coerce]} {:keys [status]}]
  (case coerce
    :always true
    :exceptional (not (unexceptional-status? status))
    (nil :unexceptional) (boolean (unexceptional-status? status))
    (throw (IllegalArgumentException.
            (str ":coerce is " (pr-str coerce) " (expected: :always, :unexceptional or :exceptional)")))))

(defn coerce-json-body
  "Reads the body of `rsp` as JSON; a string if `:coerce` says no or there is no JSON library."
  [req rsp keyword? strict?]
  (let [s (text rsp)]
    (assoc rsp :body (if (and (json-enabled?) (coerces? req rsp) (not (str/blank? s)))
                       ((if strict? json-decode-strict json-decode) s keyword?)
                       s))))

(defn coerce-clojure-body
  "Reads the body of `rsp` as EDN."
  [_req rsp]
  (assoc rsp :body (edn/read {:eof nil} (PushbackReader. (StringReader. (text rsp))))))

(defn coerce-transit-body
  "Reads the body of `rsp` as transit of `type`."
  [{:keys [transit-opts]} {:keys [body] :as rsp} type]
  (let [bytes (Bytes/toByteArray body)]
    (assoc rsp :body (when (pos? (alength bytes))
                       (parse-transit (ByteArrayInputStream. bytes) type (:decode transit-opts))))))

(defn- form-params-of [^String s]
  (into {} (for [pair (str/split s #"&") :when (seq pair)
                 :let [[k v] (str/split pair #"=" 2)]]
             [(keyword (FormEncoding/decode k StandardCharsets/UTF_8))
              (FormEncoding/decode (or v "") StandardCharsets/UTF_8)])))

(defmulti coerce-response-body
  "Turns the body of a response into what `:as` of the request names."
  (fn [req _rsp] (:as req)))

(defmethod coerce-response-body :default [{:keys [as]} rsp]
  (if (and (string? as) (Charset/isSupported as))
    (assoc rsp :body (Bytes/toString (:body rsp) (Charset/forName as)))
    rsp))

(defmethod coerce-response-body :byte-array [_ rsp] (update rsp :body #(Bytes/toByteArray %)))
(defmethod coerce-response-body :string [_ rsp] (text-body rsp))
(defmethod coerce-response-body :reader [_ rsp]
  (update rsp :body #(InputStreamReader. (Bytes/toInputStream %) (body-charset rsp))))
(defmethod coerce-response-body :clojure [req rsp] (coerce-clojure-body req rsp))
(defmethod coerce-response-body :json [req rsp] (coerce-json-body req rsp true false))
(defmethod coerce-response-body :json-strict [req rsp] (coerce-json-body req rsp true true))
(defmethod coerce-response-body :json-string-keys [req rsp] (coerce-json-body req rsp false false))
(defmethod coerce-response-body :json-strict-string-keys [req rsp] (coerce-json-body req rsp false true))
(defmethod coerce-response-body :transit+json [req rsp] (coerce-transit-body req rsp :json))
(defmethod coerce-response-body :transit+msgpack [req rsp] (coerce-transit-body req rsp :msgpack))
(defmethod coerce-response-body :x-www-form-urlencoded [_ rsp]
  (assoc rsp :body (form-params-of (text rsp))))

(defn- as-of
  "Returns what `:auto` means for a content type."
  [type]
  (condp re-find (or (some-> type name (str "/")) "")
    #"^json/|\+json/" (if (= type :application/transit+json) :transit+json :json)
    #"^(edn|clojure)/" :clojure
    #"^transit\+msgpack/" :transit+msgpack
    #"^x-www-form-urlencoded/" :x-www-form-urlencoded
    #"^(octet-stream|zip|gzip|pdf)/" :byte-array
    (if (contains? #{"image" "audio" "video" "font"} (some-> type namespace)) :byte-array :string)))

(defmethod coerce-response-body :auto [req rsp]
  (let [{:keys [content-type] :as parsed} (parse-content-type (get-in rsp [:headers "content-type"]))]
    (merge (coerce-response-body (assoc req :as (as-of content-type)) rsp) parsed)))

(defmethod coerce-form-params :default [req] (client/form-body req))
(defmethod coerce-form-params :application/edn [{:keys [form-params]}] (pr-str form-params))

(defmethod coerce-form-params :application/json [{:keys [form-params json-opts]}]
  (if json-opts (json-encode form-params json-opts) (json-encode form-params)))

(defmethod coerce-form-params :application/transit+json [{:keys [form-params transit-opts]}]
  (transit-encode form-params :json (:encode transit-opts)))

(defmethod coerce-form-params :application/transit+msgpack [{:keys [form-params transit-opts]}]
  (transit-encode form-params :msgpack (:encode transit-opts)))

;; ---- all of them

(def default-middleware
  "What `wrap-request` makes of a request map, in this order."
  [wrap-method wrap-url wrap-validation wrap-nested-params wrap-query-params wrap-form-params
   wrap-user-info wrap-basic-auth wrap-oauth wrap-accept wrap-accept-encoding wrap-content-type
   wrap-cookies wrap-request-debug])

(defn- then [response f]
  (FollowUp/of (Deferreds/from response) f nil CallbackThreads/INSTANCE CallbackThreads/INSTANCE))

(defn wrap-request-timing "Returns a client that says in `:request-time` how many ms it took." [client]
  (fn [req]
    (let [start (System/nanoTime)]
      (then (client req)
            #(assoc % :request-time (quot (- (System/nanoTime) start) 1000000))))))

(defn- prepared [req] (reduce #(%2 %1) req default-middleware))

(defn wrap-request
  "Returns a client that takes every option of a request map, over one that sends it as it is: what a
  pool does by default, for its `:middleware`."
  [client]
  (let [timed (wrap-request-timing client)]
    (fn [req]
      (try
        (let [req (prepared req)]
          (then (timed req)
                (fn [rsp]
                  (let [rsp (handle-response-debug req rsp)]
                    (if (and (:as req) (some? (:body rsp)))
                      (coerce-response-body req rsp)
                      rsp)))))
        (catch Throwable t
          (Deferred/failed t))))))
