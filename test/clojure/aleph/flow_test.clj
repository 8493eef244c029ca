(ns aleph.flow-test
  (:require
   [aleph.flow :as flow]
   [clojure.test :refer [deftest is testing]]
   [manifold.deferred :as d])
  (:import
   (io.aleph.dirigiste Pools)
   (java.util.concurrent RejectedExecutionException)
   (weir.executor PoolController)))

(set! *warn-on-reflection* true)

(defn- pool [& {:as options}]
  (let [made (atom 0), destroyed (atom [])]
    [(flow/instrumented-pool (merge {:generate (fn [k] [k (swap! made inc)])
                                     :destroy (fn [k x] (swap! destroyed conj x))
                                     :controller (PoolController/utilization 0.9 2 3)}
                                    options))
     made destroyed]))

(defn- value [d] (deref d 20000 :too-late))

(deftest objects-are-made-up-to-the-limits-and-used-again
  (let [[p made] (pool)
        a (value (flow/acquire p :k))
        b (value (flow/acquire p :k))
        c (flow/acquire p :k)]
    (is (= [[:k 1] [:k 2]] [a b]))
    (is (not (d/realized? c)) "the limit of a key")
    (is (= [:l 3] (value (flow/acquire p :l))))
    (is (not (d/realized? (flow/acquire p :m))) "the limit of all keys")
    (flow/release p :k a)
    (is (= a (value c)))
    (is (= 3 @made))))

(deftest who-waits-gets-a-new-object-when-one-is-dropped
  (let [[p _ destroyed] (pool)
        a (value (flow/acquire p :k))
        _ (value (flow/acquire p :k))
        c (flow/acquire p :k)]
    (flow/dispose p :k a)
    (is (= [:k 3] (value c)))
    (is (= [a] @destroyed))))

(deftest an-object-that-nobody-wants-any-more-goes-to-the-next
  (let [[p] (pool)
        a (value (flow/acquire p :k))
        _ (value (flow/acquire p :k))
        c (flow/acquire p :k)
        e (flow/acquire p :k)]
    (d/error! c (Exception. "changed its mind"))
    (flow/release p :k a)
    (is (= a (value e)))))

(deftest failures-are-error-deferreds
  (let [[p] (pool :generate (fn [_] (throw (IllegalStateException. "none today"))))]
    (is (thrown-with-msg? IllegalStateException #"none today" (value (flow/acquire p :k))))
    (is (thrown-with-msg? IllegalStateException #"none today" (value (flow/acquire p :k)))
        "its place is free again")))

(deftest a-queue-of-zero-never-queues ; [B] was an exception
  (let [[p] (pool :max-queue-size 0)]
    (value (flow/acquire p :k))
    (value (flow/acquire p :k))
    (is (thrown? RejectedExecutionException (value (flow/acquire p :k))))))

(deftest statistics-come-once-per-control-period-and-idle-objects-go
  (let [seen (promise)
        [p _ destroyed] (pool :stats-callback #(when (seq %) (deliver seen %))
                              :sample-period 1 :control-period 5)
        xs (vec (repeatedly 2 #(value (flow/acquire p :k))))]
    (run! #(flow/release p :k %) xs)
    (let [stats (:k (value seen))]
      (is (= 2 (:num-workers stats)))
      (is (= #{0.5 0.9 0.95 0.99 0.999} (set (keys (:utilization stats))))))
    (weir.testing.Await/until "an idle object is destroyed" #(boolean (seq @destroyed)))))

(deftest controllers-of-dirigiste-are-taken
  (let [[p] (pool :controller (Pools/utilizationController 0.9 1 1))]
    (is (= [:k 1] (value (flow/acquire p :k))))
    (is (not (d/realized? (flow/acquire p :k))))))

(deftest what-is-required-is-asked-for
  (is (thrown? AssertionError (flow/instrumented-pool {:generate identity})))
  (is (thrown? AssertionError (flow/instrumented-pool {:controller (PoolController/utilization 0.9 1 1)})))
  (is (thrown-with-msg? IllegalArgumentException #"controller: 1"
                        (flow/instrumented-pool {:generate identity :controller 1})))
  (is (thrown-with-msg? IllegalArgumentException #":max-queue-size is -1" (pool :max-queue-size -1))))
