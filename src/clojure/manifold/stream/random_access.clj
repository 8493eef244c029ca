(ns manifold.stream.random-access
  "Loading this makes lists with random access sources."
  (:require
   [manifold.stream.core :as core])
  (:import
   [weir.stream Coercions]))

(set! *warn-on-reflection* true)

(extend-protocol core/Sourceable
  java.util.RandomAccess
  (to-source [x] (Coercions/builtInSource x)))
