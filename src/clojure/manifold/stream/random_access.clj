(ns manifold.stream.random-access
  "Loading this makes lists with random access sources."
  (:require
   [manifold.stream.core :as core]))

(set! *warn-on-reflection* true)

(extend java.util.RandomAccess core/Sourceable core/built-in-source)
