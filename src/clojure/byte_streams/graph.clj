(ns byte-streams.graph
  "The older name of `clj-commons.byte-streams.graph`: the same vars."
  {:deprecated "0.3.0"}
  (:refer-clojure :exclude [type])
  (:require [clj-commons.byte-streams.graph]
            [weir.vars :as vars]))

(set! *warn-on-reflection* true)

(vars/alias-publics clj-commons.byte-streams.graph)
