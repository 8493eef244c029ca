(ns byte-streams.graph
  "The older name of `clj-commons.byte-streams.graph`: the same vars."
  {:deprecated "0.3.0"}
  (:refer-clojure :exclude [type])
  (:require [clj-commons.byte-streams.graph]
            [clj-commons.byte-streams.utils :as utils]))

(set! *warn-on-reflection* true)

(utils/alias-publics clj-commons.byte-streams.graph)
