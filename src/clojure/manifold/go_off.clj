(ns manifold.go-off
  "Blocks of code that wait for deferreds and streams as if these were plain values.

  Where the JVM has virtual threads, from version 21 on, each block runs on one of its own, so that
  waiting costs no thread. Elsewhere a block occupies a thread of its executor until it is done. As
  waiting is plain waiting, `<!` works everywhere inside: in functions, in `for`, in `map`."
  (:import
    [manifold.stream.core IEventSource]
    [weir.deferred Coercion Conveyed Deferred Deferreds]
    [weir.executor CurrentExecutor Pools VirtualThreads]
    [weir.options Arguments]))

(set! *warn-on-reflection* true)

(def ^:private ^ThreadLocal inside-block (ThreadLocal.))

(defn- outcome
  "Waits for the deferred and returns its value or its error. Throws what is no outcome: an
  interrupt."
  [^Deferred d]
  (try
    (.await d)
    (catch Throwable t
      (if (.realized d) (.errorValue d t) (throw t)))))

(defn <!
  "Inside `go-off`, waits for a deferred, or anything that can be made one, and returns its value, or
  its error object. Takes one message from a source, nil at its end. Any other value is returned as
  it is."
  [deferred-or-stream]
  (assert (.get ^ThreadLocal inside-block) "<! used not in (go-off ...) block")
  (let [x (if (instance? IEventSource deferred-or-stream)
            (.take ^IEventSource deferred-or-stream nil false)
            deferred-or-stream)]
    (if (Coercion/isDeferrable x)
      (outcome (Deferreds/from x))
      x)))

(defmacro <!?
  "Like `<!`, but throws the value if it is a Throwable."
  [deferred-or-stream]
  `(let [x# (<! ~deferred-or-stream)]
     (if (instance? Throwable x#)
       (throw x#)
       x#)))

(defn- in-block
  "Runs on the thread of the block, which looks to code inside as it would on the executor."
  [^Deferred result body current]
  (let [before (CurrentExecutor/get)
        outer  (.get ^ThreadLocal inside-block)]
    (.set ^ThreadLocal inside-block true)
    (CurrentExecutor/set current)
    (try
      (Deferreds/connect (body) result)
      (catch Throwable t
        (.error result t))
      (finally
        (CurrentExecutor/set before)
        (.set ^ThreadLocal inside-block outer)))))

(defn ^:no-doc run-block
  "Runs `body` in a block on `executor`, or on a virtual thread that is started from there."
  [executor body]
  (let [current (CurrentExecutor/get)
        result  (Deferred/create)
        run     (fn [] (in-block result body current))]
    (.execute (Arguments/executor "executor" executor)
      (if (VirtualThreads/available)
        (fn [] (.start (VirtualThreads/unstarted "manifold-go-off" run)))
        run))
    result))

(defmacro go-off-with
  "Like `go-off`, on the given executor, which where there are virtual threads only starts the one
  of the block."
  [executor & body]
  `(run-block ~executor (Conveyed/of (^{:once true} fn* [] ~@body))))

(defmacro go-off
  "Evaluates the body, which may wait with `<!` and `<!?`, on the execute pool or a virtual thread,
  with the dynamic bindings of the caller. Returns a deferred of its value, flattened. Realizing that
  from outside does not stop the body."
  [& body]
  `(go-off-with (Pools/executePool) ~@body))
