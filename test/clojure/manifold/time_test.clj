(ns manifold.time-test
  (:require [clojure.test :refer [deftest is]]
            [clojure.test.check :as tc]
            [clojure.test.check.generators :as gen]
            [clojure.test.check.properties :as prop]
            [manifold.time :as t])
  (:import (java.util.concurrent CompletableFuture Executors LinkedBlockingQueue
                                 ScheduledExecutorService TimeUnit TimeoutException)
           (manifold.deferred IDeferred IMutableDeferred)
           (manifold.time IClock)
           (weir.time CurrentClock SystemClock)))

(set! *warn-on-reflection* true)

(defn- value [^IDeferred d]
  (.successValue d (.errorValue d ::pending)))

(deftest durations-are-doubles-of-milliseconds
  (is (= [2e-6 0.002 2.0 2000.0 120000.0 7200000.0 172800000.0]
         (mapv #(% 2) [t/nanoseconds t/microseconds t/milliseconds t/seconds t/minutes t/hours
                       t/days])))
  (is (= 0.5 (t/nanoseconds 5e5) (t/milliseconds 1/2)))
  (is (= 100.0 (t/hz 10))))

(deftest durations-are-formatted
  (is (= "1d 1h 1m 1s" (t/format-duration (+ (t/days 1) (t/hours 1) (t/minutes 1) (t/seconds 1)))))
  (is (= "2h" (t/format-duration (t/hours 2))))
  (is (= "0s" (t/format-duration 999) (t/format-duration -1e9) (t/format-duration 0))))

(def ^:private units [:millisecond :second :minute :hour :day :week :month])

;; Defect: :day could land on noon, :week and :month were wrong.
(deftest floor-is-the-start-of-the-unit-in-utc
  (let [instant #(.toEpochMilli (java.time.Instant/parse %))]
    (is (= (instant "2024-05-15T00:00:00Z") (t/floor (instant "2024-05-15T18:30:00Z") :day)))
    (is (= (instant "2024-05-13T00:00:00Z") (t/floor (instant "2024-05-15T18:30:00Z") :week)))
    (is (= (instant "2024-05-13T00:00:00Z") (t/floor (instant "2024-05-19T23:59:59Z") :week)))
    (is (= (instant "2024-05-01T00:00:00Z") (t/floor (instant "2024-05-15T18:30:00Z") :month)))
    (is (= (instant "2024-02-29T01:00:00Z") (t/add (instant "2024-01-31T01:00:00Z") 1 :month)))
    (is (instance? Long (t/floor 1.5e12 :day)))
    (is (thrown? AssertionError (t/floor 0 :year)))
    (is (thrown? AssertionError (t/add 0 1 :fortnight)))))

(deftest floor-is-a-floor
  (let [result (tc/quick-check
                300
                (prop/for-all [ts (gen/large-integer* {:min -4000000000000 :max 4000000000000})
                               unit (gen/elements units)]
                  (let [start (long (t/floor ts unit))]
                    (and (<= start ts)
                         (= start (t/floor start unit))
                         (< ts (long (t/add start 1 unit)))))))]
    (is (:pass? result) (pr-str (:shrunk result)))))

(deftest mock-clock-starts-where-it-is-told
  (is (= 0.0 (t/now (t/mock-clock))))
  (is (= 42.0 (t/now (t/mock-clock 42))))
  (let [c (t/mock-clock)]
    (is (nil? (t/advance c 5)))
    (is (= 5.0 (t/now c)))))

(deftest in-returns-a-deferred-of-the-result
  (let [c (t/mock-clock)]
    (t/with-clock c
      (let [d (t/in 10 (fn [] :done))]
        (is (= ::pending (value d)))
        (t/advance c 9)
        (is (= ::pending (value d)))
        (t/advance c 1)
        (is (= :done (value d)))
        (is (= :done @d))))))

(deftest in-runs-at-once-when-the-time-is-now-or-past
  (t/with-clock (t/mock-clock)
    (is (= 1 (value (t/in 0 (constantly 1)))))
    (is (= 2 (value (t/in -7 (constantly 2)))))))

(deftest in-flattens-and-coerces-the-result
  (let [c (t/mock-clock)]
    (t/with-clock c
      (is (= 1 (value (t/in 0 #(t/in 0 (constantly 1))))))
      (is (= 2 (value (t/in 0 #(CompletableFuture/completedFuture 2)))))
      (let [inner (CompletableFuture.)
            d (t/in 0 (constantly inner))]
        (is (= ::pending (value d)))
        (.complete inner 3)
        (is (= 3 (value d)))))))

(deftest exception-is-the-error-of-in
  (t/with-clock (t/mock-clock)
    (let [e (AssertionError. "on purpose")
          d (t/in 0 #(throw e))]
      (is (identical? e (.errorValue ^IDeferred d nil))))))

(deftest realizing-the-deferred-of-in-cancels-the-call
  (let [c (t/mock-clock)
        calls (atom 0)]
    (t/with-clock c
      (let [d (t/in 10 #(swap! calls inc))]
        (is (= 1 (.pending ^weir.time.MockClock c)))
        (.success ^IMutableDeferred d :early)
        (is (= 0 (.pending ^weir.time.MockClock c)))
        (t/advance c 20)
        (is (= 0 @calls))
        (is (= :early (value d)))))))

(deftest every-calls-once-each-period-until-told-to-stop
  (let [c (t/mock-clock)
        seen (atom [])]
    (t/with-clock c
      (let [stop (t/every 1 #(swap! seen conj (t/now c)))]
        (t/advance c 5)
        (is (= [0.0 1.0 2.0 3.0 4.0 5.0] @seen))
        (stop)
        (t/advance c 5)
        (is (= 6 (count @seen)))))
    (reset! seen [])
    (t/with-clock c
      (t/every 10 3 #(swap! seen conj (- (double (t/now c)) 10)))
      (t/advance c 30)
      (is (= [3.0 13.0 23.0] @seen)))))

(deftest period-of-zero-is-refused
  (is (thrown? AssertionError (t/with-clock (t/mock-clock) (t/every 0 (fn [])))))
  (is (thrown? IllegalArgumentException (t/every 0 (fn [])))))

(deftest at-goes-by-the-clock
  (let [c (t/mock-clock 1000)]
    (t/with-clock c
      (let [d (t/at 1500 (constantly :done))]
        (t/advance c 499)
        (is (= ::pending (value d)))
        (t/advance c 1)
        (is (= :done (value d))))
      (is (= :past (value (t/at 1 (constantly :past)))))))
  (is (= :past (deref (t/at 0 (constantly :past)) 20000 nil))))

(deftest clock-is-read-when-the-timer-is-made
  (let [c (t/mock-clock)
        d (t/with-clock c (t/in 10 (constantly :done)))]
    (t/advance c 10)
    (is (= :done (value d)))))

(deftest engine-asks-the-dynamic-var
  (let [c (t/mock-clock)]
    (is (instance? SystemClock (CurrentClock/get)))
    (t/with-clock c
      (is (identical? c (CurrentClock/get))))))

(deftest real-clock-calls-off-the-timer-thread
  (let [names (LinkedBlockingQueue.)
        d (t/in 1 #(.add names (.getName (Thread/currentThread))))]
    (is (true? (deref d 20000 nil)))
    (is (re-matches #"manifold-scheduler-pool-\d+" (.poll names 20 TimeUnit/SECONDS)))))

;; T7, issue 148: nested waits for timers deadlocked.
(deftest timer-function-may-wait-for-another-timer
  (let [f (fn f [n] (if (zero? n) :bottom (deref (t/in 0.1 #(f (dec n))) 20000 :stuck)))]
    (is (= :bottom (f 20)))))

(deftest cancel-of-the-real-clock-is-a-boolean
  (let [stop (t/every 1e6 1e6 (fn []))]
    (is (true? (stop)))
    (is (false? (stop)))))

(deftest scheduled-executor-serves-as-a-clock
  (let [e (Executors/newScheduledThreadPool 1)]
    (try
      (t/with-clock (t/scheduled-executor->clock e)
        (let [thread (deref (t/in 1 #(Thread/currentThread)) 20000 nil)]
          (is (re-find #"pool-\d+-thread-1" (.getName ^Thread thread))))
        (is (thrown? TimeoutException
                     @(weir.deferred.Deferreds/timeout (weir.deferred.Deferred/create) 1))))
      (finally
        (.shutdownNow ^ScheduledExecutorService e)))))

(defn- foreign-clock
  "A clock by somebody else, which notes what it is asked and never runs anything."
  [asked]
  (reify
    IClock
    (in [_ interval f] (swap! asked conj [:in interval]) #(swap! asked conj :cancelled))
    (every [_ delay period f] (swap! asked conj [:every delay period]) (constantly :stopped))
    t/IMockClock
    (now [_] 77)
    (advance [_ _])))

(deftest foreign-clock-is-accepted
  (let [asked (atom [])
        c (foreign-clock asked)]
    (t/with-clock c
      (let [d (t/in 5 (fn []))]
        (.success ^IMutableDeferred d 1))
      (is (= :stopped ((t/every 7 3 (fn []))))))
    (is (= [[:in 5.0] :cancelled [:every 3.0 7.0]] @asked))
    (is (= 77.0 (CurrentClock/now c)))))

(deftype OwnMock [])

(deftest mock-clock-protocol-can-be-extended
  (is (satisfies? t/IMockClock (t/mock-clock)))
  (extend-protocol t/IMockClock
    OwnMock
    (now [_] :extended)
    (advance [_ _]))
  (is (= :extended (t/now (OwnMock.)))))

;; The laws of the mock clock against a model: a sorted list of [time order].
(deftest mock-clock-runs-what-is-due-by-time-then-order
  (let [result (tc/quick-check
                200
                (prop/for-all [delays (gen/vector (gen/choose 1 20))
                               steps (gen/vector (gen/choose 0 7))]
                  (let [c (t/mock-clock)
                        seen (atom [])]
                    (t/with-clock c
                      (dorun (map-indexed
                              (fn [i delay] (t/in delay #(swap! seen conj [(t/now c) i])))
                              delays)))
                    (run! #(t/advance c %) steps)
                    (= @seen
                       (->> (map-indexed (fn [i delay] [(double delay) i]) delays)
                            (filter #(<= (double (first %)) (double (reduce + steps))))
                            sort)))))]
    (is (:pass? result) (pr-str (:shrunk result)))))
