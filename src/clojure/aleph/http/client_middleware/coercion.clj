;; Bodies by type: what `:as` and `:content-type` make of them.

(in-ns 'aleph.http.client-middleware)

(set! *warn-on-reflection* true)

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

(defn- safe-parser
  "Starts to parse XML; what it names outside of itself is not read."
  [^InputStream in handler]
  (let [factory (SAXParserFactory/newInstance)]
    (.setFeature factory "http://apache.org/xml/features/disallow-doctype-decl" true)
    (.setFeature factory XMLConstants/FEATURE_SECURE_PROCESSING true)
    (.parse (.newSAXParser factory) in ^DefaultHandler handler)))

(defn coerce-xml-body
  "Reads the body of `rsp` as XML, in the form of `clojure.xml/parse`; one with a DOCTYPE is refused."
  [_req {:keys [body] :as rsp}]
  (let [bytes (Bytes/toByteArray body)]
    (assoc rsp :body (when (pos? (alength bytes))
                       ((requiring-resolve 'clojure.xml/parse) (ByteArrayInputStream. bytes) safe-parser)))))

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
(defmethod coerce-response-body :xml [req rsp] (coerce-xml-body req rsp))
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

(defmethod coerce-form-params :default [req] (RequestParams/form req))
(defmethod coerce-form-params :application/edn [{:keys [form-params]}] (pr-str form-params))

(defmethod coerce-form-params :application/json [{:keys [form-params json-opts]}]
  (if json-opts (json-encode form-params json-opts) (json-encode form-params)))

(defmethod coerce-form-params :application/transit+json [{:keys [form-params transit-opts]}]
  (transit-encode form-params :json (:encode transit-opts)))

(defmethod coerce-form-params :application/transit+msgpack [{:keys [form-params transit-opts]}]
  (transit-encode form-params :msgpack (:encode transit-opts)))
