(ns byte-streams.utils
  "The older name of `clj-commons.byte-streams.utils`: the same vars."
  {:deprecated "0.3.0"}
  (:require [clj-commons.byte-streams.utils]
            [weir.vars :as vars]))

(set! *warn-on-reflection* true)

(vars/alias-publics clj-commons.byte-streams.utils)
