(ns weir.options
  "How facades read option maps: each value is checked, and a key that nobody knows is reported once,
  with the nearest known one."
  (:import
   (java.util Collection Map)
   (weir.options Options)))

(set! *warn-on-reflection* true)

(defn illegal
  "Returns the exception for option `k` with value `v`, telling what was `expected`."
  [k v expected]
  (Options/illegal k v expected))

(defn check
  "Returns `v` if `ok?`, a boolean or a predicate of `v`, else throws an IllegalArgumentException that
  names option `k`."
  [k v ok? expected]
  (if (if (fn? ok?) (ok? v) ok?) v (throw (illegal k v expected))))

(defn positive-int
  "Returns option `k` of `options` as an int above zero, nil when it is absent or nil."
  [options k]
  (when-some [v (get options k)]
    (Options/positiveInt k v)))

(defn non-negative
  "Returns option `k` of `options` as a long of zero or more, nil when it is absent or nil."
  [options k]
  (when-some [v (get options k)]
    (Options/nonNegative k v)))

(defn report-unknown!
  "Logs each key of `options` that is not in the set `known`, once per process and `place`."
  [place options known]
  (when options
    (Options/reportUnknown ^String place ^Map options ^Collection (mapv name known))))
