(ns weir.http.view-model
  "Holds a view against the plain map it must not be distinguishable from."
  (:require
    [clojure.edn :as edn]
    [clojure.test.check.generators :as gen])
  (:import
    (java.util Map)))

(set! *warn-on-reflection* true)

(defn- same-lookups?
  [v p k]
  (and (= (get p k) (get v k))
       (= (get p k ::none) (get v k ::none))
       (= (contains? p k) (contains? v k))
       (= (find p k) (find v k))
       (= (p k) (v k))
       (= (p k ::none) (v k ::none))
       (= (.get ^Map p k) (.get ^Map v k))
       (= (.containsKey ^Map p k) (.containsKey ^Map v k))
       (or (not (ident? k))
           (= (k p ::none) (k v ::none)))))

(defn- same-iteration?
  [v p]
  (and (= (count p) (count v) (count (seq v)) (.size ^Map v))
       (= (empty? p) (empty? v) (nil? (seq v)) (.isEmpty ^Map v))
       (= (set p) (set v) (set (.entrySet ^Map v)))
       (every? map-entry? (seq v))
       (= (set (keys p)) (set (keys v)) (.keySet ^Map v))
       (= (frequencies (vals p)) (frequencies (vals v)) (frequencies (.values ^Map v)))
       (= (map key v) (or (keys v) []))
       (= (map val v) (or (vals v) []))
       (= p (into {} v) (into {} (seq v)))
       (= p (reduce-kv assoc {} v) (reduce conj {} v))
       (= (count p) (reduce (fn [n _] (inc n)) 0 v))
       (or (empty? p)
           (= :stop (reduce-kv (fn [_ _ _] (reduced :stop)) nil v)
              (reduce (fn [_ _] (reduced :stop)) nil v)))))

(defn- same-value?
  [v p]
  (and (map? v)
       (= v p)
       (= p v)
       (.equals ^Object v p)
       (.equals ^Object p v)
       (= (hash p) (hash v))
       (= (.hashCode ^Object p) (.hashCode ^Object v))
       (= #{p} #{v})
       (= :found ({p :found} v) ({v :found} p))
       (not= v (assoc p ::more 1))
       (not= (assoc p ::more 1) v)))

(defn- same-text?
  "Whether the view prints as a map that reads back; for maps of readable values."
  [v p]
  (= p (edn/read-string (pr-str v)) (edn/read-string (str v))))

(defn indistinguishable?
  "Whether view v and plain map p agree on everything, looked up by every key in ks."
  [v p ks & {:keys [readable?] :or {readable? true}}]
  (and (same-value? v p)
       (same-iteration? v p)
       (= (meta p) (meta v))
       (every? #(same-lookups? v p %) ks)
       (or (not readable?) (same-text? v p))))

(defn- transient-steps
  [m steps]
  (persistent!
    (reduce (fn [t [op k v]]
              (case op
                :assoc (assoc! t k v)
                :dissoc (dissoc! t k)
                :conj (conj! t [k v])))
            (transient m)
            steps)))

(defn- apply-op
  [m [op a b]]
  (case op
    :assoc (assoc m a b)
    :dissoc (dissoc m a)
    :conj (conj m [a b])
    :conj-map (conj m a)
    :merge (merge m a)
    :merge-into (merge a m)
    :merge-with (merge-with vector m a)
    :into (into m a)
    :into-other (into a m)
    :select-keys (select-keys m a)
    :update (update m a vector b)
    :update-vals (update-vals m (juxt identity))
    :transient (transient-steps m a)
    :with-meta (with-meta m a)
    :empty (empty m)
    :filter (into (empty m) (filter (comp a key)) m)))

(defn- op-gen
  [key-gen value-gen]
  (let [map-gen (gen/map key-gen value-gen {:max-elements 5})
        step-gen (gen/tuple (gen/elements [:assoc :dissoc :conj]) key-gen value-gen)]
    (gen/frequency
      [[6 (gen/tuple (gen/return :assoc) key-gen value-gen)]
       [6 (gen/tuple (gen/return :dissoc) key-gen)]
       [2 (gen/tuple (gen/return :conj) key-gen value-gen)]
       [3 (gen/tuple (gen/return :update) key-gen value-gen)]
       [3 (gen/tuple (gen/elements [:conj-map :merge :merge-with :into]) map-gen)]
       [1 (gen/tuple (gen/elements [:merge-into :into-other]) map-gen)]
       [1 (gen/tuple (gen/return :select-keys) (gen/vector key-gen 0 6))]
       [1 (gen/tuple (gen/return :update-vals))]
       [3 (gen/tuple (gen/return :transient) (gen/vector step-gen 0 5))]
       [2 (gen/tuple (gen/return :with-meta) (gen/one-of [(gen/return nil) map-gen]))]
       [1 (gen/tuple (gen/return :filter) (gen/fmap set (gen/vector key-gen 0 6)))]
       [1 (gen/tuple (gen/return :empty))]])))

(defn ops-gen
  "A generator of programs: vectors of operations on a map."
  [key-gen value-gen]
  (gen/vector (op-gen key-gen value-gen) 0 12))

(defn first-difference
  "Runs a program on a view and on its plain copy; returns the first step after which they differ."
  [view plain ops ks & opts]
  (loop [v view, p plain, done [], ops ops]
    (cond
      (not (apply indistinguishable? v p ks opts)) {:after done :view v :plain p}
      (empty? ops) nil
      :else (let [op (first ops)]
              (recur (apply-op v op) (apply-op p op) (conj done op) (rest ops))))))
