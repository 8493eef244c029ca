(ns manifold.stream.random-access
  "Once this is loaded lists with random access are sources; so they are with
  `manifold.stream.core`, which does the work."
  (:require
   [manifold.stream.core]))
