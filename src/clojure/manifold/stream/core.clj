(ns manifold.stream.core
  "What streams are made of: the protocols that turn other things into sources and sinks, and macros
  that define new kinds of streams."
  (:refer-clojure :exclude [defn defn- defmacro defprotocol])
  (:require
   [weir.define :refer [defn defn- defmacro defprotocol]])
  (:import
   [weir.stream Expect StreamProtocols]))

(set! *warn-on-reflection* true)

(defprotocol Sourceable
  "Things that messages can be taken from."
  (to-source [_] "Returns a source over this."))

(defprotocol Sinkable
  "Things that messages can be put into."
  (to-sink [_] "Returns a sink over this."))

(StreamProtocols/install extend satisfies? #'Sourceable #'to-source #'Sinkable #'to-sink)

(defn close!
  "Closes a sink or source."
  [sink]
  (.close (Expect/stream sink)))

(defn closed?
  "Returns true once the sink refuses messages."
  [sink]
  (.isClosed (Expect/sink sink)))

(defn drained?
  "Returns true once the source has no more messages."
  [source]
  (.isDrained (Expect/source source)))

(defn weak-handle
  "Returns the one WeakReference to the stream."
  [x]
  (.weakHandle (Expect/stream x) nil))

(defn synchronous?
  "Returns true if puts or takes may block a thread."
  [x]
  (.isSynchronous (Expect/stream x)))

;;; defining streams

(defn- later
  "Calls a function whose namespace is loaded by the first call."
  [f & args]
  (apply (requiring-resolve f) args))

(defmacro def-source
  "Defines a type of source, and a private function `->name` that takes `params` and makes one. The
  body must have `isSynchronous`, `description` and both arities of `take`; it may replace any other
  method. In the body `lock` is a lock of the instance."
  [name params & body]
  (later 'weir.stream.types/source name params body))

(defmacro def-sink
  "Defines a type of sink, and a private function `->name` that takes `params` and makes one. The
  body must have `isSynchronous`, `description` and both arities of `put`; it may replace any other
  method. In the body `lock` is a lock of the instance."
  [name params & body]
  (later 'weir.stream.types/sink name params body))

(defmacro def-sink+source
  "Defines a type that is both a sink and a source: see `def-source` and `def-sink`."
  [name params & body]
  (later 'weir.stream.types/sink+source name params body))
