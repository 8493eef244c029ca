(ns weir.codecs
  "JSON and transit by the libraries that are on the class path: cheshire, jsonista, charred or
  data.json, the first that can be loaded; and cognitect.transit. None is required. What needs one that
  is missing throws an ex-info that says so."
  (:import
   (java.io ByteArrayOutputStream FileNotFoundException)))

(set! *warn-on-reflection* true)

(defn- resolved [sym]
  (try
    (requiring-resolve sym)
    (catch FileNotFoundException _ nil)))

;; ---- JSON: each entry makes a map of functions, or nil

(defn- cheshire []
  (when-let [write (resolved 'cheshire.core/generate-string)]
    {:write (fn [x opts] (if opts (write x opts) (write x)))
     :read @(resolved 'cheshire.core/parse-string)
     :read-strict @(resolved 'cheshire.core/parse-string-strict)}))

(defn- reader
  "Returns a function of a string and whether keys become keywords, or a function of a key."
  [read-with-key-fn]
  (fn read-json
    ([s] (read-json s nil))
    ([s key-fn]
     (read-with-key-fn s (cond (true? key-fn) keyword key-fn key-fn :else identity)))))

(defn- jsonista []
  (when-let [mapper (resolved 'jsonista.core/object-mapper)]
    (let [read-value (resolved 'jsonista.core/read-value)
          read (reader (fn [s key-fn] (read-value s (mapper {:decode-key-fn key-fn}))))
          write (resolved 'jsonista.core/write-value-as-string)]
      {:write (fn [x opts] (write x (mapper (or opts {})))) :read read :read-strict read})))

(defn- charred []
  (when-let [write (resolved 'charred.api/write-json-str)]
    (let [read-json (resolved 'charred.api/read-json)
          read (reader (fn [s key-fn] (read-json s :key-fn key-fn)))]
      {:write (fn [x opts] (apply write x (mapcat identity opts))) :read read :read-strict read})))

(defn- data-json []
  (when-let [write (resolved 'clojure.data.json/write-str)]
    (let [read-str (resolved 'clojure.data.json/read-str)
          read (reader (fn [s key-fn] (read-str s :key-fn key-fn)))]
      {:write (fn [x opts] (apply write x (mapcat identity opts))) :read read :read-strict read})))

(def ^:private json (delay (or (cheshire) (jsonista) (charred) (data-json))))
(def ^:private transit (delay (resolved 'cognitect.transit/reader)))

(defn json? "Returns whether a JSON library can be loaded." [] (some? @json))
(defn transit? "Returns whether the library transit can be loaded." [] (some? @transit))

(defn- json-fn [k]
  (when-not (json?)
    (throw (ex-info (str "JSON needs cheshire, metosin/jsonista, com.cnuernber/charred or "
                         "org.clojure/data.json on the class path")
                    {:type :cheshire-not-loaded})))
  (get @json k))

(defn write-json
  "Returns `x` as a string of JSON; `opts` are those of the library that is there."
  [x opts]
  ((json-fn :write) x opts))

(defn read-json
  "Reads a string of JSON; `args` are whether keys become keywords, and what cheshire takes beside."
  [s args]
  (apply (json-fn :read) s args))

(defn read-json-strict
  "The same as `read-json`, but nothing of the result is lazy."
  [s args]
  (apply (json-fn :read-strict) s args))

(defn- needs-transit! []
  (when-not (transit?)
    (throw (ex-info "transit needs com.cognitect/transit-clj on the class path"
                    {:type :transit-not-loaded}))))

(defn read-transit
  "Reads transit of `type`, `:json` or `:msgpack`, from an InputStream."
  [in type opts]
  (needs-transit!)
  ((resolved 'cognitect.transit/read) (@transit in type (or opts {}))))

(defn write-transit
  "Returns `x` as transit of `type` in a byte array."
  ^bytes [x type opts]
  (needs-transit!)
  (let [out (ByteArrayOutputStream.)]
    ((resolved 'cognitect.transit/write)
     ((resolved 'cognitect.transit/writer) out type (or opts {}))
     x)
    (.toByteArray out)))
