(ns byte-streams
  "The older name of `clj-commons.byte-streams`: the same functions and the same registry."
  {:deprecated "0.3.0"}
  (:refer-clojure :exclude [vector-of])
  (:require [clj-commons.byte-streams]
            [weir.vars :as vars]))

(set! *warn-on-reflection* true)

(vars/alias-publics clj-commons.byte-streams)
