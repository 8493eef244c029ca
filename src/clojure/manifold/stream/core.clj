(ns manifold.stream.core
  "What streams are made of: the protocols that turn other things into sources and sinks, and macros
  that define new kinds of streams."
  (:import
   [clojure.lang Seqable]
   [java.util Iterator RandomAccess]
   [java.util.concurrent BlockingQueue]
   [java.util.concurrent.locks ReentrantLock]
   [java.util.stream BaseStream]
   [manifold.deferred IDeferred IMutableDeferred]
   [manifold.stream.core IEventSink IEventSource IEventStream]
   [weir.stream Coercions HasConnections StreamSupport]))

(set! *warn-on-reflection* true)

(defprotocol Sourceable
  "Things that messages can be taken from."
  (to-source [_] "Returns a source over this."))

(defprotocol Sinkable
  "Things that messages can be put into."
  (to-sink [_] "Returns a sink over this."))

(def ^:no-doc built-in-source
  "Extends `Sourceable` to what the engine can convert by itself."
  {:to-source (fn [x] (Coercions/builtInSource x))})

(def ^:no-doc built-in-sink
  "Extends `Sinkable` to what the engine can convert by itself."
  {:to-sink (fn [x] (Coercions/builtInSink x))})

;; The engine remembers for each class what the protocols say, and asks again when they change.
(Coercions/hooks
 (fn [x] (when (satisfies? Sourceable x) to-source))
 (fn [x] (when (satisfies? Sinkable x) to-sink)))

(letfn [(forget [_ _ _ _] (Coercions/reset))]
  (add-watch #'Sourceable ::forget forget)
  (add-watch #'Sinkable ::forget forget))

(run! #(extend % Sourceable built-in-source)
      [Seqable RandomAccess Iterator BaseStream BlockingQueue IDeferred])

(run! #(extend % Sinkable built-in-sink)
      [BlockingQueue IMutableDeferred])

(defn close!
  "Closes a sink or source."
  [^IEventStream sink]
  (.close sink))

(defn closed?
  "Returns true once the sink refuses messages."
  [^IEventSink sink]
  (.isClosed sink))

(defn drained?
  "Returns true once the source has no more messages."
  [^IEventSource source]
  (.isDrained source))

(defn weak-handle
  "Returns the one WeakReference to the stream."
  [^IEventStream x]
  (.weakHandle x nil))

(defn synchronous?
  "Returns true if puts or takes may block a thread."
  [^IEventStream x]
  (.isSynchronous x))

;;; defining streams

(def ^:private stream-methods
  '[(meta [_] (.meta stream-support__))
    (resetMeta [_ m] (.resetMeta stream-support__ m))
    (alterMeta [_ f args] (.alterMeta stream-support__ f args))
    (connections [_] (.connections stream-support__))
    (downstream [_] (.downstream (.connections stream-support__)))
    (weakHandle [this reference-queue] (.weakHandle stream-support__ this reference-queue))
    (close [_])])

(def ^:private sink-methods
  '[(close [this] (.markClosed this) nil)
    (isClosed [_] (.happened (.-closed stream-support__)))
    (onClosed [_ callback] (.add (.-closed stream-support__) ^Runnable callback))
    (markClosed [_] (.happen (.-closed stream-support__)))])

(def ^:private source-methods
  '[(isDrained [_] (.happened (.-drained stream-support__)))
    (onDrained [_ callback] (.add (.-drained stream-support__) ^Runnable callback))
    (markDrained [_] (.happen (.-drained stream-support__)))
    (connector [_ sink] nil)])

(defn- signature [[method params]]
  [method (count params)])

(defn- override
  "The defaults with those methods of the body in their place that have the same name and arity, and
  the rest of the body."
  [defaults body]
  (let [given (into {} (map (juxt signature identity)) (filter seq? body))]
    (concat (remove #(given (signature %)) (vals (into {} (map (juxt signature identity)) defaults)))
            (filter seq? body))))

(defn- define [name params interfaces defaults body]
  (let [fields (-> params
                   (conj (with-meta 'lock {:tag `ReentrantLock}))
                   (conj (with-meta 'stream-support__ {:tag `StreamSupport})))
        constructor (symbol (str "->" name))
        args (mapv #(with-meta % nil) params)]
    `(do
       (deftype ~name ~fields
         ~@interfaces
         ~@(filter symbol? body)
         ~@(override defaults body))
       (defn- ~constructor ~args
         (new ~name ~@args (ReentrantLock.) (StreamSupport.)))
       (defmethod print-method ~name [s# ^java.io.Writer w#]
         (.write w# (weir.stream.Streams/print s#)))
       ~constructor)))

(def ^:private stream-interfaces
  `[IEventStream clojure.lang.IReference HasConnections])

(defmacro def-source
  "Defines a type of source, and a private function `->name` that takes `params` and makes one. The
  body must have `isSynchronous`, `description` and both arities of `take`; it may replace any other
  method. In the body `lock` is a lock of the instance."
  [name params & body]
  (define name params (conj stream-interfaces `IEventSource) (concat stream-methods source-methods) body))

(defmacro def-sink
  "Defines a type of sink, and a private function `->name` that takes `params` and makes one. The
  body must have `isSynchronous`, `description` and both arities of `put`; it may replace any other
  method. In the body `lock` is a lock of the instance."
  [name params & body]
  (define name params (conj stream-interfaces `IEventSink) (concat stream-methods sink-methods) body))

(defmacro def-sink+source
  "Defines a type that is both a sink and a source: see `def-source` and `def-sink`."
  [name params & body]
  (define name params
    (conj stream-interfaces `IEventSink `IEventSource)
    (concat stream-methods source-methods sink-methods)
    body))
