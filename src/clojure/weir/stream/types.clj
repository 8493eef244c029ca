(ns ^:no-doc weir.stream.types
  "What the macros of `manifold.stream.core` that define streams expand to; loaded when the first of
  them does."
  (:import
   [java.util.concurrent.locks ReentrantLock]
   [manifold.stream.core IEventSink IEventSource IEventStream]
   [weir.stream HasConnections StreamSupport]))

(set! *warn-on-reflection* true)

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

(defn- form [name params interfaces defaults body]
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

(defn- define
  "Returns a form that defines a stream which is a `:sink`, a `:source` or both."
  [kinds name params body]
  (let [sink?   (some #{:sink} kinds)
        source? (some #{:source} kinds)]
    (form name params
      (cond-> `[IEventStream clojure.lang.IReference HasConnections]
        sink? (conj `IEventSink)
        source? (conj `IEventSource))
      (concat stream-methods (when source? source-methods) (when sink? sink-methods))
      body)))

(defn source
  "Returns a form that defines a source."
  [name params body]
  (define [:source] name params body))

(defn sink
  "Returns a form that defines a sink."
  [name params body]
  (define [:sink] name params body))

(defn sink+source
  "Returns a form that defines what is both."
  [name params body]
  (define [:sink :source] name params body))
