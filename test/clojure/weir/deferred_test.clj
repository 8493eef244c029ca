(ns weir.deferred-test
  (:require
   [clojure.test :refer [deftest is]]
   [manifold.deferred :as d]
   [weir.deferred :as wd])
  (:import
   (java.util.concurrent CancellationException)))

(set! *warn-on-reflection* true)

(deftest t6-a-timeout-reaches-the-source-that-asked-for-it
  (let [source (d/deferred)
        told   (promise)
        result (d/chain (wd/cancelable source #(deliver told :cancelled)) inc)]
    (is (= :late @(d/timeout! result 0 :late)))
    (is (= :cancelled (deref told 30000 :never)))
    (is (thrown? CancellationException @source))))

(deftest t6-a-timeout-leaves-alone-who-did-not-ask
  (let [source (d/deferred)]
    (is (= :late @(d/timeout! (d/chain source inc) 0 :late)))
    (is (not (d/realized? source)))))

(deftest t6-a-running-body-is-interrupted-on-request-only
  (let [started (promise)
        ended   (promise)
        body    (wd/future
                  (deliver started true)
                  (try
                    (deref (promise) 60000 :not-interrupted)
                    (catch InterruptedException e
                      (deliver ended :interrupted)
                      (throw e))))]
    (is (deref started 30000 false))
    (is (wd/cancel! body))
    (is (not (wd/cancel! body)))
    (is (= :interrupted (deref ended 30000 :never)))))

(deftest an-interruptible-future-sees-the-bindings-of-its-caller
  (binding [*print-length* 3]
    (is (= 3 (deref (wd/future *print-length*) 30000 :never)))))
