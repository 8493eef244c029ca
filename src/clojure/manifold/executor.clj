(ns manifold.executor
  "Which thread runs what: the executor of the current thread, executors that measure themselves, and
  the two pools of the process.

  What differs from Manifold: executors are `weir.executor.InstrumentedExecutor`s and statistics are
  `weir.executor.Stats`, not classes of Dirigiste, which is not required. Method names and units are
  the same. A `:controller` implements `weir.executor.Controller`. Where `io.aleph/dirigiste` is on
  the class path, its `Executor$Controller`s are accepted as well, and its `Stats$Metric`s in
  `:metrics`. `virtual-executor` is new."
  (:import
   [clojure.lang IDeref]
   [java.util EnumSet]
   [java.util.concurrent ExecutorService ThreadFactory]
   [java.util.function Consumer]
   [weir.executor Controller CurrentExecutor DaemonThreads ExecutorBuilder Metric Pools Stats
    StatsListeners]
   [weir.options Arguments]))

(set! *warn-on-reflection* true)

(def ^ThreadLocal executor-thread-local
  "Holds the current executor. Not inherited by new threads."
  CurrentExecutor/THREAD_LOCAL)

(defn executor
  "Returns the current executor, to which deferreds and streams made on this thread attach, or nil."
  []
  (CurrentExecutor/get))

(defmacro with-executor
  "Runs `body` with `executor`, which may be nil, as the current one."
  [executor & body]
  `(let [before# (CurrentExecutor/get)]
     (CurrentExecutor/set (Arguments/executorOrNil "executor" ~executor))
     (try
       ~@body
       (finally
         (CurrentExecutor/set before#)))))

;; Classes that were defined at a REPL are visible only from the loader of such code.
(def ^:private ^ClassLoader library-loader (.getClassLoader (class executor)))
(DaemonThreads/contextLoader library-loader)

(defn- new-thread [group target name stack-size]
  (Thread. ^ThreadGroup group ^Runnable target ^String name (long stack-size)))

(defn ^ThreadFactory thread-factory
  "Returns a ThreadFactory.

  name-generator   - called for the name of each thread
  executor-promise - dereferenced on the new thread; its value is the current executor there
  stack-size       - in bytes (default 0, unspecified)
  daemon?          - whether threads are daemons (default true)
  new-thread-fn    - function of group (always nil), target, name and stack size that makes the
                     thread (default a plain Thread)"
  ([name-generator executor-promise]
   (thread-factory name-generator executor-promise 0 true new-thread))
  ([name-generator executor-promise stack-size]
   (thread-factory name-generator executor-promise stack-size true new-thread))
  ([name-generator executor-promise stack-size daemon?]
   (thread-factory name-generator executor-promise stack-size daemon? new-thread))
  ([name-generator executor-promise stack-size daemon? new-thread-fn]
   (let [name-generator (Arguments/function "name-generator" name-generator)
         executor-promise (Arguments/instance
                           IDeref "executor-promise" executor-promise "a promise of an executor")
         stack-size (if stack-size (Arguments/whole "stack-size" stack-size) 0)
         new-thread-fn (Arguments/function "new-thread-fn" new-thread-fn)]
     (reify ThreadFactory
       (newThread [_ runnable]
         (let [target (fn []
                        (CurrentExecutor/set (Arguments/executorOrNil "value of executor-promise"
                                                                      @executor-promise))
                        (.run runnable))
               thread (new-thread-fn nil target (str (name-generator)) stack-size)]
           (doto ^Thread (Arguments/instance Thread "result of new-thread-fn" thread "a Thread")
             (.setDaemon (boolean daemon?))
             (.setContextClassLoader library-loader))))))))

(def ^:private latency? #{Metric/QUEUE_LATENCY Metric/TASK_LATENCY})

(defn- metric-key [^Metric metric]
  (keyword (.replace (.toLowerCase (.name metric)) \_ \-)))

(defn- quantile-map [^Stats s metric quantiles]
  (let [unit (if (latency? metric) 1e6 1.0)]
    (reduce (fn [m q]
              (assoc m q (/ (.get s metric (double q)) (double unit))))
            {}
            quantiles)))

(defn- to-map [^Stats s quantiles]
  (reduce (fn [m metric]
            (assoc m (metric-key metric) (quantile-map s metric quantiles)))
          {:num-workers (.getNumWorkers s)}
          (.getMetrics s)))

(defn stats->map
  "Converts statistics to a map of `:num-workers` and, as far as they were measured, `:queue-length`,
  `:queue-latency` and `:task-latency` (both from submission on, in ms), `:task-arrival-rate`,
  `:task-completion-rate` and `:task-rejection-rate` (per second), and `:utilization`. Each of the
  latter is a map of quantile to double."
  ([stats]
   (stats->map stats [0.5 0.9 0.95 0.99 0.999]))
  ([stats quantiles]
   (to-map (Arguments/instance
            Stats "stats" stats "statistics, as `getStats` of an executor returns them")
           quantiles)))

(defn- ^Consumer stats-consumer [place callback]
  (let [callback (Arguments/function place callback)]
    (reify Consumer
      (accept [_ s] (callback (stats->map s))))))

(defn- ->metrics
  "An EnumSet of Metrics from `:none` or a collection of enum constants, of whatever class, by name."
  [metrics]
  (let [out (EnumSet/noneOf Metric)]
    (when-not (= :none metrics)
      (when-not (and (instance? Iterable metrics) (every? #(instance? Enum %) metrics))
        (throw (Arguments/illegal ":metrics" metrics "an EnumSet of weir.executor.Metric, or :none")))
      (run! (fn [^Enum m] (.add out (Metric/valueOf (.name m)))) metrics))
    out))

(def ^:private stats-options
  #{:stats-callback :sample-period :control-period :metrics :onto?})

(def ^:private pool-options
  (conj stats-options :thread-factory :initial-thread-count))

(defn- report-unknown [place options known]
  (when-not (or (nil? options) (map? options))
    (throw (Arguments/illegal (str "options of " place) options "a map, or nil")))
  (when-not (every? known (keys options))
    ;; Not required above: this namespace is loaded by everyone, and hardly anyone gets here.
    ((requiring-resolve 'weir.options/report-unknown!) place options known)))

(defn- configure ^ExecutorBuilder
  [^ExecutorBuilder builder {:keys [thread-factory queue-length stats-callback sample-period
                                    control-period metrics initial-thread-count onto?]}]
  (when thread-factory
    (.threadFactory builder (Arguments/instance ThreadFactory ":thread-factory" thread-factory
                                                "a java.util.concurrent.ThreadFactory")))
  (when queue-length (.queueLength builder (Arguments/wholeInt ":queue-length" queue-length)))
  (when stats-callback (.statsListener builder (stats-consumer ":stats-callback" stats-callback)))
  (when sample-period (.samplePeriod builder (Arguments/decimal ":sample-period" sample-period)))
  (when control-period (.controlPeriod builder (Arguments/decimal ":control-period" control-period)))
  (when metrics (.metrics builder (->metrics metrics)))
  (when initial-thread-count
    (.initialThreads builder (Arguments/wholeInt ":initial-thread-count" initial-thread-count)))
  (when (some? onto?) (.onto builder (boolean onto?)))
  builder)

(defn ^ExecutorService instrumented-executor
  "Returns an ExecutorService that measures itself and asks a controller how many threads to have.

  :controller           - a `weir.executor.Controller` (required)
  :thread-factory       - makes the threads (default daemons named `manifold-pool-<n>-<i>`)
  :queue-length         - how many tasks may wait for a thread (default 0). When that many wait and
                          the controller does not allow another thread, a task is refused with a
                          RejectedExecutionException
  :stats-callback       - called with a map as of `stats->map` once per control period
  :sample-period        - ms between two samples (default 25)
  :control-period       - ms between two decisions of the controller (default 10000)
  :metrics              - an EnumSet of `weir.executor.Metric`, or `:none` (default all)
  :initial-thread-count - threads at the start (default 1)
  :onto?                - whether its threads have it as their current executor (default true; no
                          effect with a `:thread-factory`)

  What a task throws is logged."
  [options]
  (report-unknown "instrumented-executor" options (conj pool-options :controller :queue-length))
  (assert (:controller options) "instrumented-executor requires a :controller")
  (.build (configure (ExecutorBuilder/controlledBy (Controller/of (:controller options))) options)))

(defn ^ExecutorService fixed-thread-executor
  "Returns an ExecutorService with `num-threads` threads, all there from the beginning. Options are
  those of `instrumented-executor`, without `:controller`; `:queue-length` is unbounded by default."
  ([num-threads]
   (fixed-thread-executor num-threads nil))
  ([num-threads options]
   (report-unknown "fixed-thread-executor" options (conj pool-options :queue-length))
   (.build (configure (ExecutorBuilder/fixed (Arguments/wholeInt "num-threads" num-threads)) options))))

(defn ^ExecutorService utilization-executor
  "Returns an ExecutorService that makes a thread whenever a task finds all of them busy, and shrinks
  by at most a quarter per control period towards `utilization`, the part of its threads that should
  be busy, up to 1. It has no queue: beyond `max-threads` (default unbounded) tasks are refused.
  Options are those of `instrumented-executor`, without `:controller` and `:queue-length`."
  ([utilization]
   (utilization-executor utilization Integer/MAX_VALUE nil))
  ([utilization max-threads]
   (utilization-executor utilization max-threads nil))
  ([utilization max-threads options]
   (report-unknown "utilization-executor" options pool-options)
   (.build (configure (ExecutorBuilder/utilization (Arguments/decimal "utilization" utilization)
                                                 (Arguments/wholeInt "max-threads" max-threads))
                      (dissoc options :queue-length)))))

(defn ^ExecutorService virtual-executor
  "Returns an ExecutorService that runs each task on a virtual thread of its own, without bound. Needs
  JDK 21 or later, else throws UnsupportedOperationException.

  :name-prefix - threads are named by it and a number (default \"manifold-virtual-\")
  :stats-callback :sample-period :control-period :metrics :onto? - as in `instrumented-executor`"
  ([]
   (virtual-executor nil))
  ([options]
   (report-unknown "virtual-executor" options (conj stats-options :name-prefix))
   (.build (configure (ExecutorBuilder/virtual (str (:name-prefix options "manifold-virtual-")))
                      (select-keys options stats-options)))))

(defn wait-pool
  "Returns the pool whose threads only wait for foreign blocking things. Made on first use, unbounded;
  of virtual threads where the JVM has them."
  []
  (Pools/waitPool))

(defn execute-pool
  "Returns the pool that runs the bodies of `manifold.deferred/future`. Made on first use, unbounded."
  []
  (Pools/executePool))

(def ^:private wait-callbacks (atom {}))
(def ^:private execute-callbacks (atom {}))

(defn- register [callbacks ^StatsListeners listeners c]
  (let [all (swap! callbacks update c #(or % (stats-consumer "c" c)))]
    (.add listeners (get all c))
    (set (keys all))))

(defn- unregister [callbacks ^StatsListeners listeners c]
  (let [[before after] (swap-vals! callbacks dissoc c)]
    (.remove listeners (get before c))
    (set (keys after))))

(defn register-wait-pool-stats-callback
  "Has `c` called with a map of the wait pool's statistics, as of `stats->map`, every ten seconds.
  Returns the set of callbacks."
  [c]
  (register wait-callbacks (Pools/waitPoolListeners) c))

(defn unregister-wait-pool-stats-callback
  "Undoes `register-wait-pool-stats-callback`. Returns the set of callbacks."
  [c]
  (unregister wait-callbacks (Pools/waitPoolListeners) c))

(defn register-execute-pool-stats-callback
  "Has `c` called with a map of the execute pool's statistics, as of `stats->map`, every ten seconds.
  Returns the set of callbacks."
  [c]
  (register execute-callbacks (Pools/executePoolListeners) c))

(defn unregister-execute-pool-stats-callback
  "Undoes `register-execute-pool-stats-callback`. Returns the set of callbacks."
  [c]
  (unregister execute-callbacks (Pools/executePoolListeners) c))
