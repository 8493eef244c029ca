(ns clj-commons.byte-streams.graph
  "The graph of conversions as a value. The engine keeps the one in use; see
  `clj-commons.byte-streams/conversions`."
  (:refer-clojure :exclude [type])
  (:import (weir.bytes Conversions Edge FunctionConversion Graph Options PulledSeqs Type
                       Type$Wrapper)))

(set! *warn-on-reflection* true)

(defn- wrapper
  [w]
  (when w
    (Type$Wrapper/valueOf (.toUpperCase (name w)))))

(defn type
  "The descriptor of plain `t`, or of a `wrapper` of it: 'seq, 'vector or 'stream."
  ([t] (if (instance? Type t) t (Type/of t)))
  ([wrapper-name t] (.in ^Type (Type/of t) (wrapper wrapper-name))))

(defn ->Type
  "The descriptor of a `wrapper`, which may be nil, of `type`."
  [wrapper type]
  (.in (Type/of type) (clj-commons.byte-streams.graph/wrapper wrapper)))

(defn pprint-type
  "What a descriptor is shown as: the class or protocol var if it is plain, else itself."
  [x]
  (.shown (Type/of x)))

(defn assignable?
  "True if every value of type `a` is one of type `b`."
  [a b]
  (.isAssignableTo (Type/of a) (Type/of b)))

(defn canonicalize
  "The descriptor that is equal for all ways to name the same type."
  [x]
  (Type/of x))

(defrecord Conversion [f cost])
(defrecord ConversionPath [path fns visited? cost])

(defprotocol IConversionGraph
  (assoc-conversion [_ src dst f cost] "The graph with another conversion, a function of value and options.")
  (equivalent-targets [_ dst] "The types that are as good as `dst` where that is asked for.")
  (possible-sources [_] "The types that conversions start from.")
  (possible-targets [_] "The types that conversions lead to.")
  (possible-conversions [_ src] "The conversions from type `src`, as pairs of types and Conversion.")
  (conversion [_ src dst] "The conversion registered between exactly these types, or nil."))

(defn- edge->conversion
  [^Edge e]
  (->Conversion (fn [x options] (.convert (.conversion e) x (Options/of options))) (.cost e)))

(extend-type Graph
  IConversionGraph
  (assoc-conversion [g src dst f cost]
    (.withLifted g (Conversions/edge (Type/of src) (Type/of dst) (double cost)
                                     (FunctionConversion. f))))
  (equivalent-targets [g dst]
    (into #{} (filter #(assignable? % dst)) (possible-targets g)))
  (possible-sources [g]
    (into #{} (map #(.source ^Edge %)) (.edges g)))
  (possible-targets [g]
    (into #{} (map #(.target ^Edge %)) (.edges g)))
  (possible-conversions [g src]
    (for [^Edge e (.from g (Type/of src))]
      [[(.source e) (.target e)] (edge->conversion e)]))
  (conversion [g src dst]
    (some (fn [^Edge e]
            (when (and (= (.source e) (Type/of src)) (= (.target e) (Type/of dst)))
              (edge->conversion e)))
          (.edges g))))

(defn conversion-graph
  "A graph without conversions."
  []
  Graph/EMPTY)

(defn ->ConversionGraph
  "A graph of the conversions in `m`, a map from source type to target type to Conversion."
  [m]
  (reduce (fn [g [src dst {:keys [f cost]}]] (assoc-conversion g src dst f cost))
          (conversion-graph)
          (for [[src targets] m, [dst c] targets] [src dst c])))

(defn implicit-conversions
  "The steps that every graph has from type `src`: between vectors, sequences and streams of the same
  type. Pairs of types and Conversion."
  [src]
  (possible-conversions Graph/EMPTY src))

(defn conversion-path
  "The cheapest way from `src` to `dst` as a ConversionPath, or nil. The graph remembers it."
  [^Graph g src dst]
  (when-let [path (.find g (Type/of src) (Type/of dst))]
    (let [edges (.edges path)
          steps (mapv (fn [^Edge e] [(.source e) (.target e)]) edges)]
      (->ConversionPath steps
                        (mapv (comp :f edge->conversion) edges)
                        (into #{} cat steps)
                        (.cost path)))))

(defn conversion-fn
  "A function of a value and options that goes the cheapest way from `src` to `dst`, or nil."
  [^Graph g src dst]
  (when-let [path (.find g (Type/of src) (Type/of dst))]
    (fn [x options] (.convert path x (Options/of options)))))

(defn closeable-seq
  "A sequence of the elements of `s` that is Closeable too, which calls `close-fn`; with
  `exhaustible?` that also happens at the end. Nil, after closing, if `s` is empty."
  [s exhaustible? close-fn]
  (PulledSeqs/closing s (boolean exhaustible?) close-fn))

(defn seq-conversion-fn
  "A function of a sequence or stream and options that converts it to `dst`: each element goes through
  `convert`, a function of value, type and options, to the element type of the cheapest `wrapper`
  that reaches `dst`. Nil if there is none."
  [^Graph g convert wrapper-name dst]
  (let [unknown (if (= 'stream (symbol (name wrapper-name))) Type/ANY_STREAM Type/ANY_SEQ)]
    (when-let [path (.find g unknown (Type/of dst))]
      (fn [x options]
        (Conversions/convertElements path x convert (Options/of options))))))
