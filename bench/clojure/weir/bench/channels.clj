(ns weir.bench.channels
  "core.async's ways to do what StreamBench does with streams."
  (:require
   [clojure.core.async :as a]))

(set! *warn-on-reflection* true)

(defn transduced
  "Returns the sum of the even ones among the numbers from 1 to `n`, which go through a channel."
  [n]
  (a/<!! (a/transduce (comp (map inc) (filter even?)) + 0 (a/to-chan! (range n)))))

(defn piped
  "Sends `n` messages through a channel, piped to a second, which is counted."
  [n]
  (let [from (a/chan)
        to (a/chan)
        counted (a/reduce (fn [sum _] (inc sum)) 0 to)]
    (a/pipe from to)
    (a/onto-chan! from (repeat n :message))
    (a/<!! counted)))
