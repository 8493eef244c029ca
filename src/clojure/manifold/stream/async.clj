(ns manifold.stream.async
  "Loading this makes core.async channels sources and sinks. It is loaded when core.async is there
  already, or when the first channel is met."
  (:require
   [clojure.core.async :as a]
   [clojure.core.async.impl.protocols :as impl]
   [manifold.stream.core :as core])
  (:import
   [clojure.lang IDeref]
   [java.util.concurrent.locks Lock]
   [weir.deferred Deferred Deferreds]))

(set! *warn-on-reflection* true)

(defn- handler
  "Completes `d` from a channel. The claim decides between the channel and whoever withdraws."
  [^Deferred d value-of]
  (reify
    Lock
    (lock [_])
    (unlock [_])
    impl/Handler
    (active? [_] (not (.realized d)))
    (blockable? [_] true)
    (lock-id [_] 0)
    (commit [_]
      (when-let [token (.claim d)]
        (fn [x] (.success d (value-of x) token))))))

(defn- run!*
  "Starts an operation on a channel. What is ready at once has claimed the deferred already."
  [operate value-of]
  (let [d (Deferred/create)
        token (volatile! nil)
        h (handler d value-of)
        h (reify
            Lock
            (lock [_])
            (unlock [_])
            impl/Handler
            (active? [_] (impl/active? h))
            (blockable? [_] true)
            (lock-id [_] 0)
            (commit [_]
              (when-let [f (impl/commit h)]
                (vreset! token f)
                f)))
        ^IDeref box (operate h)]
    (when box
      (@token @box))
    d))

(defn- finish [^Deferred d blocking? timeout timeout-val]
  (when timeout
    (Deferreds/timeout d timeout timeout-val))
  (if blocking? @d d))

(core/def-source ChannelSource [ch]
  (isSynchronous [_] false)
  (description [this]
    {:type "core.async" :source? true :drained? (.isDrained this)})
  (close [_]
    (a/close! ch)
    nil)
  (take [this default-val blocking?]
    (.take this default-val blocking? nil nil))
  (take [this default-val blocking? timeout timeout-val]
    (let [value-of #(if (nil? %) (do (.markDrained this) default-val) %)]
      (finish (run!* #(impl/take! ch %) value-of) blocking? timeout timeout-val))))

(core/def-sink ChannelSink [ch]
  (isSynchronous [_] false)
  (description [this]
    {:type "core.async" :sink? true :closed? (.isClosed this)})
  (close [this]
    (let [open? (not (impl/closed? ch))]
      (a/close! ch)
      (.markClosed this)
      open?))
  (put [this x blocking?]
    (.put this x blocking? nil nil))
  (put [this x blocking? timeout timeout-val]
    (when (nil? x)
      (throw (AssertionError. "a channel cannot hold nil")))
    (let [value-of #(or (boolean %) (do (.markClosed this) false))]
      (finish (run!* #(impl/put! ch x %) value-of) blocking? timeout timeout-val))))

(extend-protocol core/Sourceable
  clojure.core.async.impl.channels.ManyToManyChannel
  (to-source [ch] (->ChannelSource ch)))

(extend-protocol core/Sinkable
  clojure.core.async.impl.channels.ManyToManyChannel
  (to-sink [ch] (->ChannelSink ch)))
