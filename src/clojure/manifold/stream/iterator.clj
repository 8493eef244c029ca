(ns manifold.stream.iterator
  "Loading this makes iterators and Java streams sources."
  (:require
   [manifold.stream.core :as core])
  (:import
   [weir.stream Coercions]))

(set! *warn-on-reflection* true)

(extend-protocol core/Sourceable
  java.util.Iterator
  (to-source [x] (Coercions/builtInSource x))
  java.util.stream.BaseStream
  (to-source [x] (Coercions/builtInSource x)))
