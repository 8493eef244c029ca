(ns manifold.stream.deferred
  "Once this is loaded deferreds are sources and sinks of one message; so they are with
  `manifold.stream.core`, which does the work."
  (:require
   [manifold.stream.core]))
