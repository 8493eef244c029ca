;; Parameters of requests: in queries, and as forms.

(in-ns 'aleph.http.client-middleware)

(set! *warn-on-reflection* true)

(defn content-type-value
  "Returns the value of a content-type header: a keyword is a kind of application."
  [type]
  (RequestParams/contentType type))

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
  (FormEncoding/suffix (int index) (RequestParams/repeat multi-param-style)))

(defn generate-query-string-with-encoding
  "Form-encodes parameters."
  ([params encoding] (generate-query-string-with-encoding params encoding nil))
  ([params encoding multi-param-style]
   (FormEncoding/encode params (RequestParams/charset encoding) (RequestParams/repeat multi-param-style)
                        false)))

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
    (RequestParams/flattensQuery req) (flatten-params :query-params)
    (RequestParams/flattensForm req) (flatten-params :form-params)))

(defn wrap-query-params "Appends `:query-params` to `:query-string`." [req]
  (if (:query-params req)
    (let [more (RequestParams/query (assoc req :ignore-nested-query-string true :flatten-nested-keys nil))]
      (-> (dissoc req :query-params)
          (update :query-string #(if (str/blank? %) more (str % "&" more)))))
    req))

(defmulti coerce-form-params
  "Turns `:form-params` of a request into its body, by `:content-type`."
  (fn [req] (keyword (content-type-value (:content-type req)))))

(defn- sends-form? [{:keys [form-params method request-method]}]
  (let [method (or method request-method)]
    (and (some? form-params)
         (if (or (keyword? method) (string? method))
           (RequestParams/isSentBy (name method))
           (throw (invalid :request-method method))))))

(defn wrap-form-params "Turns `:form-params` of POST, PUT, PATCH and DELETE into the body." [req]
  (if (sends-form? req)
    (let [type (or (:content-type req) :x-www-form-urlencoded)]
      (-> (dissoc req :form-params)
          (assoc :content-type (content-type-value type)
                 :body (coerce-form-params (assoc req :content-type type)))))
    req))
