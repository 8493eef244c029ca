(ns weir.define-test
  "What weir.define makes is what clojure.core makes of the same definition."
  (:require
   [clojure.test :refer [deftest is testing]]
   [weir.define :as define])
  (:import
   (java.lang.ref WeakReference)
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
    (f [x & {:keys [y]}] [x y])
    (f "A doc." [x] (Long/parseLong x))
    (f {:arglists '([a])} ([] (f 1)) ([^List x] (List/copyOf x)))
    (^String f [x] (String/valueOf x))])

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

(def ^:private simple
  "Definitions of simple forms alone, and calls."
  '[[(f [] nil) ()]
    [(f [] true) ()]
    [(f [] "text") ()]
    [(f [] 42) ()]
    [(f [] :key) ()]
    [(f [] 'a/symbol) ()]
    [(f [] Long/MAX_VALUE) ()]
    [(f [x] x) (1)]
    [(f [_ _] 1) (2 3)]
    [(f [x] "a body that" x) (1)]
    [(f [x] (Long/parseLong x)) ("12")]
    [(f [x] (String/valueOf x)) (:overloaded)]
    [(f [x] (Thread/onSpinWait)) (1)]
    [(f [x] (List/copyOf x)) ([1 2])]
    [(f [x] (.size (List/copyOf x))) ([1 2])]
    [(f [x] (.contains (List/copyOf x) x)) ([1 2])]
    [(f [x] (.isEmpty (List/copyOf x)) x) ([1 2])]
    [(f [x] (instance? List x)) ([]) (1)]
    [(f [x y] (vector y x y :key 'symbol nil 1)) (1 2)]
    [(f [xs] (reduce max xs)) ([3 5 4])]
    [(f [a b & more] (vector a b more)) (1 2) (1 2 3 4)]
    [(f [& more] (object-array more)) ()]
    [(f ([] (f 1)) ([x] (f x 2)) ([x & more] (apply vector x more))) () (3) (4 5 6)]
    [(f [map] (clojure.core/map identity map)) ([1 2])]
    [(f [a b c d e g h i j k l m n o p q r s t u] (vector a u))
     (1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20)]])

(defn- compiled?
  "Whether Clojure's compiler has made the function."
  [f]
  (some #(= "invokeStatic" (.getName ^java.lang.reflect.Method %)) (.getMethods (class f))))

(defn- listed [x]
  (if (some-> x class .isArray) (vec x) x))

(deftest a-function-of-simple-forms-needs-no-compiler-and-does-the-same
  (doseq [[definition & calls] simple
          :let [ours @(made `define/defn definition)
                theirs @(made `defn definition)]]
    (testing (pr-str definition)
      (is (not (compiled? ours)))
      (is (= (instance? clojure.lang.RestFn theirs) (instance? clojure.lang.RestFn ours)))
      (doseq [call calls
              :let [[a b] (map #(apply % call) [ours theirs])]]
        (is (= (class a) (class b)))
        (is (= (listed a) (listed b)) (pr-str call)))))
  (testing "and whatever is not plain is compiled"
    (doseq [definition '[(f [x] (if x 1 2))
                         (f [^List x] (.size x))
                         (f [x] (.size x))
                         (f [f] (f 1))
                         (f [x] (inc x))
                         (f [x] (Thread/sleep x))
                         (f [x] [x])
                         (f [] *ns*)
                         (f [] #'f)
                         (f [] '(1 2))
                         (f [x] ^List (vec x))
                         (f [x] (String/valueOf 1.5))
                         (f ^long [] 1)
                         (f [x])]]
      (is (compiled? @(made `define/defn definition)) (pr-str definition)))))

(deftest a-mistake-is-reported-by-the-compiler
  (doseq [definition '[(f ([x] x) ([y] y)) (f ([& x] 1) ([& y] 2)) (f ([a b c] 1) ([a & b] 2))
                       (f [x] (String/noSuchMethod x)) (f [x] (no-such-function x)) (f [x] y)]]
    (is (thrown? clojure.lang.Compiler$CompilerException (made `define/defn definition))
        (pr-str definition))))

(deftest a-stack-trace-names-the-function-and-its-line
  (let [f @(made `define/defn '(f "A doc." [x] (Long/parseLong x)))
        e (try (f "none") (catch NumberFormatException e e))
        frames (filter #(= (.getName (class f)) (.getClassName ^StackTraceElement %))
                       (.getStackTrace ^Throwable e))]
    (is (re-matches #"made\d+\$f" (.getName (class f))))
    (is (= 1 (count frames)))
    (is (pos? (.getLineNumber ^StackTraceElement (first frames)))))
  (is (thrown-with-msg? clojure.lang.ArityException #"\(2\) passed to: made\d+/f"
        (@(made `define/defn '(f [x] (Long/parseLong x))) 1 2))))

(deftest a-function-calls-itself-and-others-through-their-vars
  (let [v (made `define/defn '(f ([] (f 1)) ([x] (vector x))))
        f @v]
    (with-redefs-fn {v (constantly :another)}
      #(is (= :another (f))))
    (is (= [1] (f)))))

(deftest the-head-of-a-sequence-is-not-held
  (let [f @(made `define/defn '(f [xs] (dorun xs)))
        head (promise)
        collected? (fn [^WeakReference r]
                     (loop [tries 50]
                       (System/gc)
                       (or (nil? (.get r)) (if (pos? tries) (recur (dec tries)) false))))
        element (fn [i]
                  (let [x (Object.)]
                    (case (int i)
                      0 (deliver head (WeakReference. x))
                      10 (is (collected? @head))
                      nil)
                    x))]
    (f (map element (take 11 (iterate inc 0))))))

(deftest class-files-have-no-objects-in-them-and-macros-stay-macros
  (binding [*compile-files* true]
    (is (some #{'.setMacro} (flatten (macroexpand-1 `(define/defmacro ~'f [x#] (list x#))))))
    (is (= 'fn* (first (last (macroexpand-1 `(define/defn ~'f [x#] (Long/parseLong x#)))))))
    (is (= `defprotocol (first (macroexpand-1 `(define/defprotocol ~'P (~'f [x#]))))))))

(deftest a-definition-inside-a-form-is-compiled
  (is (= [1 2] (@(made 'do `((let [x# 1] (define/defn ~'f [y#] (vector x# y#))))) 2)))
  (is (= [1] (@(made 'do `((when true (define/defn ~'f [x#] (vector x#))))) 1)))
  (is (:macro (meta (made 'do `((when true (define/defmacro ~'f [x#] (vector x#))))))))
  (is (thrown-with-msg? IllegalArgumentException #"No implementation"
        (@(made 'do `((when true (define/defprotocol ~'P (~'f [x#]))))) 1))))

(defn- protocol
  "Defines protocol P, whose function is `f`, with another `defprotocol` each; returns the function's var."
  [definer & more]
  (made definer `(~'P ~@more)))

(defn- shown
  "A protocol or its function, without what is different each time."
  [x]
  (dissoc x :on :on-interface :var :method-builders :ns :file :line :column :protocol))

(deftest a-protocol-describes-itself-as-clojure-s-would
  (doseq [more '[["A doc." (f [x] "What it does.")]
                 [(f [_])]
                 [(g [this] "One.") (f [this] "Another.")]
                 ["Not simple." (f [x] [x y] "Two arities.")]
                 [:extend-via-metadata true (f [x])]]]
    (testing (pr-str more)
      (let [[ours theirs] (map #(apply protocol % more) [`define/defprotocol `defprotocol])
            [p q] (map (comp :protocol meta) [ours theirs])]
        (is (= (shown (meta theirs)) (shown (meta ours))))
        (is (= (shown (meta q)) (shown (meta p))))
        (is (= (set (keys (meta q))) (set (keys (meta p)))))
        (is (= (shown @q) (shown @p)))
        (is (= (set (keys @q)) (set (keys @p))))
        (is (= (map #(map meta ((juxt :name :arglists) %)) (vals (:sigs @q)))
               (map #(map meta ((juxt :name :arglists) %)) (vals (:sigs @p)))))
        (is (= p (:var @p)))
        (is (= (str (:on @p)) (.getName ^Class (:on-interface @p))))
        (is (= (count (:method-builders @p)) (count (:method-builders @q))))))))

(deftest a-protocol-does-what-clojure-s-would
  (doseq [definer [`define/defprotocol `defprotocol]]
    (testing (str definer)
      (let [f (protocol definer '(f [x] "What it does."))
            p (:protocol (meta f))]
        (testing "for nothing"
          (is (thrown-with-msg? IllegalArgumentException
                #"No implementation of method: :f of protocol: #'made\d+/P found for class: nil"
                (f nil)))
          (is (not (satisfies? @p "text"))))
        (testing "for classes, interfaces and nil"
          (extend String @p {:f (fn [x] [:string x])})
          (extend Comparable @p {:f (fn [x] [:comparable x])})
          (extend nil @p {:f (fn [x] [:nil x])})
          (is (= [[:string "a"] [:comparable 1] [:nil nil]] (map @f ["a" 1 nil])))
          (is (= #{String Comparable nil} (set (extenders @p))))
          (is (satisfies? @p 1))
          (is (extends? @p String)))
        (testing "for what implements it"
          (let [x (binding [*ns* (.ns ^clojure.lang.Var p)]
                    (eval '(clojure.core/reify P (f [_] :own))))]
            (is (= :own (f x)))
            (is (instance? (:on-interface @p) x))))
        (testing "and again when it has changed"
          (extend String @p {:f (fn [x] [:changed x])})
          (is (= [:changed "a"] (f "a"))))
        (testing "not with more arguments"
          (is (thrown? clojure.lang.ArityException (f 1 2))))))))

(deftest a-macro-is-one
  (let [definition '(f "A doc." ([x] `(list ~x ~(first &form))) ([x & body] [x (count body) (map? &env)]))
        ours (made `define/defmacro definition)
        theirs (made `defmacro definition)]
    (is (= (described theirs) (described ours)))
    (is (= (apply @theirs '(f 1) {} [1]) (apply @ours '(f 1) {} [1])))
    (is (= [1 2 true] (@ours '(f 1 2 3) {} 1 2 3)))))
