(ns manifold.stream.seq
  "Loading this makes seqs, and what has one, sources."
  (:require
   [manifold.stream.core :as core]))

(set! *warn-on-reflection* true)

(extend clojure.lang.Seqable core/Sourceable core/built-in-source)
