(ns manifold.stream.graph
  "Connections. They are kept by the source they start from, so there is no table of all of them: what
  nobody refers to any more is collected with its connections."
  (:refer-clojure :exclude [defn])
  (:require
   [weir.define :refer [defn]])
  (:import
   [weir.stream ConnectOptions Expect Streams]))

(set! *warn-on-reflection* true)

(defn connect
  "Feeds all messages of `src` into `dst`: see `manifold.stream/connect`."
  [src dst opts]
  (Streams/connect src dst (ConnectOptions/of opts)))

(defn downstream
  "Returns a seq of `[description sink]`, or nil."
  [stream]
  (.downstream (Expect/stream stream)))

(defn handle->downstreams
  "Returns what is connected to the stream of a weak handle: see `downstream`. For looking at what a
  stream keeps alive; there is nothing else that does."
  [^java.lang.ref.WeakReference handle]
  (some-> (.get handle) downstream))
