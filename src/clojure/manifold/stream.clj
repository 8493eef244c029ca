(ns manifold.stream
  "Streams of messages with back-pressure.

  A source is what messages are taken from, a sink what they are put into, and a stream usually is
  both. `put!` and `take!` return deferreds; `connect` feeds one stream into another, as fast as that
  takes messages. Functions that take a source accept whatever `->source` can convert.

  What is new against Manifold: `terminal-error` tells why a stream ended, `discard!` closes a stream
  with all it holds, connections end as soon as their sink is closed, `:shared?` lets several sources
  feed one sink, and `closed?` and `on-closed` work on the results of operators."
  (:refer-clojure :exclude [map filter mapcat reductions reduce concat defn defn-])
  (:require
   [manifold.deferred :as d]
   [manifold.stream.core]
   [weir.define :refer [defn defn-]])
  (:import
   [manifold.stream.core IEventSink IEventSource IEventStream]
   [weir.options Arguments]
   [weir.stream Coercions ConnectOptions Expect Functions Printing Stream StreamBuilder Streams]))

(set! *warn-on-reflection* true)

;; core.async takes long to load, so its coercions wait until there is a channel or core.async itself.
(defn- load-async []
  (requiring-resolve 'manifold.stream.async/->ChannelSource))

(if (find-ns 'clojure.core.async)
  (load-async)
  (Coercions/onFirst "clojure.core.async.impl.channels.ManyToManyChannel" load-async))

;;; what is what

(defn stream?
  "Returns true for any source or sink."
  [x]
  (instance? IEventStream x))

(defn source?
  "Returns true if messages can be taken from `x` as it is."
  [x]
  (instance? IEventSource x))

(defn sink?
  "Returns true if messages can be put into `x` as it is."
  [x]
  (instance? IEventSink x))

(defn sourceable?
  "Returns true if `->source` can convert `x`."
  [x]
  (Coercions/isSourceable x))

(defn sinkable?
  "Returns true if `->sink` can convert `x`."
  [x]
  (Coercions/isSinkable x))

(defn ->source
  "Returns `x` as a source: a seq, list, iterator, Java stream, blocking queue, deferred, core.async
  channel or Flow.Publisher, or what `manifold.stream.core/Sourceable` was extended to. Otherwise
  `default-val`, or IllegalArgumentException without one."
  ([x]
   (Coercions/source x))
  ([x default-val]
   (Coercions/toSource x default-val)))

(defn ->sink
  "Returns `x` as a sink: a blocking queue, deferred, core.async channel or Flow.Subscriber, or what
  `manifold.stream.core/Sinkable` was extended to. Otherwise `default-val`, or
  IllegalArgumentException without one."
  ([x]
   (Coercions/sink x))
  ([x default-val]
   (Coercions/toSink x default-val)))

(defn description
  "Returns a map that describes a stream."
  [x]
  (.description (Expect/stream x)))

(defn downstream
  "Returns a seq of `[description sink]` of what is connected to `x`, or nil."
  [x]
  (.downstream (Expect/stream x)))

(defn weak-handle
  "Returns a WeakReference to a stream, always the same one."
  [x]
  (.weakHandle (Expect/stream x) nil))

(defn synchronous?
  "Returns true if puts or takes may block a thread."
  [x]
  (.isSynchronous (Expect/stream x)))

;;; making

(defn stream
  "Returns a stream. It accepts `buffer-size` messages (default 0) before puts have to wait, passes
  each put through the transducer `xform`, and runs callbacks on `executor`, by default the thread's
  current one if there is one."
  ([]
   (Stream/create))
  ([buffer-size]
   (Stream/buffered (Expect/bufferSize buffer-size)))
  ([buffer-size xform]
   (.build (StreamBuilder/of buffer-size xform)))
  ([buffer-size xform executor]
   (.build (StreamBuilder/of buffer-size xform executor))))

(defn stream*
  "Returns a stream. Options, all of which may be left out:

  :permanent?  - closing has no effect (default false)
  :buffer-size - how many messages are accepted before puts have to wait (default 0)
  :description - function from the map that describes the stream to the map reported
  :executor    - where callbacks run, nil for the thread that causes them (default: the thread's
                 current executor)
  :xform       - transducer that messages pass through when they are put"
  [opts]
  (.build (StreamBuilder/of opts)))

(defn buffered-stream
  "Returns a stream that accepts every message, and answers a put late while the sum of `metric` over
  what it holds is above `limit`. Beyond `hard-limit` (default: none) messages wait outside.
  `description` is a function from the map that describes the stream to the map reported."
  ([buffer-size]
   (buffered-stream (constantly 1) buffer-size))
  ([metric limit]
   (buffered-stream metric limit nil))
  ([metric limit description]
   (buffered-stream metric limit description Long/MAX_VALUE))
  ([metric limit description hard-limit]
   (Streams/bufferedStream (Functions/size metric) (Arguments/whole "limit" limit)
                           (Arguments/whole "hard-limit" hard-limit)
                           (Arguments/functionOrNil "description" description))))

(defn dropping-stream
  "Returns a stream of at most `n` messages that drops new ones when it is full; fed from `source`, if
  there is one."
  ([n]
   (Streams/droppingStream (Arguments/whole "n" n)))
  ([n source]
   (Streams/fedFrom source (Streams/droppingStream (Arguments/whole "n" n)))))

(defn sliding-stream
  "Returns a stream of at most `n` messages that drops the oldest one when it is full; fed from
  `source`, if there is one."
  ([n]
   (Streams/slidingStream (Arguments/whole "n" n)))
  ([n source]
   (Streams/fedFrom source (Streams/slidingStream (Arguments/whole "n" n)))))

(defn periodically
  "Returns a source of what `f` returns when it is called every `period` ms, at most two values ahead.
  By default it is first called at the next multiple of `period` on the wall clock."
  ([period f]
   (Streams/periodically (Arguments/whole "period" period) nil (Functions/none f)))
  ([period initial-delay f]
   (Streams/periodically (Arguments/whole "period" period)
                         (Arguments/numberOrNil "initial-delay" initial-delay)
                         (Functions/none f))))

(defn splice
  "Returns a stream whose puts go to `sink` and whose takes come from `source`."
  [sink source]
  (Streams/splice sink source))

(defn source-only
  "Returns a view of `s` that is only a source. Closing it closes `s`."
  [s]
  (Streams/sourceOnly s))

(defn sink-only
  "Returns a view of `s` that is only a sink."
  [s]
  (Streams/sinkOnly s))

(defn onto
  "Returns a source of the messages of `s` whose effects run on `executor`. Mind the order of the
  arguments."
  [executor s]
  (Streams/onto (Arguments/executorOrNil "executor" executor) s))

;;; putting and taking

(defn put!
  "Offers `x` to a sink. Returns a deferred of true once it is accepted, or false if the sink is
  closed. Realizing the deferred while it is pending withdraws the message."
  [sink x]
  (.put (Expect/sink sink) x false))

(defn put-all!
  "Puts `msgs` in order, each when the one before was accepted. Returns a deferred of true, or of false
  at the first that was refused. A lazy seq is evaluated as it goes, on the calling thread and then by
  whoever makes room; feed it in with `connect` to keep that off others' threads."
  [sink msgs]
  (Streams/putAll sink (Streams/iterator msgs)))

(defn try-put!
  "Offers `x` for at most `timeout` ms. Returns a deferred of true, or of false if the sink is closed,
  or of `timeout-val` (default false) if the time ran out and the message was withdrawn."
  ([sink x timeout]
   (try-put! sink x timeout false))
  ([sink x timeout timeout-val]
   (.put (Expect/sink sink) x false timeout timeout-val)))

(defn take!
  "Returns a deferred of the next message, or of `default-val` (default nil) if the source is drained.
  Realizing the deferred while it is pending withdraws the take."
  ([source]
   (.take (Expect/source source) nil false))
  ([source default-val]
   (.take (Expect/source source) default-val false)))

(defn try-take!
  "Returns a deferred of the next message, or of `default-val` (default nil) if the source is drained,
  or of `timeout-val` (default nil) if none came within `timeout` ms."
  ([source timeout]
   (try-take! source nil timeout nil))
  ([source default-val timeout timeout-val]
   (.take (Expect/source source) default-val false timeout timeout-val)))

;;; ending

(defn close!
  "Closes a stream. It refuses further messages; what was accepted or is pending can still be taken."
  [sink]
  (.close (Expect/stream sink)))

(defn discard!
  "Closes a stream and throws away what it holds. Pending puts are answered with false."
  [s]
  (Streams/discard s))

(defn closed?
  "Returns true once the sink refuses messages."
  [sink]
  (Streams/isClosed sink))

(defn on-closed
  "Calls `callback`, which takes no arguments, once the sink is closed."
  [sink callback]
  (Streams/onClosed sink callback))

(defn drained?
  "Returns true once the source is closed and has no more messages."
  [source]
  (.isDrained (Expect/source source)))

(defn on-drained
  "Calls `callback`, which takes no arguments, once the source is drained."
  [source callback]
  (.onDrained (Expect/source source) (Expect/callback callback)))

(defn terminal-error
  "Returns the error that ended a stream, or the connection whose result `x` is: what was thrown in a
  callback or operator upstream. `default-val` (default nil) if there is none."
  ([x]
   (terminal-error x nil))
  ([x default-val]
   (Streams/failure x default-val)))

;;; connecting

(defn connect
  "Feeds all messages of `source` into `sink`. The next message is taken when every sink of the source
  has answered. Returns nil. Options:

  :downstream? - close the sink when the source is drained (default true)
  :upstream?   - close the source when the sink is closed, even if others are connected (default
                 false); after its last sink it is closed in any case
  :timeout     - ms that the sink may take for a message before it is closed (default: none)
  :shared?     - close the sink only after the last of its sources that has this (default false)
  :description - any value, which `downstream` reports"
  ([source sink]
   (connect source sink nil))
  ([source sink options]
   (Streams/connect source sink (ConnectOptions/of options))))

(defn connect-via
  "Calls `callback` with each message of `src`. The deferred, or value, it returns says when the next
  may come, and that none should if it is false. `dst` is what the callback puts into: it is closed
  when `src` is drained. Takes the options of `connect`. Returns a deferred of true once the
  connection has ended, for whatever reason: see `terminal-error`."
  ([src callback dst]
   (connect-via src callback dst nil))
  ([src callback dst options]
   (Streams/connectVia src (Functions/callback callback) dst (ConnectOptions/of options))))

(defn consume
  "Calls `callback` with each message of `source` and ignores what it returns. Returns a deferred of
  true once there are no more, or the callback threw: see `terminal-error`."
  [callback source]
  (Streams/consume source (Functions/effect callback)))

(defn consume-async
  "Calls `callback` with each message of `source`, the next one when the deferred it returns is realized.
  False ends this. Returns a deferred of true once there are no more: see `terminal-error`."
  [callback source]
  (Streams/consumeAsync source (Functions/callback callback)))

(defn drain-into
  "Feeds all messages of `src` into `dst`, which is not closed afterwards. Returns a deferred of true
  once there are no more."
  [src dst]
  (Streams/drainInto src dst))

(defn stream->seq
  "Returns a lazy seq of the messages of `s`, which blocks for each. With `timeout-interval` it ends when
  no message comes for so many ms."
  ([s]
   (stream->seq s nil))
  ([s timeout-interval]
   (Streams/seq (->source s) (Arguments/numberOrNil "timeout-interval" timeout-interval))))

;;; operators

(defn zip
  "Returns a source of vectors of one message of each stream, up to the end of any of them."
  ([a]
   (Streams/zip (object-array (list a))))
  ([a & rest]
   (Streams/zip (object-array (cons a rest)))))

(defn map
  "Returns a source of `f` of each message, or of one message of each stream."
  ([f s]
   (Streams/map s (Functions/one f)))
  ([f s & rest]
   (map (Functions/spread f) (apply zip s rest))))

(defn filter
  "Returns a source of the messages for which `pred` returns true."
  [pred s]
  (Streams/filter s (Functions/test pred)))

(defn mapcat
  "Returns a source of the elements of the collections, or streams, that `f` returns for each message, or
  for one message of each stream."
  ([f s]
   (Streams/mapcat s (Functions/one f)))
  ([f s & rest]
   (mapcat (Functions/spread f) (apply zip s rest))))

(defn realize-each
  "Returns a source of the values of messages that are deferreds, in order."
  [s]
  (Streams/realizeEach s))

(defn transform
  "Returns a source of the messages after a transducer, `buffer-size` (default 0) of them ahead."
  ([xform s]
   (transform xform 0 s))
  ([xform buffer-size s]
   (Streams/transform s (Arguments/function "xform" xform)
                      (Expect/bufferSize buffer-size))))

(defn concat
  "Returns a source of the messages of the streams, or collections, that are the messages of `s`."
  [s]
  (Streams/concat s))

(defn lazily-partition-by
  "Returns a source of sources, each of neighbouring messages for which `f` returns the same. The next one
  comes when the one before is consumed."
  [f s]
  (Streams/lazilyPartitionBy s (Functions/one f)))

(defn reductions
  "Returns a source of the intermediate results of `reduce`, `initial-value` first. What `f` returns
  may be a deferred."
  ([f s]
   (Streams/reductions s (Functions/two f)))
  ([f initial-value s]
   (Streams/reductions s initial-value (Functions/two f))))

(defn reduce
  "Returns a deferred of the messages folded with `f`, which may return deferreds, or `reduced` to stop.
  The deferred is in error if `f` throws, or if the stream ended with an error."
  ([f s]
   (Streams/reduce s (Functions/two f) (Functions/none f)))
  ([f initial-value s]
   (Streams/reduce s initial-value (Functions/two f))))

(defn batch
  "Returns a source of vectors of messages. One is complete when the sum of `metric` (default: 1 each)
  reaches `max-size`, or its first message has waited for `max-latency` ms (default, or nil: for
  ever). It is only larger than `max-size` if it holds a single message."
  ([batch-size s]
   (batch batch-size nil s))
  ([max-size max-latency s]
   (batch (constantly 1) max-size max-latency s))
  ([metric max-size max-latency s]
   (Streams/batch s (Functions/size metric) (Arguments/whole "max-size" max-size)
                  (Arguments/numberOrNil "max-latency" max-latency))))

(defn throttle
  "Returns a source of at most `max-rate` messages per second, which may be any positive number. In idle
  time it saves up at most `max-backlog` (default `max-rate`) messages for a burst."
  ([max-rate s]
   (throttle max-rate max-rate s))
  ([max-rate max-backlog s]
   (Streams/throttle s (Arguments/decimal "max-rate" max-rate)
                     (Arguments/decimal "max-backlog" max-backlog))))

(defn buffer
  "Returns a source of the messages of `s` behind a buffer of `limit` messages, or of the sum of
  `metric` over them."
  ([limit s]
   (Streams/buffer s (Arguments/whole "limit" limit)))
  ([metric limit s]
   (Streams/buffer s (Functions/size metric) (Arguments/whole "limit" limit))))

;;; printing

(Printing/install print-method d/print-deferred)
