(ns byte-streams.protocols
  "The older name of `clj-commons.byte-streams.protocols`: the same vars."
  {:deprecated "0.3.0"}
  (:require [clj-commons.byte-streams.protocols]
            [clj-commons.byte-streams.utils :as utils]))

(set! *warn-on-reflection* true)

(utils/alias-publics clj-commons.byte-streams.protocols)
