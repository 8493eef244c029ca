(ns aleph.flow
  "Pools of objects with limits and statistics, and the executors of `manifold.executor`."
  (:require
   [manifold.deferred :as d]
   [manifold.executor :as executor]
   [weir.options :as o])
  (:import
   (java.util Map)
   (java.util.concurrent TimeUnit)
   (java.util.function BiConsumer Consumer Function)
   (weir.executor KeyedPool KeyedPool$Acquirer ObjectPool ObjectPool$Options PoolController)))

(set! *warn-on-reflection* true)

(def ^{:arglists '([options])} instrumented-executor
  "See `manifold.executor/instrumented-executor`."
  executor/instrumented-executor)

(def ^{:arglists '([utilization] [utilization max-threads] [utilization max-threads options])}
  utilization-executor
  "See `manifold.executor/utilization-executor`."
  executor/utilization-executor)

(def ^{:arglists '([num-threads] [num-threads options])} fixed-thread-executor
  "See `manifold.executor/fixed-thread-executor`."
  executor/fixed-thread-executor)

(defn- stats-consumer ^Consumer [callback]
  (reify Consumer
    (accept [_ stats]
      (callback (into {} (map (fn [[k s]] [k (executor/stats->map s)])) ^Map stats)))))

(defn- nanos [options k dflt]
  (let [ms (get options k dflt)]
    (.toNanos TimeUnit/MILLISECONDS
              (o/check k ms (and (number? ms) (<= 1 ms)) "a number of ms, 1 or more"))))

(defn instrumented-pool
  "Returns a pool of objects by key.

  | key | meaning (default)
  |:----|:----
  | `:generate` | function from a key to a new object (required)
  | `:destroy` | function of a key and an object that is dropped
  | `:controller` | a weir.executor.PoolController, or one of Dirigiste's for pools (required)
  | `:max-queue-size` | how many may wait for an object of a key; with 0 they fail at once (65536)
  | `:stats-callback` | called once per control period with a map of key to statistics
  | `:sample-period` | ms between two samples (10)
  | `:control-period` | ms between two decisions of the controller (10000)"
  [{:keys [generate destroy stats-callback max-queue-size controller] :as options}]
  (assert controller "instrumented-pool requires a :controller")
  (assert generate "instrumented-pool requires :generate")
  (ObjectPool.
   (ObjectPool$Options.
    (reify Function (apply [_ k] (generate k)))
    (when destroy
      (reify BiConsumer (accept [_ k x] (destroy k x))))
    (PoolController/of controller)
    (int (if (nil? max-queue-size)
           65536
           (o/check :max-queue-size max-queue-size (nat-int? max-queue-size) "0 or more")))
    (nanos options :sample-period 10)
    (nanos options :control-period 10000)
    (some-> stats-callback stats-consumer))))

(defn acquire
  "Returns a deferred of an object of the pool, which has to be given back by `release` or `dispose`. If
  somebody else realizes the deferred first, the object goes to the next. `p` is what
  `instrumented-pool` has returned, another weir.executor.KeyedPool, or one of Dirigiste's."
  [p k]
  (let [result (d/deferred nil)]
    (.acquire (KeyedPool/of p) k
              (reify KeyedPool$Acquirer
                (take [_ x] (boolean (d/success! result x)))
                (fail [_ cause] (d/error! result cause))))
    result))

(defn release
  "Gives an object back to its pool."
  [p k obj]
  (.release (KeyedPool/of p) k obj))

(defn dispose
  "Drops an object of a pool for good."
  [p k obj]
  (.dispose (KeyedPool/of p) k obj))
