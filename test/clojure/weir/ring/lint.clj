(ns weir.ring.lint
  "What Ring's specification asks of request and response maps, as a middleware that throws.")

(set! *warn-on-reflection* true)

(defn- check [map k ok? expected]
  (let [v (get map k)]
    (when-not (ok? v)
      (throw (IllegalArgumentException.
              (str k " is " (pr-str v) " (expected: " expected ")"))))))

(defn- or-nil [ok?]
  #(or (nil? %) (ok? %)))

(defn- lower-case? [^String s]
  (= s (.toLowerCase s java.util.Locale/ROOT)))

(defn- input-stream? [x]
  (instance? java.io.InputStream x))

(defn- request-headers? [headers]
  (and (map? headers)
       (every? (fn [[k v]] (and (string? k) (lower-case? k) (string? v))) headers)))

(defn- response-headers? [headers]
  (and (map? headers)
       (every? (fn [[k v]] (and (string? k)
                                (or (string? v) (and (coll? v) (every? string? v)))))
               headers)))

(defn check-request
  "Throws if `request` is not what Ring's specification asks for."
  [request]
  (when-not (map? request)
    (throw (IllegalArgumentException. "the request is not a map")))
  (doto request
    (check :server-port integer? "an integer")
    (check :server-name string? "a string")
    (check :remote-addr string? "a string")
    (check :uri #(and (string? %) (or (= "*" %) (= \/ (first %)))) "a string that starts with /")
    (check :query-string (or-nil string?) "a string or nil")
    (check :scheme #{:http :https} ":http or :https")
    (check :request-method #(and (keyword? %) (lower-case? (name %))) "a lower-case keyword")
    (check :protocol string? "a string")
    (check :content-type (or-nil string?) "a string or nil")
    (check :content-length (or-nil integer?) "an integer or nil")
    (check :character-encoding (or-nil string?) "a string or nil")
    (check :ssl-client-cert (or-nil #(instance? java.security.cert.X509Certificate %))
           "a certificate or nil")
    (check :headers request-headers? "a map of lower-case strings to strings")
    (check :body (or-nil input-stream?) "an InputStream or nil")))

(defn check-response
  "Throws if `response` is not what Ring's specification asks for."
  [response]
  (when-not (map? response)
    (throw (IllegalArgumentException. "the response is not a map")))
  (doto response
    (check :status #(and (integer? %) (<= 100 %)) "an integer of 100 or more")
    (check :headers response-headers? "a map of strings to strings or collections of strings")
    (check :body (or-nil #(or (string? %) (seq? %) (input-stream? %) (instance? java.io.File %)))
           "nil, a string, a seq, an InputStream or a File")))

(defn wrap-lint
  "Checks the requests and responses of `handler`."
  [handler]
  (fn
    ([request]
     (check-request request)
     (doto (handler request) check-response))
    ([request respond raise]
     (check-request request)
     (handler request #(respond (doto % check-response)) raise))))
