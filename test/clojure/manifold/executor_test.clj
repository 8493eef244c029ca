(ns manifold.executor-test
  (:require [clojure.test :refer [deftest is testing]]
            [manifold.executor :as ex]
            [weir.options])
  (:import (java.util EnumSet)
           (java.util.concurrent Callable CountDownLatch CyclicBarrier ExecutorService Executor
                                 RejectedExecutionException ThreadFactory TimeUnit)
           (weir.executor Controller InstrumentedExecutor Metric VirtualThreads)))

(set! *warn-on-reflection* true)

(defmacro ^:private with-pool [[pool form] & body]
  `(let [~(with-meta pool {:tag `ExecutorService}) ~form]
     (try
       ~@body
       (finally
         (.shutdownNow ~pool)))))

(defn- call [^ExecutorService pool f]
  (.get (.submit pool ^Callable f) 20 TimeUnit/SECONDS))

(defn- controller [most]
  (reify Controller
    (shouldIncrement [_ n] (< n (long most)))
    (adjustment [_ _] 0)))

(deftest current-executor-is-bound-for-the-body-and-restored
  (is (nil? (ex/executor)))
  (let [e (reify Executor (execute [_ r] (.run r)))]
    (is (= :result
           (ex/with-executor e
             (is (identical? e (ex/executor)))
             (is (identical? e (.get ex/executor-thread-local)))
             (ex/with-executor nil
               (is (nil? (ex/executor))))
             (is (identical? e (ex/executor)))
             :result)))
    (is (thrown? IllegalStateException
                 (ex/with-executor e (throw (IllegalStateException. "on purpose")))))
    (is (nil? (ex/executor)))))

(deftest new-threads-do-not-inherit-the-executor
  (let [seen (promise)]
    (ex/with-executor (reify Executor (execute [_ r] (.run r)))
      (.start (Thread. ^Runnable (fn [] (deliver seen (ex/executor))))))
    (is (nil? (deref seen 20000 :none)))))

(defn- thread-facts [^ThreadFactory factory]
  (let [seen (promise)]
    (.start (.newThread factory
                        (fn []
                          (let [t (Thread/currentThread)]
                            (deliver seen {:name (.getName t)
                                           :daemon (.isDaemon t)
                                           :executor (ex/executor)
                                           :loader (.getContextClassLoader t)})))))
    (deref seen 20000 nil)))

(deftest thread-factory-names-threads-and-gives-them-the-promised-executor
  (let [n (atom 0)
        e (reify Executor (execute [_ r] (.run r)))
        factory (ex/thread-factory #(str "named-" (swap! n inc)) (deliver (promise) e))]
    (is (= {:name "named-1" :daemon true :executor e} (dissoc (thread-facts factory) :loader)))
    (is (= "named-2" (:name (thread-facts factory))))
    (is (instance? ClassLoader (:loader (thread-facts factory)))))
  (let [none (deliver (promise) nil)]
    (is (false? (:daemon (thread-facts (ex/thread-factory (constantly "x") none 0 false)))))
    (is (true? (:daemon (thread-facts (ex/thread-factory (constantly "x") none 0)))))
    (let [made (atom nil)
          factory (ex/thread-factory (constantly "own") none 65536 true
                                     (fn [group target name stack-size]
                                       (reset! made [group name stack-size])
                                       (Thread. ^Runnable target ^String name)))]
      (is (= "own" (:name (thread-facts factory))))
      (is (= [nil "own" 65536] @made)))))

(deftest threads-see-classes-defined-at-a-repl
  (let [loader (:loader (thread-facts (ex/thread-factory (constantly "x") (deliver (promise) nil))))]
    (is (some? (Class/forName "manifold.executor$executor" false loader)))))

;; T15, issue 152: it ran one task at a time for the first ten seconds.
(deftest fixed-thread-executor-uses-all-its-threads-at-once ; §10 defect
  (with-pool [pool (ex/fixed-thread-executor 5)]
    (let [together (CyclicBarrier. 6)]
      (dotimes [_ 5]
        (.execute pool #(.await together)))
      (is (int? (.await together 20 TimeUnit/SECONDS))))))

(deftest instrumented-executor-requires-a-controller
  (is (thrown? AssertionError (ex/instrumented-executor {})))
  (is (thrown? IllegalArgumentException (ex/instrumented-executor {:controller :fixed}))))

(deftest controller-of-dirigiste-is-accepted
  (with-pool [pool (ex/instrumented-executor
                    {:controller (reify io.aleph.dirigiste.Executor$Controller
                                   (shouldIncrement [_ _] false)
                                   (adjustment [_ _] 0))
                     :metrics (EnumSet/of io.aleph.dirigiste.Stats$Metric/UTILIZATION)})]
    (is (= 1 (call pool (constantly 1))))
    (is (= (EnumSet/of Metric/UTILIZATION) (.getMetrics ^InstrumentedExecutor pool)))))

(defn- occupy
  "Keeps `n` threads of the pool busy until the returned latch is counted down."
  [^ExecutorService pool n]
  (let [entered (CountDownLatch. n)
        release (CountDownLatch. 1)]
    (dotimes [_ n]
      (.execute pool #(do (.countDown entered) (.await release))))
    (is (.await entered 20 TimeUnit/SECONDS))
    release))

(deftest full-queue-without-permission-to-grow-refuses
  (doseq [queue-length [0 3 2000]]
    (testing (str "queue of " queue-length)
      (with-pool [pool (ex/instrumented-executor
                        {:controller (controller 2)
                         :initial-thread-count 2
                         :queue-length queue-length})]
        (let [^CountDownLatch release (occupy pool 2)]
          (dotimes [_ queue-length]
            (.execute pool (fn [])))
          (is (thrown? RejectedExecutionException (.execute pool (fn []))))
          (.countDown release))))))

(deftest onto-makes-pool-threads-carry-the-executor
  (with-pool [pool (ex/fixed-thread-executor 1)]
    (is (identical? pool (call pool ex/executor))))
  (with-pool [pool (ex/fixed-thread-executor 1 {:onto? false})]
    (is (nil? (call pool ex/executor))))
  (with-pool [pool (ex/utilization-executor 0.9 2 {:onto? false})]
    (is (nil? (call pool ex/executor)))))

(deftest own-thread-factory-decides-names-and-executor
  (let [self (promise)]
    (with-pool [pool (ex/fixed-thread-executor
                      1 {:thread-factory (ex/thread-factory (constantly "mine") self)})]
      (deliver self pool)
      (is (= "mine" (call pool #(.getName (Thread/currentThread)))))
      (is (identical? pool (call pool ex/executor)))))
  (with-pool [pool (ex/fixed-thread-executor 1)]
    (is (re-matches #"manifold-pool-\d+-0" (call pool #(.getName (Thread/currentThread)))))))

(deftest utilization-executor-grows-to-its-maximum-and-has-no-queue
  (with-pool [pool (ex/utilization-executor 0.9 3 {:queue-length 10})]
    (let [^CountDownLatch release (occupy pool 3)]
      (is (thrown? RejectedExecutionException (.execute pool (fn []))))
      (.countDown release))))

(deftest stats-callback-gets-a-map-each-control-period
  (let [seen (promise)]
    (with-pool [pool (ex/fixed-thread-executor
                      2 {:sample-period 1
                         :control-period 5
                         :stats-callback #(when (:utilization %) (deliver seen %))})]
      (call pool (constantly 1))
      (let [m (deref seen 20000 nil)]
        (is (= 2 (:num-workers m)))
        (is (= #{:num-workers :queue-length :queue-latency :task-latency :task-arrival-rate
                 :task-completion-rate :task-rejection-rate :utilization}
               (set (keys m))))
        (is (= [0.5 0.9 0.95 0.99 0.999] (sort (keys (:task-latency m)))))
        (is (every? double? (vals (:task-latency m))))))))

(deftest stats-hold-what-was-asked-for
  (with-pool [pool (ex/fixed-thread-executor 3 {:metrics :none})]
    (is (= {:num-workers 3} (ex/stats->map (.getStats ^InstrumentedExecutor pool)))))
  (with-pool [pool (ex/fixed-thread-executor 1 {:metrics (EnumSet/of Metric/TASK_LATENCY)})]
    (let [before (System/nanoTime)]
      (call pool #(do (Thread/yield) 1))
      ;; The worker notes the time after it has completed the future.
      (call pool (constantly 2))
      (let [m (ex/stats->map (.getStats ^InstrumentedExecutor pool) [1])
            most (/ (- (System/nanoTime) before) 1e6)]
        (is (= #{:num-workers :task-latency} (set (keys m))))
        (is (< 0 (get-in m [:task-latency 1]) most) "latencies are in ms")))))

(deftest global-pools-are-the-same-each-time
  (is (identical? (ex/wait-pool) (ex/wait-pool)))
  (is (identical? (ex/execute-pool) (ex/execute-pool)))
  (is (re-matches #"manifold-wait-\d+" (call (ex/wait-pool) #(.getName (Thread/currentThread)))))
  (is (re-matches #"manifold-execute-\d+"
                  (call (ex/execute-pool) #(.getName (Thread/currentThread))))))

(deftest pool-callbacks-are-added-and-removed
  (let [f (fn [_]) g (fn [_])]
    (doseq [[add remove] [[ex/register-wait-pool-stats-callback
                           ex/unregister-wait-pool-stats-callback]
                          [ex/register-execute-pool-stats-callback
                           ex/unregister-execute-pool-stats-callback]]]
      (is (= #{f} (add f)))
      (is (= #{f} (add f)))
      (is (= #{f g} (add g)))
      (is (= #{g} (remove f)))
      (is (= #{g} (remove f)))
      (is (= #{} (remove g))))))

(deftest virtual-executor-is-there-where-the-jvm-has-virtual-threads
  (if (VirtualThreads/available)
    (with-pool [pool (ex/virtual-executor {:name-prefix "v-"})]
      (is (= "v-0" (call pool #(.getName (Thread/currentThread)))))
      (is (identical? pool (call pool ex/executor))))
    (is (thrown? UnsupportedOperationException (ex/virtual-executor)))))

(deftest misspelt-option-is-reported
  (let [reported (atom [])]
    (with-redefs [weir.options/report-unknown!
                  (fn [place options known]
                    (swap! reported conj [place (remove known (keys options))]))]
      (with-pool [_pool (ex/fixed-thread-executor 1 {:queue-lenght 5 :onto? true})])
      (with-pool [_pool (ex/utilization-executor 0.9 1 {:queue-length 5})]))
    (is (= [["fixed-thread-executor" [:queue-lenght]]
            ["utilization-executor" [:queue-length]]]
           @reported))))
