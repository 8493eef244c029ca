(ns manifold.stream.seq
  "Once this is loaded seqs, and what has one, are sources; so they are with
  `manifold.stream.core`, which does the work."
  (:require
   [manifold.stream.core]))
