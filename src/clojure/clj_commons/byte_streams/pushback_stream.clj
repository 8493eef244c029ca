(ns clj-commons.byte-streams.pushback-stream
  "A queue of bytes whose puts and takes are deferreds.

  A put is answered true while at most the capacity waits to be taken, else when takes bring it
  there, and false once the queue is closed. Nothing is dropped. Arrays and buffers are kept until
  their bytes are taken, so nobody may change them."
  (:refer-clojure :exclude [take])
  (:import (java.nio ByteBuffer)
           (weir.bytes ByteQueue QueueInputStream)))

(set! *warn-on-reflection* true)

(defn pushback-stream
  "A queue for any number of threads; puts wait while it holds more than `capacity` bytes."
  [capacity]
  (ByteQueue/locked capacity))

(defn unsafe-pushback-stream
  "A queue for one thread at a time; puts wait while it holds more than `capacity` bytes."
  [capacity]
  (ByteQueue/unlocked capacity))

(defn put-array
  "Adds bytes at the end."
  [p ary offset length]
  (.put ^ByteQueue p ^bytes ary (int offset) (int length)))

(defn put-buffer
  "Adds the remaining bytes of `buf` at the end; its position stays."
  [p buf]
  (.put ^ByteQueue p ^ByteBuffer buf))

(defn take
  "Copies exactly `length` bytes into the array, fewer only once the queue is closed. Returns a
  deferred of their number."
  [p ary offset length]
  (.take ^ByteQueue p ary offset length))

(defn eager-take
  "Copies up to `length` bytes into the array as soon as there is one. Returns a deferred of their
  number, which is 0 at the end."
  [p ary offset length]
  (.eagerTake ^ByteQueue p ary offset length))

(defn pushback-array
  "Gives bytes back, to be taken first."
  [p ary offset length]
  (.pushBack ^ByteQueue p ^bytes ary (int offset) (int length)))

(defn pushback-buffer
  "Gives the remaining bytes of `buf` back, to be taken first; its position stays."
  [p buf]
  (.pushBack ^ByteQueue p ^ByteBuffer buf))

(defn close
  "Ends the queue; what it holds can still be taken."
  [p]
  (.close ^ByteQueue p))

(defn put
  "Copies as many bytes as fit from buffer `src` to buffer `dst`, moving both positions; returns how
  many."
  [^ByteBuffer src ^ByteBuffer dst]
  (let [n (min (.remaining src) (.remaining dst))
        end (.limit src)]
    (.limit src (+ (.position src) n))
    (.put dst src)
    (.limit src end)
    n))

(defn ->input-stream
  "A blocking InputStream that takes from the queue; closing it closes the queue."
  [p]
  (QueueInputStream. p))
