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
  "Returns `v` if `pred` holds for it, else throws an IllegalArgumentException that names option `k`."
  [k v pred expected]
  (if (pred v) v (throw (illegal k v expected))))

(defn positive-int
  "Returns option `k` of `options` as an int above zero, nil when it is absent or nil."
  [options k]
  (when-some [v (get options k)]
    (int (check k v #(and (integer? %) (< 0 % Integer/MAX_VALUE)) "a whole number above 0"))))

(defn non-negative
  "Returns option `k` of `options` as a long of zero or more, nil when it is absent or nil."
  [options k]
  (when-some [v (get options k)]
    (long (check k v #(and (number? %) (<= 0 %)) "a number of 0 or more"))))

(defn- distance
  "Returns how many letters must be changed to turn `a` into `b`."
  [^String a ^String b]
  (let [n (count b)]
    (loop [i 0, row (vec (range (inc n)))]
      (if (= i (count a))
        (peek row)
        (recur (inc i)
               (loop [j 0, new-row [(inc i)]]
                 (if (= j n)
                   new-row
                   (recur (inc j)
                          (conj new-row
                                (min (inc (peek new-row))
                                     (inc (row (inc j)))
                                     (+ (row j) (if (= (.charAt a i) (.charAt b j)) 0 1))))))))))))

(defn nearest
  "Returns the key of `known` that is spelt most like `k`, nil if none is alike."
  [k known]
  (let [d (fn [x] (distance (name k) (name x)))
        best (when (seq known) (apply min-key d known))]
    (when (and best (<= (d best) (max 2 (quot (count (name k)) 3))))
      best)))

(defn report-unknown!
  "Logs each key of `options` that is not in the set `known`, once per process and `place`."
  [place options known]
  (doseq [k (keys options)
          :when (and (not (contains? known k))
                     (< (.size reported) (int max-reported))
                     (nil? (.putIfAbsent reported [place k] true)))]
    (.warn log "{}: unknown option {}{}"
           (object-array
            [place (pr-str k)
             (if-let [near (and (keyword? k) (nearest k known))]
               (str ", did you mean " near "?")
               "")]))))
