(ns byte-streams.pushback-stream
  "The older name of `clj-commons.byte-streams.pushback-stream`: the same vars."
  {:deprecated "0.3.0"}
  (:refer-clojure :exclude [take])
  (:require [clj-commons.byte-streams.pushback-stream]
            [clj-commons.byte-streams.utils :as utils]))

(set! *warn-on-reflection* true)

(utils/alias-publics clj-commons.byte-streams.pushback-stream)
