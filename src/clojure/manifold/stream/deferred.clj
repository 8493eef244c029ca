(ns manifold.stream.deferred
  "Loading this makes deferreds sources and sinks of one message."
  (:require
   [manifold.stream.core :as core]))

(set! *warn-on-reflection* true)

(extend manifold.deferred.IDeferred core/Sourceable core/built-in-source)
(extend manifold.deferred.IMutableDeferred core/Sinkable core/built-in-sink)
