(ns weir.ring
  "What the server asks of Ring, and what programs can do without it. Loaded by a server that starts
  with Ring on the class path, or by a program that requires it."
  (:require
   [clojure.string :as str])
  (:import
   (clojure.lang RT)
   (weir.http BodyWriter)
   (weir.http.body BodyRule)
   (weir.http.server RingBodies)))

(set! *warn-on-reflection* true)

(defn body
  "Returns a response body that `f` writes: a function of an OutputStream, called on a thread that may
  block. See weir.http.BodyWriter for when the body ends and what happens when `f` fails."
  [f]
  (reify BodyWriter
    (writeTo [_ out] (f out))))

(defn- rings-own?
  "True if the function of an extension comes from the namespace that defines the protocol."
  [f]
  (str/starts-with? (.getName (class f)) "ring.core.protocols$"))

(defn- writes-itself?
  "True if the program, not Ring, has extended the protocol for the class of `body`."
  [protocol body]
  (let [impl (find-protocol-impl protocol body)]
    (cond
      (nil? impl) false
      (identical? impl body) true
      :else (not (rings-own? (:write-body-to-stream impl))))))

(defn body-rule
  "Returns which bodies write themselves: those that Ring's StreamableResponseBody was extended to by
  the program, if Ring is on the class path, and instances of weir.http.BodyWriter."
  ^BodyRule []
  (require 'ring.core.protocols)
  (RingBodies. (RT/var "ring.core.protocols" "StreamableResponseBody")
               writes-itself?
               (RT/var "ring.core.protocols" "write-body-to-stream")))
