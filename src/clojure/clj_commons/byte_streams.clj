(ns clj-commons.byte-streams
  "Conversion between everything that holds bytes or text: arrays, buffers, strings, files,
  streams, channels, readers, sequences and Manifold sources of those.

  A conversion is found as the cheapest chain of registered steps. Options reach each step:

  :encoding           charset of text, as a string, keyword or Charset (\"UTF-8\")
  :on-encoding-error  :replace, :ignore or :report malformed bytes (:replace)
  :chunk-size         bytes of one piece where a result comes in pieces
  :direct?            put new buffers outside of the heap (false)
  :buffer-size        bytes that may wait in an InputStream over a Manifold source (1024)
  :source-type        the type of the value, instead of what its class says
  :append?            keep what a file holds when writing to it (true); false truncates it
  :close?             close the sink of a transfer (true)
  :writable?          map a file for writing too (false)

  A stream, channel or source that is read into memory is closed, once, also when reading fails. A
  lazy result closes it at its end or when it is closed itself. A caller's ByteBuffer keeps its
  position."
  (:refer-clojure :exclude [vector-of])
  (:require [clj-commons.byte-streams.protocols :as proto])
  (:import (java.io DataInputStream InputStream OutputStream Reader)
           (java.nio ByteBuffer)
           (java.nio.channels ReadableByteChannel)
           (java.util Map)
           (weir.bytes ByteSinks Bytes Comparison Conversions HexDump Lines Options Transfers Type)))

(set! *warn-on-reflection* true)

;;; types

(defn seq-of
  "The type of sequences of `x`, a class or protocol; `bytes` means byte arrays."
  [x]
  (Type/seqOf x))

(defn vector-of
  "The type of vectors of `x`, a class or protocol; `bytes` means byte arrays."
  [x]
  (Type/vectorOf x))

(defn stream-of
  "The type of Manifold sources of `x`, a class or protocol; `bytes` means byte arrays."
  [x]
  (Type/streamOf x))

(defn type-descriptor
  "The type of a value: for a vector that of its first element, for other sequences and for Manifold
  sources one of unknown elements, else its class."
  [x]
  (Conversions/typeOf x))

(defmethod print-method Type [t ^java.io.Writer w]
  (.write w (str t)))

;;; registry

(def conversions
  "Atom that holds the graph of all conversions."
  (Conversions/graphAtom))

(def inverse-conversions
  "Atom that holds the graph with each conversion turned around."
  (Conversions/inverseAtom))

(def src->dst->transfer
  "Atom with a map from source type to a map from sink type to registered transfer."
  (Transfers/routesAtom))

(defmacro def-conversion
  "Registers how to make a `dst` of a `src`:

    (def-conversion ^{:cost 1.5} [Src Dst] [x options] body…)

  Types are classes, `bytes`, protocol vars, or calls of `seq-of`, `vector-of` or `stream-of`.
  `options` may be left out. The cost, default 1, decides which chain is taken. Between plain types
  it also holds for sequences and streams of them. A later registration for the same two types
  replaces the former one, and takes effect at once."
  [types params & body]
  ((requiring-resolve 'weir.bytes.definitions/conversion) types params body &env))

(defmacro def-transfer
  "Registers how to move all bytes of a `src` to a `dst`:

    (def-transfer [Src Dst] [source sink options] body…)

  `options` may be left out. Whatever converts to `src` can be the source. The value of the body is
  that of `transfer`."
  [types params & body]
  ((requiring-resolve 'weir.bytes.definitions/transfer) types params body &env))

;;; conversion

(defn convert
  "Converts `x` to the type `dst`; returns it unchanged if it is of that type already.

  Throws IllegalArgumentException if `x` is nil or there is no chain of conversions."
  ([x dst]
   (Conversions/convert x dst))
  ([x dst options]
   (Conversions/convert x dst (Options/of options))))

(defn conversion-path
  "The steps from type `src` to type `dst`, as vectors of two types: empty if none is needed, nil if
  there is no way."
  [src dst]
  (when-let [path (Conversions/path (Type/of src) (Type/of dst))]
    (map (fn [^weir.bytes.Edge e] [(.shown (.source e)) (.shown (.target e))]) (.edges path))))

(defn possible-conversions
  "The types that values of type `src` convert to, nearest first."
  [src]
  (map #(.shown ^Type %) (keys (.reachable (Conversions/graph) (Type/of src)))))

(defn conversion-cost
  "What it costs to convert the value `x` to type `dst`; 9999 if there is no way."
  [x dst]
  (long (or (Conversions/cost x dst) 9999)))

(defn to-byte-buffer
  "A ByteBuffer of the bytes of `x`: itself, a view, or a copy."
  {:tag ByteBuffer}
  ([x] (Bytes/toByteBuffer x))
  ([x options] (Bytes/toByteBuffer x (Options/of options))))

(def ^{:arglists '([x] [x options])}
  to-byte-buffers
  "A sequence of ByteBuffers with the bytes of `x`, lazy where `x` is."
  (Conversions/function (Type/seqOf ByteBuffer)))

(defn to-byte-array
  "A byte array of the bytes of `x`, which may be itself or share memory with it."
  {:tag 'bytes}
  ([x] (Bytes/toByteArray x))
  ([x options] (Bytes/toByteArray x (Options/of options))))

(def ^{:arglists '([x] [x options])}
  to-byte-arrays
  "A sequence of byte arrays with the bytes of `x`, lazy where `x` is."
  (Conversions/function (Type/seqOf bytes)))

(defn to-input-stream
  "An InputStream of the bytes of `x`, lazy. Closing it closes `x`."
  {:tag InputStream}
  ([x] (Bytes/toInputStream x))
  ([x options] (Bytes/toInputStream x (Options/of options))))

(defn to-data-input-stream
  "A DataInputStream of the bytes of `x`, lazy."
  {:tag DataInputStream}
  ([x] (to-data-input-stream x nil))
  ([x options]
   (if (instance? DataInputStream x)
     x
     (DataInputStream. (to-input-stream x options)))))

(def ^{:arglists '([x] [x options]) :tag OutputStream}
  to-output-stream
  "An OutputStream that writes to `x`; a file is appended to, unless `:append?` is false."
  (Conversions/function OutputStream))

(defn to-char-sequence
  "A CharSequence of the text of `x`, which is read when somebody looks at it."
  {:tag CharSequence}
  ([x] (to-char-sequence x nil))
  ([x options] (if (instance? CharSequence x) x (convert x CharSequence options))))

(def ^{:arglists '([x] [x options]) :tag ReadableByteChannel}
  to-readable-channel
  "A ReadableByteChannel of the bytes of `x`, lazy."
  (Conversions/function ReadableByteChannel))

(defn to-string
  "The text of `x`, all of which is read: a Manifold source blocks the caller until it is drained."
  {:tag String}
  ([x] (Bytes/toString x))
  ([x options] (Bytes/toString x (Options/of options))))

(def ^{:arglists '([x] [x options]) :tag Reader}
  to-reader
  "A Reader of the text of `x`, lazy."
  (Conversions/function Reader))

(defn to-line-seq
  "The lines of the text of `x` without their ends, read as they are asked for. The reader closes at
  the end, and with the sequence, which is Closeable. A failure to read is thrown."
  ([x] (to-line-seq x nil))
  ([x options] (Lines/of (to-reader x options))))

(def ^{:arglists '([x] [x options])}
  to-byte-source
  "Something that satisfies ByteSource, with the bytes of `x`."
  (Conversions/function (Type/of #'proto/ByteSource)))

(def ^{:arglists '([x] [x options])}
  to-byte-sink
  "Something that satisfies ByteSink and writes to `x`."
  (Conversions/function (Type/of #'proto/ByteSink)))

;;; transfer

(defn transfer
  "Moves all bytes of `source` to `sink` and blocks until that is done. Closes both, the sink only
  unless `:close?` is false. Returns nil, or what a transfer from `def-transfer` returns.

  Throws IllegalArgumentException if there is no way."
  ([source sink]
   (transfer source nil sink nil))
  ([source sink options]
   (transfer source nil sink options))
  ([source source-type sink options]
   (let [^Map options options]
     (Transfers/transfer source (or source-type (when options (.get options :source-type)))
                         sink (Options/of options)))))

(defn optimized-transfer?
  "True if bytes can be moved from values of one type to those of the other, in whatever way."
  [type-descriptor sink-type]
  (Transfers/isPossible (Type/of type-descriptor) (Type/of sink-type)))

(def dev-null
  "A byte sink that swallows everything."
  ByteSinks/NOWHERE)

;;; looking at bytes

(defn print-bytes
  "Prints the bytes of anything, sixteen on a line, in hexadecimal and as text. Consumes streams."
  [bytes]
  (HexDump/print bytes *out*))

(defn compare-bytes
  "Compares the bytes of any two things, unsigned: negative if `a` sorts first, 0 if they are the
  same, else positive. Consumes streams."
  [a b]
  (Comparison/compare a b))

(defn bytes=
  "True if the bytes of any two things are the same. Consumes streams."
  [a b]
  (zero? (Comparison/compare a b)))
