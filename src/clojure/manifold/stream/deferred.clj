(ns manifold.stream.deferred
  "Loading this makes deferreds sources and sinks of one message."
  (:require
   [manifold.stream.core :as core])
  (:import
   [weir.stream Coercions]))

(set! *warn-on-reflection* true)

(extend-protocol core/Sourceable
  manifold.deferred.IDeferred
  (to-source [x] (Coercions/builtInSource x)))

(extend-protocol core/Sinkable
  manifold.deferred.IMutableDeferred
  (to-sink [x] (Coercions/builtInSink x)))
