(ns manifold.stream.default
  "The default stream, and how many puts and takes may wait at one."
  (:refer-clojure :exclude [defn])
  (:require
   [weir.define :refer [defn]])
  (:import
   [weir.options Arguments]
   [weir.stream Expect Limits Stream StreamBuilder Streams]))

(set! *warn-on-reflection* true)

(def max-producers
  "How many puts may wait at one stream. Change it with `alter-var-root` or `with-redefs`."
  Limits/DEFAULT_MAX_PENDING)

(def max-consumers
  "How many takes may wait at one stream. Change it with `alter-var-root` or `with-redefs`."
  Limits/DEFAULT_MAX_PENDING)

(def max-dirty-puts
  "Has no effect: a put that is withdrawn is removed at once."
  64)

(def max-dirty-takes
  "Has no effect: a take that is withdrawn is removed at once."
  64)

(Limits/follow #'max-producers #'max-consumers)

(defn stream*
  "Returns a stream. Options, all of which may be left out:

  :permanent?  - closing has no effect (default false)
  :buffer-size - how many messages are accepted before puts have to wait (default 0)
  :description - function from the map that describes the stream to the map reported
  :executor    - where callbacks run, nil for the thread that causes them (default: the thread's
                 current executor)
  :xform       - transducer that messages pass through when they are put"
  {:arglists '([{:keys [permanent? buffer-size description executor xform]}])}
  [opts]
  (.build (StreamBuilder/of opts)))

(defn stream
  "Returns a stream with a buffer, a transducer and an executor."
  ([]
   (Stream/create))
  ([buffer-size]
   (Stream/buffered (Expect/bufferSize buffer-size)))
  ([buffer-size xform]
   (.build (StreamBuilder/of buffer-size xform)))
  ([buffer-size xform executor]
   (.build (StreamBuilder/of buffer-size xform executor))))

(defn onto
  "Returns a source of the messages of `s` whose effects run on `ex`."
  [ex s]
  (Streams/onto (Arguments/executorOrNil "ex" ex) s))
