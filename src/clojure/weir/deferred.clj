(ns weir.deferred
  "What deferreds can do beyond Manifold's, for those that ask for it: cancellation that goes upstream,
  and functions that see the context of the thread that gave them away."
  (:refer-clojure :exclude [future])
  (:import
   (java.util.concurrent Callable Executor)
   (manifold.deferred IMutableDeferred)
   (weir.deferred Cancelable Context ContextCarrier ContextCarrier$Scope Conveyed)
   (weir.executor Pools)))

(set! *warn-on-reflection* true)

(defn cancelable
  "Returns a deferred of the outcome of `x` whose producer hears when nobody waits for it any more:
  when it, or a result that waits for it, is realized before `x` is (by `timeout!`, by `success!`, as
  the loser of `alt`, beside the first error of `zip`), then `x` is put into error with a
  CancellationException, and `on-cancel`, a function without arguments, is called.

  What `chain`, `catch`, `finally`, `loop`, `zip` and `alt` make of it is cancelable too, if it is the
  first that they wait for. Mark what has one consumer: whoever gives up first cancels for all."
  ([x] (Cancelable/from x))
  ([x on-cancel] (Cancelable/from x ^Runnable on-cancel)))

(defn cancel!
  "Puts the deferred `d` into error with a CancellationException. Returns false when it was realized or
  claimed before."
  [^IMutableDeferred d]
  (Cancelable/cancel d))

(defn ^:no-doc supply [executor f]
  (Cancelable/supply ^Executor executor ^Callable f))

(defmacro future-with
  "Like `manifold.deferred/future-with`, but cancelable: when the result is realized first, the body is
  skipped, or the thread that evaluates it is interrupted."
  [executor & body]
  `(supply ~executor (Conveyed/of (^{:once true} fn* [] ~@body))))

(defmacro future
  "Like `future-with` on the execute pool."
  [& body]
  `(future-with (Pools/executePool) ~@body))

(defn bindings
  "Returns a carrier, for `convey!`, of Clojure's dynamic bindings."
  []
  (ContextCarrier/bindings))

(defn mdc
  "Returns a carrier, for `convey!`, of slf4j's mapped diagnostic context."
  []
  (ContextCarrier/mdc))

(defn carrier
  "Returns a carrier, for `convey!`, of anything that belongs to a thread. `capture`, a function without
  arguments, returns what the calling thread has; `enter`, a function of that, gives it to another
  thread and returns a function without arguments that gives the thread its own back."
  [capture enter]
  (reify ContextCarrier
    (capture [_] (capture))
    (enter [_ captured]
      (let [leave (enter captured)]
        (reify ContextCarrier$Scope
          (close [_] (leave)))))))

(defn convey!
  "From now on, functions given to `chain`, `catch`, `on-realized`, `consume`, `map` and all the others
  are called with what `carriers` found on the thread that gave them, whatever thread calls them. Replaces
  the carriers of an earlier call; without any, which is how programs start, nothing is conveyed. To be
  called when a program starts: threads may notice a later change late."
  [& carriers]
  (Context/convey (into-array ContextCarrier carriers)))

(defn carrying
  "Returns a function that calls `f` with what `convey!` conveys, as it is on this thread now: for
  threads and executors that take no deferred."
  [f]
  (if-let [context (Context/capture)]
    (fn [& args]
      (let [^ContextCarrier$Scope scope (.enter context)]
        (try
          (apply f args)
          (finally
            (.close scope)))))
    f))
