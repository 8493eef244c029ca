(ns aleph.http.client-middleware
  "Steps between a request map and its response that programs call, extend or replace: each `wrap-…` is
  a function from a request map to one. They are thin over what the engine does by default, and this
  namespace is loaded only when one of these is needed. Its larger subjects stand in files of their own
  beside this one."
  (:require
   [aleph.http.client :as client]
   [aleph.http.schema :as schema]
   [clojure.edn :as edn]
   [clojure.string :as str]
   [weir.codecs :as codecs])
  (:import
   (io.netty.handler.codec.http.cookie DefaultCookie)
   (java.io ByteArrayInputStream InputStream InputStreamReader PushbackReader StringReader)
   (java.nio.charset Charset StandardCharsets)
   (java.util List Locale Map)
   (javax.xml XMLConstants)
   (javax.xml.parsers SAXParserFactory)
   (org.xml.sax.helpers DefaultHandler)
   (weir.bytes Bytes)
   (weir.deferred Deferred Deferreds)
   (weir.http BasicAuth ContentType FormEncoding HeaderMap HttpRequest RedirectException Url)
   (weir.http.body Bodies)
   (weir.http.client CallbackThreads FollowUp Redirects RequestOptions RequestParams)
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

(load "client_middleware/redirects")

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

(defn- invalid [k v]
  (IllegalArgumentException.
   (str "Invalid spec: " k " is " (pr-str v) " (expected: " (second (get schema/ring-request k)) ")")))

(defn wrap-validation
  "Returns `req`; throws an IllegalArgumentException that names the key, the value and the rule if a
  value cannot be sent."
  [req]
  (when-let [{:keys [path value]} (first (:errors (schema/explain-request req)))]
    (throw (invalid (first path) value)))
  req)

(defn url-encode-illegal-characters
  "Percent-encodes what may not stand in a path or a query; escapes stay."
  [path-or-query]
  (some-> path-or-query Url/encodeIllegal))

(defn url-encode
  "Form-encodes a string."
  ([s] (url-encode s "UTF-8"))
  ([s encoding] (FormEncoding/encode (str s) (RequestParams/charset encoding))))

;; ---- parameters

(load "client_middleware/params")

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
  (RequestOptions/acceptEncoding accept-encoding))

(defn wrap-accept-encoding "Turns `:accept-encoding` into a header." [req]
  (if-let [codings (:accept-encoding req)]
    (-> (dissoc req :accept-encoding) (with-header "accept-encoding" (accept-encoding-value codings)))
    req))

(defn wrap-content-type "Turns `:content-type` and `:character-encoding` into a header."
  [{:keys [content-type character-encoding] :as req}]
  (if content-type
    (with-header req "content-type" (cond-> (content-type-value content-type)
                                      character-encoding (str "; charset=" character-encoding)))
    req))

;; ---- cookies

(load "client_middleware/cookies")

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

(load "client_middleware/coercion")

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
