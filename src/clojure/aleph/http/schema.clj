(ns aleph.http.schema
  "What a request map of the client must look like.")

(set! *warn-on-reflection* true)

(defn- optional [pred]
  #(or (nil? %) (pred %)))

(def ring-request
  "Keys that are checked, each with a predicate and what it asks for in words. Other keys are free."
  {:request-method [#(or (keyword? %) (string? %)) "a keyword or a string"]
   :server-port [(optional int?) "an integer"]
   :server-name [(optional string?) "a string"]
   :remote-addr [(optional string?) "a string"]
   :uri [(optional string?) "a string"]
   :query-string [(optional string?) "a string"]
   :scheme [(optional #{:http :https}) ":http or :https"]
   :content-type [(optional #(or (string? %) (keyword? %))) "a string or a keyword"]
   :content-length [(optional int?) "an integer"]
   :character-encoding [(optional string?) "a string"]})

(defn explain-request
  "Returns nil for a valid request map, else `{:errors [{:path [k] :value v :expected s} …]}`."
  [req]
  (if (map? req)
    (when-let [errors (seq (for [[k [pred expected]] ring-request
                                 :let [v (get req k)]
                                 :when (not (pred v))]
                             {:path [k], :value v, :expected expected}))]
      {:errors (vec errors)})
    {:errors [{:path [], :value req, :expected "a map"}]}))

(defn valid-request?
  "True if `req` is a valid request map."
  [req]
  (nil? (explain-request req)))
