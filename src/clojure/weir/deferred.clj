(ns weir.deferred
  "What deferreds can do beyond Manifold's: cancellation that goes upstream, for those that ask for it."
  (:refer-clojure :exclude [future])
  (:import
   (java.util.concurrent Callable Executor)
   (manifold.deferred IMutableDeferred)
   (weir.deferred Cancelable Conveyed)
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
