(ns manifold.stream.iterator
  "Loading this makes iterators and Java streams sources."
  (:require
   [manifold.stream.core :as core]))

(set! *warn-on-reflection* true)

(extend java.util.Iterator core/Sourceable core/built-in-source)
(extend java.util.stream.BaseStream core/Sourceable core/built-in-source)
