(ns manifold.deferred
  "Deferreds: eventual values that may be realized once, by anybody, and composed. A thin layer over
  `weir.deferred`.

  Functions run where the value they need comes from: on the calling thread if it is there already,
  else on the thread that realizes it, or on the executor of the deferred that was waited for.

  What differs from the original: a stage of `chain` never runs once the result is realized; a
  deferred given as a stage is an error; `finally` takes plain values; inits of `loop` see earlier
  names, a wrong number of arguments to `recur` is an error of the result, and realizing the result
  ends the loop; `let-flow` waits for every binding, repeated names included, and passes a deferred
  on as such where it is marked with `as-deferred`; futures, promises and delays become full
  deferreds; `alt` of nothing is an error."
  (:refer-clojure :exclude [realized? loop future defn defn- defmacro defprotocol])
  (:require
    [weir.define :refer [defn defn- defmacro defprotocol]])
  (:import
    [manifold.deferred IDeferred]
    [weir.deferred Coercion Conveyed Deferred Deferreds DroppedErrors Expect Lenient Printing Recur]
    [weir.executor CurrentExecutor Pools]
    [weir.options Arguments]))

(set! *warn-on-reflection* true)

;;; Coercion

(defprotocol ^:private Deferrable
  (to-deferred [x] "Returns a deferred with the outcome of `x`."))

(Coercion/protocol extend #'Deferrable #'to-deferred)

(defn deferrable?
  "Returns true if `x` is a deferred or can be made one: a CompletionStage, a future, a promise, a
  delay, or anything that `Deferrable` was extended to."
  [x]
  (Coercion/isDeferrable x))

(defn deferred?
  "Returns true if `x` is a deferred."
  [x]
  (instance? IDeferred x))

(defn ->deferred
  "Returns `x` as a deferred. If there is no way to, returns `default-val`, or throws an
  IllegalArgumentException if none is given.

  Reading such a view asks the source. The first callback on a pending future, promise or delay
  makes a thread of the wait pool wait for it, which also is what forces a delay. Futures fail with
  an ExecutionException around the original one."
  ([x] (Coercion/requireDeferred x))
  ([x default-val] (Lenient/toDeferred x default-val)))

;;; Making and realizing

(def ^:no-doc true-deferred- Deferred/TRUE)
(def ^:no-doc false-deferred- Deferred/FALSE)
(def ^:no-doc nil-deferred- Deferred/NIL)

(defn deferred
  "Returns an unrealized deferred, which anybody may realize with `success!` or `error!`. Callbacks
  run on `executor`, by default the thread's current one; nil means the thread that realizes."
  ([] (DroppedErrors/create (CurrentExecutor/get)))
  ([executor] (DroppedErrors/create (Arguments/executorOrNil "executor" executor))))

(defn success-deferred
  "Returns a deferred that is realized with `val`."
  ([val] (Deferred/of val (CurrentExecutor/get)))
  ([val executor] (Deferred/of val (Arguments/executorOrNil "executor" executor))))

(defn error-deferred
  "Returns a deferred that is in error; `error` may be any value."
  ([error] (Deferred/failed error (CurrentExecutor/get)))
  ([error executor] (Deferred/failed error (Arguments/executorOrNil "executor" executor))))

(defn success!
  "Realizes the deferred with `x`, unless it is realized or claimed. Returns whether it did. Given
  the token of `claim!`, realizes the claimed deferred."
  ([deferred x] (.success (Expect/mutable deferred) x))
  ([deferred x claim-token] (.success (Expect/mutable deferred) x claim-token)))

(defn error!
  "Puts the deferred into error with `x`, unless it is realized or claimed. Returns whether it did.
  Given the token of `claim!`, does so to the claimed deferred."
  ([deferred x] (.error (Expect/mutable deferred) x))
  ([deferred x claim-token] (.error (Expect/mutable deferred) x claim-token)))

(defn claim!
  "Reserves the right to realize the deferred. Returns a token for `success!` and `error!`, or a
  falsy value if it is realized or claimed."
  [deferred]
  (.claim (Expect/mutable deferred)))

;;; Listening and looking

(defn listener
  "Returns a listener for `add-listener!`; one without `on-error` ignores errors."
  ([on-success] (listener on-success nil))
  ([on-success on-error]
    (Deferreds/listener (Arguments/functionOrNil "on-success" on-success)
      (Arguments/functionOrNil "on-error" on-error))))

(defn add-listener!
  "Registers a listener, which can be taken back with `cancel-listener!`. Returns true."
  [deferred listener]
  (.addListener (Expect/mutable deferred) listener))

(defn cancel-listener!
  "Takes back one registration of a listener. Returns false if there is none, or if the deferred is
  realized or claimed."
  [deferred listener]
  (.cancelListener (Expect/mutable deferred) listener))

(defn on-realized
  "Registers two functions of one argument, for the value and for the error. Returns the deferred."
  [x on-success on-error]
  (.onRealized (Expect/deferred x) on-success on-error)
  x)

(defn realized?
  "Returns true if the deferred has a value or an error."
  [x]
  (Expect/realized x))

(defn ^:no-doc success-value
  "Returns the value of the deferred, or `default-value` if it has none."
  [x default-value]
  (.successValue (Expect/deferred x) default-value))

(defn ^:no-doc error-value
  "Returns the error of the deferred, or `default-value` if it has none."
  [x default-value]
  (.errorValue (Expect/deferred x) default-value))

(defn- later
  "Calls a function whose namespace is loaded by the first call."
  [f & args]
  (apply (requiring-resolve f) args))

(defmacro ^:no-doc success-error-unrealized
  "Evaluates one of three clauses by what the deferred is now, with the value or error bound to the
  symbol before the clause."
  [deferred success-value success-clause error-value error-clause unrealized-clause]
  (later 'weir.deferred.macros/success-error-unrealized
    deferred success-value success-clause error-value error-clause unrealized-clause))

(defn unwrap
  "Replaces `x` by its value as long as it can be made a deferred that has one. Returns a plain
  value, or a deferred that is pending or in error."
  [x]
  (Deferreds/unwrap x))

(defn unwrap'
  "Like `unwrap`, for deferreds only."
  [x]
  (Deferreds/unwrapRaw x))

;;; Composing

(defn connect
  "Carries the outcome of `a`, with all its layers peeled off, into the deferred `b`. Returns false
  if `b` is realized already."
  [a b]
  (Deferreds/connect a (Expect/target b)))

(defn onto
  "Returns a deferred with the outcome of `d` whose callbacks run on `executor`. So do functions
  composed with it, even if it is realized by then."
  [d executor]
  (Deferreds/onto d (Arguments/executorOrNil "executor" executor)))

(defn ^:no-doc chain-
  "Like `chain`, but realizes the deferred `d` if it is not nil."
  [d x & fs]
  (Lenient/chainInto d x (object-array fs)))

(defn ^:no-doc chain'-
  "Like `chain'`, but realizes the deferred `d` if it is not nil."
  [d x & fs]
  (Lenient/chainRawInto d x (object-array fs)))

(defn chain
  "Calls `f` with the value of `x`, the next function with the value of what that returned, and so
  on; returns a deferred of the last one. Waits for everything that can be made a deferred. What a
  function throws is the error of the result, and skips the rest. If nothing is pending, all
  functions have run, on the calling thread, when this returns. Realizing the result from outside
  skips the functions that have not run."
  {:arglists '([x] [x f] [x f g] [x f g & fs])}
  ([x] (Deferreds/chain x))
  ([x f] (Deferreds/chain x f))
  ([x f g] (Deferreds/chain x f g))
  ([x f g h] (Deferreds/chain x f g h))
  ([x f g h & fs] (Deferreds/chainInto nil x (object-array (list* f g h fs)))))

(defn chain'
  "Like `chain`, but waits for deferreds only; a future or promise is passed on as it is."
  {:arglists '([x] [x f] [x f g] [x f g & fs])}
  ([x] (Deferreds/chainRaw x))
  ([x f] (Deferreds/chainRaw x f))
  ([x f g] (Deferreds/chainRaw x f g))
  ([x f g h] (Deferreds/chainRaw x f g h))
  ([x f g h & fs] (Deferreds/chainRawInto nil x (object-array (list* f g h fs)))))

(defn catch
  "Calls `error-handler` with the error of `x` if it is of `error-class`, and takes its result, or
  that of the deferred it returns, in place of the error. Without a class, or with nil, handles
  every error, also those that are not Throwable. Returns `x` if it cannot be made a deferred.

  A future fails with an ExecutionException whose cause is the original one."
  ([x error-handler] (Lenient/recover x nil error-handler))
  ([x error-class error-handler] (Lenient/recover x error-class error-handler)))

(defn catch'
  "Like `catch`, for deferreds only; anything else becomes a deferred of itself."
  ([x error-handler] (Deferreds/recoverRaw x nil (Expect/handler error-handler)))
  ([x error-class error-handler]
    (Deferreds/recoverRaw x (Expect/errorClass error-class) (Expect/handler error-handler))))

(defn finally
  "Calls `f`, a function without arguments, once `x` has a value or an error. The outcome goes on,
  unless `f` throws; what `f` returns is ignored."
  [x f]
  (Deferreds/finallyDo x (Arguments/function "f" f)))

(defn finally'
  "Like `finally`, for deferreds only; anything else counts as realized."
  [x f]
  (Deferreds/finallyDoRaw x (Arguments/function "f" f)))

(defn zip
  "Returns a deferred of the sequence of all values. The first error is that of the result."
  [& vals]
  (Deferreds/zip (object-array vals)))

(defn zip'
  "Like `zip`, for deferreds only; anything else counts as realized."
  [& vals]
  (Deferreds/zipRaw (object-array vals)))

(defn alt
  "Returns a deferred of the first outcome, be it a value or an error. A plain value counts as
  realized; of several that are realized each is as likely as the others."
  [& vals]
  (Deferreds/alt (object-array vals)))

(defn alt'
  "Like `alt`, for deferreds only; anything else counts as realized."
  [& vals]
  (Deferreds/altRaw (object-array vals)))

(defn timeout!
  "Realizes the deferred `d` if it has no outcome within `interval` milliseconds: with
  `timeout-value`, or with a `java.util.concurrent.TimeoutException` as error. Does nothing if
  `interval` is nil or `d` is no deferred. Returns `d`."
  ([d interval] (Lenient/timeout d interval))
  ([d interval timeout-value] (Lenient/timeout d interval timeout-value)))

;;; Running

(defmacro future-with
  "Evaluates the body on `executor`, with the dynamic bindings of the caller. Returns a deferred of
  the result; realizing that before the body starts skips the body."
  [executor & body]
  `(Deferreds/supply (Arguments/executor "executor" ~executor) (Conveyed/of (^{:once true} fn* [] ~@body))))

(defmacro future
  "Evaluates the body on the execute pool; like `clojure.core/future`, but returns a deferred."
  [& body]
  `(future-with (Pools/executePool) ~@body))

(defn recur
  "Returned from the body of `loop`, or as the value of a deferred that is: runs the body again."
  {:arglists '([& args])}
  ([] (Recur/none))
  ([a] (Recur/single a))
  ([a b] (Recur/pair a b))
  ([a b & more] (Recur/of (object-array (list* a b more)))))

(defmacro loop
  "Like `clojure.core/loop`, except that `manifold.deferred/recur` goes round and that the body may
  return a deferred, which is waited for. Returns a deferred of the final value. Realizing that from
  outside, as `timeout!` does, ends the loop before the next round."
  [bindings & body]
  (later 'weir.deferred.macros/deferred-loop bindings body))

;;; let-flow

(defmacro as-deferred
  "Inside `let-flow`, stands for the deferred that was bound to `name`, and does not wait for it:

    (let-flow [a (fetch :a)
               b (fetch :b)
               first (alt (as-deferred a) (as-deferred b))]
      first)

  Elsewhere it is just `name`."
  [name]
  (later 'weir.deferred.macros/flow-name &env name))

(defmacro let-flow
  "Like `let`, where names may be bound to deferreds, or to anything that can be made one, and are
  used as plain values. The same goes for locals from outside the form. An expression is evaluated
  once everything is realized that it mentions, by the scope rules of Clojure; expressions that do
  not depend on each other wait side by side. The body is evaluated once all names are realized.
  Returns a deferred of its value. Realizing that from outside skips what has not been evaluated.

  Mentioning a name waits for it: to pass a deferred on as such, to `alt` or `timeout!`, write
  `(as-deferred name)`. Parameters of functions and names of a `let` inside are not waited for."
  [bindings & body]
  (later 'weir.let-flow/expand true &env bindings body))

(defmacro let-flow'
  "Like `let-flow`, but waits for deferreds only."
  [bindings & body]
  (later 'weir.let-flow/expand false &env bindings body))

;;; Printing

(defn ^:no-doc print-deferred
  "Writes what has become of the deferred."
  [d w]
  (later 'weir.deferred.printing/print-deferred d w))

(Printing/install print-method print-deferred)
