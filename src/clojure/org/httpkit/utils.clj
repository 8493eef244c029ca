(ns org.httpkit.utils
  "Workers, which run handlers and callbacks, and what this JVM can do."
  (:require
   [weir.options :as o])
  (:import
   (java.util Map)
   (java.util.concurrent ArrayBlockingQueue BlockingQueue ExecutorService LinkedBlockingQueue
                         ThreadPoolExecutor TimeUnit)
   (org.httpkit PrefixThreadFactory)
   (org.httpkit.logger EventNames)
   (weir.executor VirtualThreads)))

(set! *warn-on-reflection* true)

(defmacro compile-if
  "Expands to `then` if `test` is true when it is evaluated at expansion time, else to `else`. An
  exception counts as false."
  [test then else]
  (if (try (eval test) (catch Throwable _ false)) then else))

(defn java-version>=
  "Returns whether this JVM is of feature release `n` or later."
  [n]
  (>= (.feature (Runtime/version)) (long n)))

(defn have-virtual-threads?
  "Returns whether this JVM has virtual threads: 21 and later."
  []
  (VirtualThreads/available))

(def ^:private known
  #{:allow-virtual? :n-min-threads :n-max-threads :n-threads :queue-type :queue-size :prefix
    :n-min-threads-factor :n-max-threads-factor :keep-alive-msecs})

(defn- n-cores []
  (.availableProcessors (Runtime/getRuntime)))

(defn- threads [opts k factor]
  (or (o/positive-int opts :n-threads)
      (o/positive-int opts k)
      (max 2 (long (* (long (n-cores)) (double factor))))))

(defn- queue ^BlockingQueue [type size]
  (case type
    :array (ArrayBlockingQueue. (int (or size 1024)))
    :linked (if size (LinkedBlockingQueue. (int size)) (LinkedBlockingQueue.))
    (throw (o/illegal :queue-type type ":array or :linked"))))

(defn- fixed-worker
  [{:keys [prefix queue-type keep-alive-msecs n-min-threads-factor n-max-threads-factor]
    :as opts}]
  (let [n-min (threads opts :n-min-threads (or n-min-threads-factor 1))
        n-max (max (long n-min) (long (threads opts :n-max-threads (or n-max-threads-factor 16))))
        size (o/positive-int opts :queue-size)
        type (or queue-type :array)
        q (queue type size)]
    {:type :fixed
     :n-cores (n-cores)
     :n-min-threads n-min
     :n-max-threads n-max
     :queue-type type
     :queue-size (or size :unbounded)
     :queue q
     :pool (ThreadPoolExecutor. (int n-min) (int n-max)
                                (long (or keep-alive-msecs 0)) TimeUnit/MILLISECONDS
                                q (PrefixThreadFactory. prefix))}))

(defn new-worker
  "Makes a worker: a map whose `:pool` is an ExecutorService. `user-opts` win over `internal-opts`.

  | key | meaning
  |:----|:----
  | `:allow-virtual?` | use one virtual thread for each task where the JVM has them (true); then there is no queue
  | `:n-min-threads`, `:n-max-threads`, `:n-threads` | how many threads; the last sets both
  | `:queue-type` | `:array` or `:linked`
  | `:queue-size` | how many tasks may wait; more are rejected
  | `:prefix` | how the names of threads begin"
  [internal-opts user-opts]
  (o/report-unknown! "org.httpkit.utils/new-worker" user-opts known)
  (let [{:keys [prefix allow-virtual?] :as opts} (merge {:prefix "http-kit-worker-"
                                                         :allow-virtual? true}
                                                        internal-opts user-opts)]
    (if (and allow-virtual? (have-virtual-threads?))
      {:type :virtual
       :n-cores (n-cores)
       :pool (VirtualThreads/perTask ^String prefix)}
      (fixed-worker opts))))

(defn ^:no-doc event-names
  "Returns option `:event-names` as a map from event ids to names."
  ^Map [{:keys [event-names]}]
  (cond
    (nil? event-names) {}
    (map? event-names) (into {} (map (fn [[k v]] [(name k) (str v)])) event-names)
    (instance? EventNames event-names) (.-replacements ^EventNames event-names)
    :else (throw (o/illegal :event-names event-names "a map, or an EventNames"))))

(defn ^:no-doc ^ExecutorService pool
  "Returns the ExecutorService that option `k` is, or is a delay of, or nil."
  [k x]
  (when-some [pool (if (instance? clojure.lang.IDeref x) @x x)]
    (o/check k pool #(instance? ExecutorService %) "an ExecutorService, or a delay of one")))
