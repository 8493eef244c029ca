(ns weir.define-test
  "What weir.define makes is what clojure.core makes of the same definition."
  (:require
   [clojure.test :refer [deftest is testing]]
   [weir.define :as define])
  (:import
   (java.util List)))

(defn- made
  "Evaluates a definition of `f`, with another `defn` each, in a new namespace, and returns the var."
  [definer definition]
  (let [n (create-ns (gensym "made"))]
    (binding [*ns* n]
      (refer 'clojure.core)
      (import 'java.util.List)
      (try
        (eval (cons definer definition))
        (ns-resolve n 'f)
        (finally (remove-ns (ns-name n)))))))

(defn- described
  "Returns the metadata of a var, without what tells where it is, and with the hints of its parameters."
  [v]
  (-> (meta v)
      (dissoc :ns :file :line :column)
      (assoc :hints (map (juxt meta #(map meta %)) (:arglists (meta v))))
      (update :hints (partial map (fn [[whole each]] [(dissoc whole :line :column) each])))))

(def ^:private definitions
  '[(f "A doc." [x] (inc x))
    (f [x] {:y x})
    (f {:added "1.0"} [] nil)
    (f "A doc." {:arglists '([a])} ([] 0) ([a b] (+ a b)) ([a b & more] (apply + a b more)))
    (^:no-doc f [^String x] (.length x))
    (^String f [x] (str x))
    (^long f [^long x] (inc x))
    (f ^List [x] [x])
    (f [{:keys [a]} [b]] (+ a b))
    (f ([x] "only a value") ([x y] [x y]))
    (f [x & {:keys [y]}] [x y])])

(deftest a-definition-describes-itself-as-clojure-s-would
  (doseq [definition definitions
          [ours theirs] [[`define/defn `defn] [`define/defn- `defn-]]]
    (is (= (described (made theirs definition)) (described (made ours definition)))
        (pr-str definition))))

(deftest a-function-does-what-clojure-s-would
  (doseq [[definition & calls] '[[(f "A doc." [x] (inc x)) (1)]
                                 [(f ([] 0) ([a b] (+ a b)) ([a b & more] (apply + a b more))) () (1 2) (1 2 3 4)]
                                 [(f [{:keys [a]} [b]] (+ a b)) ({:a 1} [2])]
                                 [(f [x & {:keys [y]}] [x y]) (1 :y 2)]
                                 [(^long f [^long x] (inc x)) (1)]
                                 [(f [n] (if (zero? n) :done (recur (dec n)))) (3)]
                                 [(f ([x] (f x 1)) ([x y] [x y])) (2)]]
          call calls]
    (is (= (apply @(made `defn definition) call) (apply @(made `define/defn definition) call))
        (pr-str definition call)))
  (testing "and says which function was called wrongly"
    (is (thrown? clojure.lang.ArityException (@(made `define/defn '(f [x] x)))))
    (is (thrown? AssertionError (@(made `define/defn '(f [x] {:pre [(pos? x)]} x)) -1)))))

(deftest a-macro-is-one
  (let [definition '(f "A doc." ([x] `(list ~x ~(first &form))) ([x & body] [x (count body) (map? &env)]))
        ours (made `define/defmacro definition)
        theirs (made `defmacro definition)]
    (is (= (described theirs) (described ours)))
    (is (= (apply @theirs '(f 1) {} [1]) (apply @ours '(f 1) {} [1])))
    (is (= [1 2 true] (@ours '(f 1 2 3) {} 1 2 3)))))
