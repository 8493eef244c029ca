(ns byte-streams
  "The older name of `clj-commons.byte-streams`: the same functions and the same registry."
  {:deprecated "0.3.0"}
  (:refer-clojure :exclude [vector-of])
  (:require [clj-commons.byte-streams]
            [clj-commons.byte-streams.utils :as utils]))

(set! *warn-on-reflection* true)

(utils/alias-publics clj-commons.byte-streams)
