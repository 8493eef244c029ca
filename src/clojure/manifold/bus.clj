(ns manifold.bus
  "An event bus: messages are published to topics, which any number of streams subscribe to."
  (:import
   [weir.stream EventBus Expect]))

(set! *warn-on-reflection* true)

(defn event-bus
  "Returns a bus. `stream-generator` takes no arguments and returns the stream of each subscription;
  by default one without a buffer."
  ([]
   (EventBus.))
  ([stream-generator]
   (EventBus/of stream-generator)))

(defn publish!
  "Puts `message` to all subscribers of `topic`. Returns a deferred that is true when every put has
  been answered, and false if there are no subscribers."
  [bus topic message]
  (.publish (Expect/bus bus) topic message))

(defn subscribe
  "Returns a source of the messages that are published to `topic` from now on. Closing it ends the
  subscription."
  [bus topic]
  (.subscribe (Expect/bus bus) topic))

(defn downstream
  "Returns a seq of the streams that subscribe to `topic`, or nil."
  [bus topic]
  (.downstream (Expect/bus bus) topic))

(defn active?
  "Returns true if `topic` has a subscriber."
  [bus topic]
  (.isActive (Expect/bus bus) topic))

(defn topic->subscribers
  "Returns a map from each topic to a vector of the streams that subscribe to it."
  [bus]
  (.snapshot (Expect/bus bus)))
