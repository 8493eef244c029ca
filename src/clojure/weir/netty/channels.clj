(ns weir.netty.channels
  "Netty's channels: writing to them, what they know, and how they are streams, for `aleph.netty`."
  (:refer-clojure :exclude [flush])
  (:require
   [manifold.deferred :as d]
   [manifold.stream :as s]
   [weir.netty.buffers :as b :refer [channel]])
  (:import
   (clojure.lang IMeta)
   (io.netty.channel Channel ChannelHandler ChannelHandlerContext ChannelOutboundInvoker)
   (io.netty.util AttributeKey)
   (io.netty.util.concurrent Future)
   (java.net InetSocketAddress)
   (weir.deferred Deferred)
   (weir.net ChannelFacts ChannelSink ChannelSink$Encoder ChannelSink$OnBadMessage NettyFutures Throughput)
   (weir.stream Stream)))

(set! *warn-on-reflection* true)

;;; ---- futures

(defn wrap-future
  "Returns a deferred of a Netty future; a CancellationException when that was cancelled. nil for nil."
  [^Future f]
  (when f
    (NettyFutures/toDeferred f)))

(defmacro safe-execute
  "Runs `body` on the event loop of a channel or context: at once if that is the current thread, else the
  result is a deferred."
  [ch & body]
  `(let [f# (fn [] ~@body)
         loop# (.eventLoop (channel ~ch))]
     (if (.inEventLoop loop#)
       (f#)
       (let [d# (d/deferred)]
         (.execute loop# (fn []
                           (try
                             (d/success! d# (f#))
                             (catch Throwable e#
                               (d/error! d# e#)))))
         d#))))

;;; ---- writing

(defn write
  "Writes a message to a channel or context, without flushing; nil."
  [^ChannelOutboundInvoker x msg]
  (.write x msg)
  nil)

(defn write-fut
  "Writes a message, without flushing; returns Netty's future."
  [^ChannelOutboundInvoker x msg]
  (.write x msg))

(defn write-and-flush
  "Writes a message and sends what was written; returns Netty's future."
  [^ChannelOutboundInvoker x msg]
  (.writeAndFlush x msg))

(defn flush
  "Sends what was written."
  [x]
  (if (instance? Channel x) (.flush ^Channel x) (.flush ^ChannelHandlerContext x))
  nil)

(defn close
  "Closes a channel, or that of a context; returns Netty's future."
  [^ChannelOutboundInvoker x]
  (.close x))

;;; ---- attributes

(defn attribute
  "Returns the key of a channel's attribute with that name."
  ^AttributeKey [s]
  (AttributeKey/valueOf (name s)))

(defn get-attribute
  "Returns the value of a channel's attribute."
  [ch ^AttributeKey attr]
  (.get (.attr (channel ch) attr)))

(defn set-attribute
  "Sets the value of a channel's attribute."
  [ch ^AttributeKey attr val]
  (.set (.attr (channel ch) attr) val))

;;; ---- channels as streams

(defn put!
  "Puts a message into a stream, and does not read the channel until it was taken. Returns the put's
  deferred. A message that a closed stream refuses is released."
  [ch s msg]
  (let [ch (channel ch)
        config (.config ch)
        taken (s/put! s msg)]
    (if (d/realized? taken)
      (when (false? @taken)
        (b/release msg))
      (do (.setAutoRead config false)
          (d/on-realized taken
                         (fn [ok?]
                           (when-not ok? (b/release msg))
                           (.setAutoRead config true))
                         (fn [_]
                           (b/release msg)
                           (.setAutoRead config true)))))
    taken))

(def sink-close-marker
  "Stands for the end where a message is expected."
  ::sink-close)

(defn- encoder ^ChannelSink$Encoder [coerce-fn]
  (reify ChannelSink$Encoder
    (encode [_ _ msg] (coerce-fn msg))))

(def ^:private ^org.slf4j.Logger log (org.slf4j.LoggerFactory/getLogger "aleph.netty"))

(def ^:private refuse
  (reify ChannelSink$OnBadMessage
    (answer [_ sink msg cause]
      (.error log "cannot send a {}; closing {}"
              (object-array [(some-> msg class .getName) (.channel ^ChannelSink sink) cause]))
      (.close (.channel ^ChannelSink sink))
      Deferred/FALSE)))

(defn sink
  "Returns a sink that writes to a channel. `coerce-fn` makes of a message what Netty writes.

  A put is true when its bytes are with the operating system, false when the channel is closed. Unless
  `downstream?` is false, closing the sink closes the channel once all is written.
  `additional-description`, a map or a function of none, is merged into the description."
  ([ch] (sink ch true b/to-byte-buf))
  ([ch downstream? coerce-fn] (sink ch downstream? coerce-fn nil))
  ([ch downstream? coerce-fn additional-description]
   (let [ch (channel ch)
         sink (ChannelSink. ch (encoder coerce-fn) refuse
                            (if downstream? #(ChannelSink/closeBehindWrites ch) (fn []))
                            (when additional-description
                              #(merge % (if (fn? additional-description)
                                          (additional-description)
                                          additional-description))))]
     (.resetMeta sink (ChannelFacts/meta ch))
     sink)))

(defn- of-channel [^Stream stream ch]
  (.resetMeta stream (ChannelFacts/meta ch))
  (.addListener (.closeFuture (channel ch))
                (reify io.netty.channel.ChannelFutureListener
                  (operationComplete [_ _] (.close stream))))
  stream)

(defn source
  "Returns a stream for the messages of a channel, which `put!` fills. It closes with the channel."
  [ch]
  (of-channel (.build (.executor (Stream/builder) nil)) (channel ch)))

(defn buffered-source
  "Returns such a stream that holds messages up to a `capacity` measured by `metric`."
  [ch metric capacity]
  (of-channel (s/buffered-stream metric capacity) (channel ch)))

;;; ---- measuring

;; Maps of the open channels that have a tracker to Numbers, which change as bytes come and go.
(def channel-inbound-counter "Bytes received, by channel." Throughput/RECEIVED)
(def channel-outbound-counter "Bytes sent, by channel." Throughput/SENT)
(def channel-inbound-throughput "Bytes received in the last second, by channel." Throughput/RECEIVED_PER_SECOND)
(def channel-outbound-throughput "Bytes sent in the last second, by channel." Throughput/SENT_PER_SECOND)

(defn bandwidth-tracker
  "Returns a handler that measures what passes through a channel. While it is in the pipeline the maps
  `channel-inbound-counter` and so on have the channel."
  ^ChannelHandler [_ch]
  (Throughput.))

(defn instrument!
  "Measures the channel of a stream from now on: its description gets `:throughput`, in bytes per second.
  Returns false if the stream has no channel."
  [stream]
  (if-let [^Channel ch (:aleph/channel (meta ^IMeta stream))]
    (do (when-not (.get (.pipeline ch) Throughput)
          (let [tracker (bandwidth-tracker ch)]
            (.set (.attr ch Throughput/KEY) tracker) ; the event loop would do so later
            (.addFirst (.pipeline ch) "bandwidth-tracker" ^ChannelHandler tracker)))
        true)
    false))

;;; ---- what a channel knows

(defn channel-remote-address
  "Returns the peer's numeric address, nil if it has none."
  [ch]
  (let [address (.remoteAddress (channel ch))]
    (when (instance? InetSocketAddress address)
      (some-> (.getAddress ^InetSocketAddress address) .getHostAddress))))

(defn- local ^InetSocketAddress [ch]
  (let [address (.localAddress (channel ch))]
    (when (instance? InetSocketAddress address)
      address)))

(defn channel-server-name
  "Returns the host of the channel's own address, nil if it has none."
  [ch]
  (some-> (local ch) .getHostString))

(defn channel-server-port
  "Returns the port of the channel's own address, nil if it has none."
  [ch]
  (some-> (local ch) .getPort))
