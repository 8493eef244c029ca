(ns byte-streams.char-sequence
  "The older name of `clj-commons.byte-streams.char-sequence`: the same vars."
  {:deprecated "0.3.0"}
  (:refer-clojure :exclude [flush])
  (:require [clj-commons.byte-streams.char-sequence]
            [weir.vars :as vars]))

(set! *warn-on-reflection* true)

(vars/alias-publics clj-commons.byte-streams.char-sequence)
