(ns ^:no-doc weir.bytes.definitions
  "What the macros of `clj-commons.byte-streams` expand to; loaded when the first of them is used."
  (:import (weir.bytes Conversions FunctionConversion Transfers Type)))

(set! *warn-on-reflection* true)

(defn- first-hint
  "Gives the first parameter the class that the type names, if it names one."
  [[x & more] type env]
  (let [named (when (and (symbol? type) (not (contains? env type)))
                (if (= 'bytes type) type (resolve type)))]
    (into [(cond-> x
             (and (symbol? x) (not (:tag (meta x))) (or (class? named) (= 'bytes named)))
             (vary-meta assoc :tag (if (class? named) (symbol (.getName ^Class named)) 'bytes)))]
          more)))

(defn- function
  "The form of a function of `n` parameters, the last of which, the options, may be left out."
  [params n type body env]
  (let [params (cond-> params (< (count params) n) (conj '_))]
    `(FunctionConversion. (fn ~(first-hint params type env) ~@body))))

(defn conversion
  "The form that registers a conversion."
  [[src dst :as types] params body env]
  `(Conversions/register (Type/of ~src) (Type/of ~dst) (double ~(:cost (meta types) 1))
                         ~(function params 2 src body env)))

(defn transfer
  "The form that registers a transfer."
  [[src dst] params body env]
  `(Transfers/register (Type/of ~src) (Type/of ~dst) ~(function params 3 src body env)))
