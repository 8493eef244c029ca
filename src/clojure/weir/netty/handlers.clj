(ns weir.netty.handlers
  "Handlers of one's own in Netty's pipelines, and some that many need, for `aleph.netty`."
  (:require
   [weir.options :as o])
  (:import
   (io.netty.channel Channel ChannelHandler ChannelHandlerContext ChannelInboundHandler ChannelInitializer
                     ChannelOutboundHandler ChannelPipeline)
   (io.netty.channel.group ChannelGroup DefaultChannelGroup)
   (io.netty.handler.codec CharSequenceValueConverter)
   (io.netty.handler.logging LogLevel LoggingHandler)
   (io.netty.handler.timeout IdleState IdleStateEvent IdleStateHandler)
   (io.netty.util.concurrent GlobalEventExecutor)
   (java.util.concurrent TimeUnit)))

(set! *warn-on-reflection* true)

;;; ---- handlers

(def ^:private events
  "Netty's events: method, how many arguments behind the context, and how one is passed on."
  {:handler-added ['handlerAdded 0 nil]
   :handler-removed ['handlerRemoved 0 nil]
   :exception-caught ['exceptionCaught 1 '.fireExceptionCaught]
   :channel-registered ['channelRegistered 0 '.fireChannelRegistered]
   :channel-unregistered ['channelUnregistered 0 '.fireChannelUnregistered]
   :channel-active ['channelActive 0 '.fireChannelActive]
   :channel-inactive ['channelInactive 0 '.fireChannelInactive]
   :channel-read ['channelRead 1 '.fireChannelRead]
   :channel-read-complete ['channelReadComplete 0 '.fireChannelReadComplete]
   :user-event-triggered ['userEventTriggered 1 '.fireUserEventTriggered]
   :channel-writability-changed ['channelWritabilityChanged 0 '.fireChannelWritabilityChanged]
   :bind ['bind 2 '.bind]
   :connect ['connect 3 '.connect]
   :disconnect ['disconnect 1 '.disconnect]
   :close ['close 1 '.close]
   :deregister ['deregister 1 '.deregister]
   :read ['read 0 '.read]
   :write ['write 2 '.write]
   :flush ['flush 0 '.flush]})

(def ^:private outbound #{:bind :connect :disconnect :close :deregister :read :write :flush})
(def ^:private both #{:handler-added :handler-removed :exception-caught})

(defn- passed-on [event]
  (let [[method n pass-on] (events event)
        ctx (with-meta (gensym "ctx") {:tag `ChannelHandlerContext})
        types (case event
                :bind [`java.net.SocketAddress `io.netty.channel.ChannelPromise]
                :connect [`java.net.SocketAddress `java.net.SocketAddress `io.netty.channel.ChannelPromise]
                (:disconnect :close :deregister) [`io.netty.channel.ChannelPromise]
                :write [nil `io.netty.channel.ChannelPromise]
                :exception-caught [`Throwable]
                (repeat n nil))
        args (mapv (fn [t] (let [a (gensym "arg")] (if t (vary-meta a assoc :tag t) a))) types)
        bare (mapv #(with-meta % nil) args)]
    `(~method [~(gensym "this") ~(with-meta ctx nil) ~@bare]
      ~(when pass-on
         `(let [~ctx ~(with-meta ctx nil)]
            (~pass-on ~ctx ~@args)
            nil)))))

(defn- handled [event [params & body]]
  (let [[method] (events event)
        [this ctx & args] params
        tagged (if (and (symbol? ctx) (not (:tag (meta ctx))))
                 (vary-meta ctx assoc :tag `ChannelHandlerContext)
                 ctx)
        bare (if (symbol? ctx) (with-meta ctx nil) (gensym "ctx"))]
    `(~method [~this ~bare ~@(map #(if (symbol? %) (with-meta % nil) %) args)]
      (let [~tagged ~bare] ~@body nil))))

(defn- handler-form [interfaces wanted opts]
  (let [given (if (and (= 1 (count opts)) (map? (first opts))) (first opts) (apply hash-map opts))]
    (doseq [k (keys given)]
      (when-not (wanted k)
        (throw (o/illegal :event k (pr-str (sort wanted))))))
    `(reify ~@interfaces
       ~@(for [event (sort wanted)]
           (if-let [f (get given event)]
             (handled event f)
             (passed-on event))))))

(defmacro channel-handler
  "Makes a handler of both directions: event, `([this ctx …] body…)`, and so on, or one literal map of
  these. Events that are left out are passed on. Those are Netty's methods: `:handler-added
  :handler-removed :exception-caught :channel-registered :channel-unregistered :channel-active
  :channel-inactive :channel-read :channel-read-complete :user-event-triggered
  :channel-writability-changed :bind :connect :disconnect :close :deregister :read :write :flush`."
  [& opts]
  (handler-form [`ChannelInboundHandler `ChannelOutboundHandler] (set (keys events)) opts))

(defmacro channel-inbound-handler
  "Makes a handler of what comes in; see `channel-handler`."
  [& opts]
  (handler-form [`ChannelInboundHandler] (set (remove outbound (keys events))) opts))

(defmacro channel-outbound-handler
  "Makes a handler of what goes out; see `channel-handler`."
  [& opts]
  (handler-form [`ChannelOutboundHandler] (into both outbound) opts))

(defn pipeline-initializer
  "Returns a ChannelInitializer that calls `pipeline-builder` with the pipeline of each channel."
  ^ChannelInitializer [pipeline-builder]
  (proxy [ChannelInitializer] []
    (initChannel [^Channel ch]
      (pipeline-builder (.pipeline ch)))))

(defn remove-if-present
  "Removes the handler of a class, if there is one. Returns the pipeline."
  [^ChannelPipeline pipeline ^Class handler]
  (when (.get pipeline handler)
    (.remove pipeline handler))
  pipeline)

(defn close-on-idle-handler
  "Returns a handler that closes its channel when nothing has moved for as long as an idle handler says."
  ^ChannelHandler []
  (channel-inbound-handler
   :user-event-triggered
   ([_ ctx event]
    (if (and (instance? IdleStateEvent event)
             (= IdleState/ALL_IDLE (.state ^IdleStateEvent event)))
      (.close ^ChannelHandlerContext ctx)
      (.fireUserEventTriggered ^ChannelHandlerContext ctx event)))))

(defn add-idle-handlers
  "Closes the channel when nothing has moved for that many ms; 0 never does. Returns the pipeline."
  [^ChannelPipeline pipeline idle-timeout]
  (when (pos? (long idle-timeout))
    (.addLast pipeline "idle" (IdleStateHandler. 0 0 (long idle-timeout) TimeUnit/MILLISECONDS))
    (.addLast pipeline "idle-close" ^ChannelHandler (close-on-idle-handler)))
  pipeline)

(defn pause-handler
  "Returns a handler that holds back what comes in until it is removed."
  ^ChannelHandler []
  (let [held (java.util.ArrayDeque.)]
    (channel-inbound-handler
     :channel-read
     ([_ ctx msg]
      (.setAutoRead (.config (.channel ^ChannelHandlerContext ctx)) false)
      (.add held msg))
     :handler-removed
     ([_ ctx]
      (let [^ChannelHandlerContext ctx ctx]
        (while (not (.isEmpty held))
          (.fireChannelRead ctx (.poll held)))
        (.fireChannelReadComplete ctx)
        (.setAutoRead (.config (.channel ctx)) true))))))

(defn make-channel-group
  "Returns a group, from which channels go by themselves when they are closed."
  ^ChannelGroup []
  (DefaultChannelGroup. GlobalEventExecutor/INSTANCE))

(defn channel-tracking-handler
  "Returns a handler that enters its channel into a group."
  ^ChannelHandler [^ChannelGroup group]
  (channel-inbound-handler
   :handler-added ([_ ctx] (.add group (.channel ^ChannelHandlerContext ctx)))))

(defn coerce-log-level
  "Returns Netty's level of `:trace`, `:debug`, `:info`, `:warn` or `:error`."
  ^LogLevel [level]
  (if (instance? LogLevel level)
    level
    (case level
      :trace LogLevel/TRACE
      :debug LogLevel/DEBUG
      :info LogLevel/INFO
      :warn LogLevel/WARN
      :error LogLevel/ERROR
      (throw (o/illegal :level level ":trace, :debug, :info, :warn, :error or a LogLevel")))))

(defn activity-logger
  "Returns a handler that logs everything that happens on a channel."
  (^ChannelHandler [level] (LoggingHandler. (coerce-log-level level)))
  (^ChannelHandler [name level] (LoggingHandler. ^String name (coerce-log-level level))))

(def char-seq-val-converter
  "Converts the values of headers."
  CharSequenceValueConverter/INSTANCE)
