(ns manifold.stream.queue
  "Once this is loaded blocking queues are sources and sinks; so they are with
  `manifold.stream.core`, which does the work."
  (:require
   [manifold.stream.core]))
