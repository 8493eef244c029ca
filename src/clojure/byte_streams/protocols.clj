(ns byte-streams.protocols
  "The older name of `clj-commons.byte-streams.protocols`: the same vars."
  {:deprecated "0.3.0"}
  (:require [clj-commons.byte-streams.protocols]
            [weir.vars :as vars]))

(set! *warn-on-reflection* true)

(vars/alias-publics clj-commons.byte-streams.protocols)
