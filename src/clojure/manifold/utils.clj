(ns manifold.utils
  "Small tools that programs built on Manifold use. New code rarely needs them."
  (:import
   [clojure.lang RT Var]
   [java.util Collections Map Queue WeakHashMap]
   [java.util.concurrent Executor]
   [java.util.concurrent.locks Lock ReentrantLock]
   [java.util.function BiConsumer BiFunction Consumer Function]
   [org.slf4j LoggerFactory]
   [weir.executor Pools]))

(set! *warn-on-reflection* true)

(defn- log-error [^String what ^Throwable e]
  (.error (LoggerFactory/getLogger "manifold.utils") what e))

;;; locks

(defn mutex
  "Returns a new reentrant lock, as `with-lock` takes it."
  ^Lock []
  (ReentrantLock.))

(defmacro with-lock
  "Runs `body` while holding `lock`, and releases it however `body` ends."
  [lock & body]
  `(let [lock# ~(with-meta lock (merge {:tag `Lock} (meta lock)))]
     (.lock lock#)
     (try
       ~@body
       (finally
         (.unlock lock#)))))

(defmacro with-lock*
  "The same as `with-lock`."
  [lock & body]
  `(with-lock ~lock ~@body))

;;; running elsewhere

(defn ^:no-doc execute
  "Runs `f` on the executor with this thread's dynamic bindings, and logs what it throws."
  [^Executor executor f]
  (let [bindings (Var/cloneThreadBindingFrame)]
    (.execute executor
              (fn []
                (let [before (Var/getThreadBindingFrame)]
                  (Var/resetThreadBindingFrame bindings)
                  (try
                    (f)
                    (catch Throwable e
                      (log-error "error in future-with" e))
                    (finally
                      (Var/resetThreadBindingFrame before))))))))

(defmacro future-with
  "Runs `body` on `executor`, with the dynamic bindings of this thread. Returns nil; what `body`
  throws is logged."
  [executor & body]
  `(execute ~executor (^:once fn* [] ~@body)))

(defmacro wait-for
  "Runs `body`, which may block, on the wait pool. Returns nil; what it throws is logged."
  [& body]
  `(future-with (Pools/waitPool) ~@body))

(def ^ThreadLocal stack-depth
  "How many `without-overflow` forms this thread is in; nil for none."
  (ThreadLocal.))

(def ^:const max-depth
  "How deep `without-overflow` nests before it moves to another thread."
  50)

(defmacro without-overflow
  "Runs `body` on this thread, or on `executor` if this thread is more than `max-depth` such forms deep
  already."
  [executor & body]
  `(let [body# (fn* [] ~@body)
         depth# (or (.get stack-depth) 0)]
     (if (< max-depth (long depth#))
       (future-with ~executor (body#))
       (try
         (.set stack-depth (inc (long depth#)))
         (body#)
         (finally
           (.set stack-depth depth#))))))

(defn invoke-callbacks
  "Takes functions off a queue until it is empty, calls each without arguments, and logs what they
  throw."
  [^Queue callbacks]
  (when-let [f (.poll callbacks)]
    (try
      (f)
      (catch Throwable e
        (log-error "error in callback" e)))
    (recur callbacks)))

;;; protocols and classes

(defn fast-satisfies
  "Returns a predicate that tells whether a value satisfies a protocol, and remembers the answer for
  each class until the protocol is extended."
  [protocol-var]
  (let [^Map known (Collections/synchronizedMap (WeakHashMap.))]
    (add-watch protocol-var [::fast-satisfies known] (fn [_ _ _ _] (.clear known)))
    (fn [x]
      (let [c (class x)
            answer (.get known c)]
        (if (nil? answer)
          (let [answer (boolean (satisfies? @protocol-var x))]
            (.put known c answer)
            answer)
          answer)))))

(defn ^:no-doc class-present? [class-name]
  (try
    (RT/classForName (str class-name) false (RT/baseLoader))
    true
    (catch ClassNotFoundException _
      false)))

(defn ^:no-doc core-async-present? []
  (try
    (require 'clojure.core.async)
    true
    (catch java.io.FileNotFoundException _
      false)))

;; Both are compiled when the namespace is loaded, not when it was compiled ahead of time: what is
;; present there and then decides.

(defmacro when-core-async
  "Evaluates `body`, which sees no locals, if core.async is present when the namespace is loaded."
  [& body]
  `(when (core-async-present?)
     (eval '(do ~@body))))

(defmacro when-class
  "Evaluates `body`, which sees no locals, if the class is present when the namespace is loaded."
  [class & body]
  `(when (class-present? '~class)
     (eval '(do ~@body))))

(defmacro definterface+
  "Like `definterface`, but leaves an interface alone that exists, so that loading the namespace again
  doesn't part old instances from it."
  [name & body]
  (let [qualified (if (.contains (str name) ".")
                    name
                    (symbol (str (munge (ns-name *ns*)) "." name)))]
    (if (class-present? qualified)
      `(import '~qualified)
      `(definterface ~name ~@body))))

(defmacro assert-some
  "Throws a NullPointerException that names the first of `values` that is nil."
  [& values]
  (cons `do
        (map (fn [v]
               `(when (nil? ~v)
                  (throw (NullPointerException. ~(str (pr-str v) " is nil")))))
             values)))

;;; java.util.function

(defn fn->Function
  "Wraps a function of one argument."
  ^Function [f]
  (reify Function
    (apply [_ x] (f x))))

(defn fn->Consumer
  "Wraps a function of one argument whose result doesn't matter."
  ^Consumer [f]
  (reify Consumer
    (accept [_ x] (f x))))

(defn fn->BiFunction
  "Wraps a function of two arguments."
  ^BiFunction [f]
  (reify BiFunction
    (apply [_ x y] (f x y))))

(defn fn->BiConsumer
  "Wraps a function of two arguments whose result doesn't matter."
  ^BiConsumer [f]
  (reify BiConsumer
    (accept [_ x y] (f x y))))
