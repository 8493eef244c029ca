(ns weir.options
  "How facades read option maps: each value is checked, and a key that nobody knows is reported once,
  with the nearest known one."
  (:import
   (java.util.concurrent ConcurrentHashMap)
   (org.slf4j Logger LoggerFactory)))

(set! *warn-on-reflection* true)

(def ^:private ^Logger log (LoggerFactory/getLogger "weir.options"))
(def ^:private ^ConcurrentHashMap reported (ConcurrentHashMap.))
(def ^:private max-reported 1024)

(defn illegal
  "Returns the exception for option `k` with value `v`, telling what was `expected`."
  [k v expected]
  (IllegalArgumentException. (str k " is " (pr-str v) " (expected: " expected ")")))

(defn check
  "Returns `v` if `ok?`, else throws an IllegalArgumentException that names option `k`."
  [k v ok? expected]
  (if ok? v (throw (illegal k v expected))))

(defn positive-int
  "Returns option `k` of `options` as an int above zero, nil when it is absent or nil."
  [options k]
  (when-some [v (get options k)]
    (int (check k v (and (integer? v) (< 0 v Integer/MAX_VALUE)) "a whole number above 0"))))

(defn non-negative
  "Returns option `k` of `options` as a long of zero or more, nil when it is absent or nil."
  [options k]
  (when-some [v (get options k)]
    (long (check k v (and (number? v) (<= 0 v)) "a number of 0 or more"))))

(defn- report! [place k known]
  (when (and (< (.size reported) (int max-reported))
             (nil? (.putIfAbsent reported [place k] true)))
    ;; Loaded when it is needed: most programs know their options, and all want to start quickly.
    (let [near (when (keyword? k) ((requiring-resolve 'weir.options.spelling/nearest) k known))]
      (.warn log "{}: unknown option {}{}"
             (object-array [place (pr-str k) (if near (str ", did you mean " near "?") "")])))))

(defn report-unknown!
  "Logs each key of `options` that is not in the set `known`, once per process and `place`."
  [place options known]
  (run! #(when-not (contains? known %) (report! place % known)) (keys options)))
