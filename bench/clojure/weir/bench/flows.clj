(ns weir.bench.flows
  "What DeferredBench evaluates with `let-flow`."
  (:require
   [manifold.deferred :as d]))

(set! *warn-on-reflection* true)

(defn three
  "Returns a deferred of the last of three values, which waits for all."
  [a b c]
  (d/let-flow [x a
               y b
               z c]
    (do x y z)))
