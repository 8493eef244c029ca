(ns weir.options.spelling
  "Which known option somebody may have meant.")

(set! *warn-on-reflection* true)

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
