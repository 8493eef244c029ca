(ns manifold.let-flow-test
  (:require
    [clojure.test :refer [deftest is testing]]
    [manifold.deferred :as d])
  (:import
    [java.util.concurrent Executor]
    [weir.executor CurrentExecutor]))

(set! *warn-on-reflection* true)

(defn- value [d] (deref d 10000 ::late))

(deftest names-stand-for-values
  (let [x (d/future 1), y 2, z (promise)]
    (deliver z 3)
    (is (= [1 2 3 6 false]
          (value (d/let-flow [a (+ x y z)] [x y z a (d/deferred? x)]))))))

(deftest the-result-is-flattened
  (is (= 1 (value (d/let-flow [a (d/future (d/success-deferred 1))] (d/success-deferred a)))))
  (let [p (promise)]
    (is (identical? p (value (d/let-flow' [a p] a))))))

(def ^:private order (atom []))
(def ^:private gate (atom nil))

(defn- step [k x]
  (swap! order conj k)
  x)

(deftest independent-bindings-run-side-by-side
  (reset! gate (d/deferred))
  (reset! order [])
  (let [r (d/let-flow [a (step :a @gate)
                       b (step :b 2)
                       c (step :c (inc a))]
            [a b c])]
    (is (= [:a :b] @order))
    (d/success! @gate 1)
    (is (= [1 2 2] (value r)))
    (is (= [:a :b :c] @order))))

(deftest every-binding-is-awaited ; T4; §3.13 defect (a): of a repeated name only the last was
  (let [first-one (d/deferred), r (d/let-flow [_ first-one, _ (d/success-deferred 2), a 1] a)]
    (is (not (d/realized? r)))
    (d/success! first-one 1)
    (is (= 1 (value r))))
  (testing "the latest of a repeated name wins"
    (is (= 2 (value (d/let-flow [a (d/future 1), a (inc a)] a))))))

(deftest scopes-are-respected ; §3.13 defect (c): scopes were read from the compiler
  (let [never (d/deferred), x (d/success-deferred 1)]
    (is (= 1 (value (d/let-flow [a x]
                      (let [never 1] never)
                      (fn [never] never)
                      (quote never)
                      (loop [never 0] never)
                      (letfn [(never [] never)] never)
                      (case :never :never 1 2)
                      (try 1 (catch Exception never never))
                      (reify Object (toString [never] (str never)))
                      (for [never [1]] never)
                      a))))
    (testing "a fn of that name, and the same name bound by destructuring"
      (is (= [1 4] (value (d/let-flow [{:keys [never]} (d/future {:never 4})]
                            [((fn [x] x) 1) never])))))
    (testing "an enclosing local that nobody mentions is not awaited"
      (is (= 1 (value (d/let-flow [a x] a)))))
    (is never)))

(deftest locals-that-shadow-macros
  (let [when (fn [a b] [a b]), x (d/success-deferred 1)]
    (is (= [1 2] (value (d/let-flow [a x] (when a 2)))))))

(deftest forms-of-all-kinds
  (let [x (d/future 1)]
    (is (= [1 {:x 1} #{1} "1" [1 2] 1 :one [1] 2]
          (value
            (d/let-flow [^String s (d/future "1")
                         [p q] (d/future [1 2])]
              [x {:x x} #{x} (.trim s) [p q]
               (letfn [(f [] x)] (f))
               (case (int x) 1 :one :other)
               (try (throw (Exception.)) (catch Exception _ [x]))
               (loop [i 0] (if (< i 2) (recur (+ i (long x))) i))]))))
    (is (= [0 1 2] (loop [i 0 acc []]
                     (if (< i 3)
                       (recur (inc i) (conj acc (value (d/let-flow [a (d/future i)] a))))
                       acc))))))

(deftest nested-flows
  (let [x (d/future 1)]
    (is (= 6 (value (d/let-flow [a x, b (d/let-flow [c (d/future (+ a 1))] (+ a c))]
                      (d/let-flow [e (d/success-deferred (+ a b))] (+ e 2))))))))

(deftest a-deferred-can-be-passed-on-as-such ; 3.13 (b), T3, issues 47, 141, 183; defect (b)
  (let [never (d/deferred), gate (d/deferred)
        r (d/let-flow [a gate
                       b (d/future :b)
                       winner (d/alt (d/as-deferred never) (d/as-deferred b))
                       limited (d/timeout! (d/as-deferred a) 0 :late)
                       both [b (d/deferred? (d/as-deferred b))]]
            [a winner limited both])]
    (is (= [:late :b :late [:b true]] (value r))))
  (is (= 1 (let [a 1] (d/as-deferred a))) "elsewhere it is just the name"))

(deftest errors-skip-what-depends-on-them
  (let [ran (atom false)
        r (d/let-flow [a (d/error-deferred (ex-info "a" {}))
                       b (do (reset! ran a) 1)]
            b)]
    (is (= "a" (ex-message (is (thrown? Exception (value r))))))
    (is (false? @ran)))
  (testing "an exception of an expression without dependencies goes to the caller"
    (is (thrown? ArithmeticException (d/let-flow [a (quot 1 0)] a)))
    (is (nil? (CurrentExecutor/get)))))

(def ^:dynamic *bound* :root)

(deftest bindings-are-conveyed
  (let [gate (d/deferred)
        r (binding [*bound* :inner]
            (d/let-flow [a gate, b [a *bound*]] [b *bound*]))]
    (d/success! gate 1)
    (is (= [[1 :inner] :inner] (value r)))))

(deftest threads
  (let [ran (atom 0)
        ex (reify Executor (execute [_ r] (swap! ran inc) (.run r)))
        gate (d/deferred nil)]
    (CurrentExecutor/set ex)
    (try
      (testing "setting up has no executor, and what is realized goes on here"
        (is (= [nil (Thread/currentThread)]
              (value (d/let-flow [e (CurrentExecutor/get)] [e (Thread/currentThread)]))))
        (is (zero? @ran)))
      (testing "after a wait the body runs on the caller's executor"
        (let [r (d/let-flow [a gate] a)]
          (is (identical? ex (CurrentExecutor/get)))
          (d/success! gate 1)
          (is (= 1 (value r)))
          (is (pos? (long @ran)))))
      (finally
        (CurrentExecutor/set nil)))
    (testing "or else on the execute pool"
      (let [gate (d/deferred), r (d/let-flow [a gate] [a (.getName (Thread/currentThread))])]
        (d/success! gate 1)
        (is (re-find #"execute" (second (value r))))))))

(deftest a-flow-without-bindings-awaits-what-the-body-mentions
  (let [x (d/future 1)]
    (is (= 2 (value (d/let-flow [] (inc x)))))))

(deftest primitive-locals-stay-primitive
  (let [n 5, x (d/future 1)]
    (is (= 6 (value (d/let-flow [a x] (let [r (+ (long a) n)] r)))))))

(deftest realizing-the-result-skips-what-was-not-evaluated ; T5
  (let [gate (d/deferred), other (d/deferred), ran (atom [])
        r (d/timeout! (d/let-flow [a gate
                                   b (do (swap! ran conj :b) a)
                                   c [a (swap! ran conj :c) b]
                                   d other]
                        (swap! ran conj :body)
                        [c d])
            0 :late)]
    (d/success! gate 1)
    (d/success! other 1)
    (is (= :late (value r)))
    (is (= [] @ran)))
  (testing "an error skips only what depends on it"
    (let [gate (d/deferred), failing (d/deferred), seen (atom [])
          r (d/let-flow [a failing
                         b (swap! seen conj gate)
                         c (swap! seen conj a)]
              [a b c])]
      (d/error! failing :k)
      (is (= :k (value (d/catch r identity))))
      (d/success! gate :b)
      (is (= [:b] @seen)))))
