(ns weir.deferred-test
  (:require
   [clojure.test :refer [deftest is]]
   [manifold.deferred :as d]
   [manifold.stream :as s]
   [manifold.time :as t]
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

(def ^:dynamic *who* "nobody")

(defmacro ^:private conveying [carriers & body]
  `(try
     (apply wd/convey! ~carriers)
     ~@body
     (finally
       (wd/convey!))))

(defn- realize-elsewhere [d x]
  @(future (d/success! d x)))

(deftest bindings-follow-functions-that-a-clock-calls
  (conveying [(wd/bindings)]
    (doseq [schedule [#(t/in 1 %) #(t/at 1 %) #(t/every 1 1 %)]]
      (let [clock (t/mock-clock)
            seen  (promise)]
        (t/with-clock clock
          (binding [*who* "Ada"]
            (schedule #(deliver seen *who*))))
        (t/advance clock 1)
        (is (= "Ada" (deref seen 0 :never)))))))

(deftest bindings-follow-functions-that-wait
  (conveying [(wd/bindings)]
    (let [d      (d/deferred)
          source (s/stream)
          seen   (binding [*who* "Ada"]
                   {:chain     (d/chain d (fn [_] *who*))
                    :chain'    (d/chain' d (fn [_] *who*))
                    :zip       (d/chain (d/zip d d) (fn [_] *who*))
                    :let-flow  (d/let-flow [x d, y [x *who*]] (second y))
                    :body      (d/let-flow [x d] (when x *who*))
                    :catch     (d/catch (d/chain d (fn [_] (throw (Exception.)))) (fn [_] *who*))
                    :loop      (d/loop [i 0]
                                 (if (< i 2)
                                   (d/chain d (fn [_] (d/recur (inc i))))
                                   *who*))
                    :future    (d/future *who*)
                    :in        (t/in 1 (fn [] *who*))
                    :map       (s/take! (s/map (fn [_] *who*) source))
                    :transform (s/reduce (fn [_ _] *who*) nil (s/map identity (s/->source [d])))})]
      (realize-elsewhere d 1)
      @(future (s/put! source 1))
      (doseq [[way x] seen]
        (is (= "Ada" (deref x 30000 :never)) way)))))

(deftest without-carriers-no-bindings-follow ; 3.3.9
  (let [d    (d/deferred)
        seen (binding [*who* "Ada"] (d/chain d (fn [_] *who*)))]
    (.join (doto (Thread. ^Runnable #(d/success! d 1)) .start))
    (is (= "nobody" @seen))))

(deftest carriers-of-ones-own
  (let [^ThreadLocal span (ThreadLocal.)]
    (conveying [(wd/carrier
                  #(.get span)
                  (fn [x]
                    (let [before (.get span)]
                      (.set span x)
                      #(.set span before))))]
      (.set span :request-17)
      (let [d        (d/deferred)
            seen     (d/chain d (fn [_] (.get span)))
            carrying (wd/carrying (fn [x] [x (.get span)]))]
        (.set span nil)
        (realize-elsewhere d 1)
        (is (= :request-17 @seen))
        (is (= [:x :request-17] @(future (carrying :x))))
        (is (nil? (.get span)))))
    (is (= inc (wd/carrying inc)))))
