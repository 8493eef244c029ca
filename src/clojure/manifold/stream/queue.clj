(ns manifold.stream.queue
  "Loading this makes blocking queues sources and sinks."
  (:require
   [manifold.stream.core :as core])
  (:import
   [weir.stream Coercions]))

(set! *warn-on-reflection* true)

(extend-protocol core/Sourceable
  java.util.concurrent.BlockingQueue
  (to-source [x] (Coercions/builtInSource x)))

(extend-protocol core/Sinkable
  java.util.concurrent.BlockingQueue
  (to-sink [x] (Coercions/builtInSink x)))
