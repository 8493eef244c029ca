(ns manifold.stream.iterator
  "Once this is loaded iterators and Java streams are sources; so they are with
  `manifold.stream.core`, which does the work."
  (:require
   [manifold.stream.core]))
