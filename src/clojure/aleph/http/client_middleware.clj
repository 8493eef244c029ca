(ns aleph.http.client-middleware
  "Steps between a request map and its response that programs call, extend or replace. Those of the
  default path run in the engine; this namespace is loaded only when one of these is needed."
  (:require
   [aleph.http.client :as client]
   [clojure.edn :as edn]
   [clojure.string :as str])
  (:import
   (java.io PushbackReader StringReader)
   (java.util Locale)
   (weir.bytes Bytes)
   (weir.deferred Deferred)
   (weir.http HttpRequest RedirectException)
   (weir.http.body Bodies)
   (weir.http.client Redirects)))

(set! *warn-on-reflection* true)

(def opt
  "Reads option `k` of `req`, written with or without a question mark; false wins."
  client/opt)

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
  (if (instance? java.io.InputStream (:body rsp))
    (update rsp :body #(java.io.ByteArrayInputStream. (Bytes/toByteArray %)))
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
    (not (.isSameOrigin (.url from) (.url to))) (-> (dissoc :basic-auth :oauth-token :user-info)
                                                    (update :headers without-credentials))))

(defn handle-redirects
  "Returns `rsp`, or what `client` returns for the request that follows it."
  [client {:keys [redirects-count trace-redirects max-redirects] :as req} {:keys [status headers] :as rsp}]
  (let [from (client/->request req)
        to (Redirects/next from (int status) (get headers "location"))
        hops (or redirects-count 0)]
    (cond
      (nil? to)
      (cond-> rsp (seq trace-redirects) (assoc :trace-redirects trace-redirects))

      (< hops (long (or max-redirects HttpRequest/DEFAULT_MAX_REDIRECTS)))
      (do (Bodies/discard (:body rsp))
          (client (followed req from to)))

      (false? (opt req :throw-exceptions))
      (assoc rsp :trace-redirects trace-redirects)

      :else
      (do (Bodies/discard (:body rsp))
          (throw (RedirectException. (str "too many redirects: " (inc hops)) from))))))

;; ---- bodies by type

(defn- first-resolved
  "Returns what the first symbol names that can be loaded, or nil."
  [& syms]
  (some #(try (requiring-resolve %) (catch java.io.FileNotFoundException _ nil)) syms))

(def ^:private cheshire (delay (first-resolved 'cheshire.core/parse-string)))
(def ^:private transit (delay (first-resolved 'cognitect.transit/reader)))

(defn json-enabled? "Returns whether the library cheshire can be loaded." [] (some? @cheshire))
(defn transit-enabled? "Returns whether the library transit can be loaded." [] (some? @transit))

(defn- needs-json! []
  (when-not (json-enabled?)
    (throw (ex-info "JSON needs the library cheshire on the class path"
                    {:type :cheshire-not-loaded}))))

(defn- needs-transit! []
  (when-not (transit-enabled?)
    (throw (ex-info "transit needs the library com.cognitect/transit-clj on the class path"
                    {:type :transit-not-loaded}))))

(defn- call [sym & args] (apply @(requiring-resolve sym) args))

(defn ^:dynamic json-encode "Returns `x` as JSON." [& args]
  (needs-json!)
  (apply call 'cheshire.core/generate-string args))

(defn ^:dynamic json-decode "Reads JSON." [& args]
  (needs-json!)
  (apply call 'cheshire.core/parse-string args))

(defn ^:dynamic json-decode-strict "Reads JSON, without laziness." [& args]
  (needs-json!)
  (apply call 'cheshire.core/parse-string-strict args))

(defn ^:dynamic parse-transit
  "Reads transit of `type`, `:json` or `:msgpack`."
  [in type & [opts]]
  (needs-transit!)
  (call 'cognitect.transit/read (call 'cognitect.transit/reader in type (or opts {}))))

(defn ^:dynamic transit-encode
  "Returns `out` as transit of `type` in a byte array."
  [out type & [opts]]
  (needs-transit!)
  (let [bytes (java.io.ByteArrayOutputStream.)]
    (call 'cognitect.transit/write (call 'cognitect.transit/writer bytes type (or opts {})) out)
    (.toByteArray bytes)))

(defn- text ^String [rsp]
  (Bytes/toString (:body rsp) (Bodies/charset (get-in rsp [:headers "content-type"]))))

(defn- coerces? [{:keys [coerce]} {:keys [status]}]
  (case coerce
    :always true
    :exceptional (not (unexceptional-status? status))
    (nil :unexceptional) (boolean (unexceptional-status? status))))

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
                       (parse-transit (java.io.ByteArrayInputStream. bytes) type
                                      (:decode transit-opts))))))

(defmulti coerce-response-body
  "Turns the body of a response into what `:as` of the request names."
  (fn [req _rsp] (:as req)))

(defmethod coerce-response-body :default [_ rsp] rsp)
(defmethod coerce-response-body :byte-array [_ rsp] (update rsp :body #(Bytes/toByteArray %)))
(defmethod coerce-response-body :string [_ rsp] (assoc rsp :body (text rsp)))
(defmethod coerce-response-body :clojure [req rsp] (coerce-clojure-body req rsp))
(defmethod coerce-response-body :json [req rsp] (coerce-json-body req rsp true false))
(defmethod coerce-response-body :json-strict [req rsp] (coerce-json-body req rsp true true))
(defmethod coerce-response-body :json-string-keys [req rsp] (coerce-json-body req rsp false false))
(defmethod coerce-response-body :json-strict-string-keys [req rsp] (coerce-json-body req rsp false true))
(defmethod coerce-response-body :transit+json [req rsp] (coerce-transit-body req rsp :json))
(defmethod coerce-response-body :transit+msgpack [req rsp] (coerce-transit-body req rsp :msgpack))

(defmulti coerce-form-params
  "Turns `:form-params` of a request into its body, by `:content-type`."
  (fn [req] (keyword (client/content-type-value (:content-type req)))))

(defmethod coerce-form-params :application/edn [{:keys [form-params]}] (pr-str form-params))

(defmethod coerce-form-params :application/json [{:keys [form-params json-opts]}]
  (if json-opts (json-encode form-params json-opts) (json-encode form-params)))

(defmethod coerce-form-params :application/transit+json [{:keys [form-params transit-opts]}]
  (transit-encode form-params :json (:encode transit-opts)))

(defmethod coerce-form-params :application/transit+msgpack [{:keys [form-params transit-opts]}]
  (transit-encode form-params :msgpack (:encode transit-opts)))
