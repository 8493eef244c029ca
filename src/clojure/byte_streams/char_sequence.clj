(ns byte-streams.char-sequence
  "The older name of `clj-commons.byte-streams.char-sequence`: the same vars."
  {:deprecated "0.3.0"}
  (:refer-clojure :exclude [flush])
  (:require [clj-commons.byte-streams.char-sequence]
            [clj-commons.byte-streams.utils :as utils]))

(set! *warn-on-reflection* true)

(utils/alias-publics clj-commons.byte-streams.char-sequence)
