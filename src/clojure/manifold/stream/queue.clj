(ns manifold.stream.queue
  "Loading this makes blocking queues sources and sinks."
  (:require
   [manifold.stream.core :as core]))

(set! *warn-on-reflection* true)

(extend java.util.concurrent.BlockingQueue
  core/Sourceable core/built-in-source
  core/Sinkable core/built-in-sink)
