(ns ^:no-doc org.httpkit.client.body
  "What `:as` makes of the body of a response."
  (:require
   [clojure.string :as str]
   [weir.options :as o])
  (:import
   (java.io ByteArrayInputStream ByteArrayOutputStream InputStream)
   (java.nio.charset Charset StandardCharsets)
   (java.util Arrays Map)
   (org.httpkit DynamicBytes)
   (org.httpkit.client AbortException IFilter)
   (weir.http BodyMode ContentType)
   (weir.http.body GatheredBody)))

(set! *warn-on-reflection* true)

(def ^:private forms #{nil :auto :text :stream :byte-array :raw-byte-array :none})

(defn check-as [{:keys [as]}]
  (o/check :as as (contains? forms as) ":auto, :text, :stream, :byte-array, :raw-byte-array or :none"))

(defn raw? [{:keys [as]}] (contains? #{:raw-byte-array :none} as))

(defn mode ^BodyMode [{:keys [as] :as opts} filters?]
  (if (or filters? (= :stream as)) BodyMode/STREAM BodyMode/BYTES))

(defn- text? [status ^String type]
  (or (not= 200 status)
      (let [media (some-> type (str/split #";") first str/lower-case)]
        (boolean (and media
                      (re-find #"text|json|xml" media)
                      (not (re-find #"officedocument|opendocument|image/svg\+xml" media)))))))

(defn- known-charset ^Charset [^String label]
  (when label
    (try (Charset/forName label)
         (catch IllegalArgumentException _ nil))))

(defn- charset ^Charset [^String type ^bytes body]
  (let [start (String. body 0 (min 512 (alength body)) StandardCharsets/ISO_8859_1)]
    (or (known-charset (ContentType/charset type))
        (known-charset (second (re-find #"(?i)(?:charset|encoding)\s*=\s*[\"']?([\w.:-]+)" start)))
        StandardCharsets/UTF_8)))

(deftype Gathered [^bytes body]
  DynamicBytes
  (get [_] body)
  (length [_] (alength body))
  (bytes [_] (Arrays/copyOf body (alength body))))

(defn- text [^bytes body type] (String. body (charset type body)))

(defn- in-memory [^bytes body] (GatheredBody. body (alength body)))

(defn read-filtered
  "Reads a body that a filter looks at, piece by piece."
  ^bytes [^InputStream in ^IFilter f]
  (let [out (ByteArrayOutputStream.)
        piece (byte-array 16384)]
    (with-open [in in]
      (loop []
        (let [n (.read in piece)]
          (if (neg? n)
            (.toByteArray out)
            (do (.write out piece 0 n)
                (when-not (.accept f ^DynamicBytes (Gathered. (.toByteArray out)))
                  (throw (AbortException. "the filter has refused the body")))
                (recur))))))))

(defn accept-headers [^IFilter f ^Map headers]
  (when-not (.accept f headers)
    (throw (AbortException. "the filter has refused the response"))))

(defn coerce
  "Returns the body that `:as` asks for, of a byte[] or a stream."
  [{:keys [as]} status type body]
  (if (instance? InputStream body)
    body
    (let [^bytes body (or body (byte-array 0))]
      (case as
        (nil :auto) (if (text? status type) (text body type) (in-memory body))
        :text (text body type)
        :stream (ByteArrayInputStream. body)
        (:byte-array :raw-byte-array) body
        :none (Gathered. body)))))
