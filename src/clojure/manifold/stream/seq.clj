(ns manifold.stream.seq
  "Loading this makes seqs, and what has one, sources."
  (:require
   [manifold.stream.core :as core])
  (:import
   [weir.stream Coercions]))

(set! *warn-on-reflection* true)

(extend-protocol core/Sourceable
  clojure.lang.Seqable
  (to-source [x] (Coercions/builtInSource x)))
