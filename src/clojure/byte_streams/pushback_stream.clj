(ns byte-streams.pushback-stream
  "The older name of `clj-commons.byte-streams.pushback-stream`: the same vars."
  {:deprecated "0.3.0"}
  (:refer-clojure :exclude [take])
  (:require [clj-commons.byte-streams.pushback-stream]
            [weir.vars :as vars]))

(set! *warn-on-reflection* true)

(vars/alias-publics clj-commons.byte-streams.pushback-stream)
