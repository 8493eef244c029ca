(ns weir.frame
  "Messages over duplex streams of bytes, such as those of `aleph.tcp`: lines, delimited, length-prefixed.

  Each function takes a stream and returns a duplex stream of frames over it. A frame longer than
  `:max-length` bytes (65536), or an end within a frame, ends the frames and closes the stream below; then
  `manifold.stream/terminal-error` of the frames is a weir.bytes.frame.FrameException. Back-pressure passes
  through; closing the frames closes the stream."
  (:require
   [clj-commons.byte-streams :as bs]
   [manifold.stream :as s]
   [weir.options :as o])
  (:import
   (java.nio.charset StandardCharsets)
   (java.util.function Function)
   (weir.bytes.frame FrameDecoder Frames)))

(set! *warn-on-reflection* true)

(defn- max-length [options]
  (or (o/positive-int options :max-length) Frames/DEFAULT_MAX_LENGTH))

(defn- form ^Function [as]
  (case as
    (nil :string) (reify Function (apply [_ frame] (String. ^bytes frame StandardCharsets/UTF_8)))
    :bytes (reify Function (apply [_ frame] frame))
    (throw (o/illegal :as as ":string or :bytes"))))

(defn- framed [stream ^FrameDecoder decoder as encode]
  (let [out (s/stream)]
    (s/connect-via out #(s/put! stream (encode %)) stream)
    (s/splice out (Frames/decode stream decoder (form as)))))

(defn- ended-by [^String end frame]
  (let [text (if (string? frame) frame (bs/to-string frame))]
    (o/check :frame frame (not (.contains ^String text end)) "no delimiter inside")
    (str text end)))

(defn lines
  "Frames that are lines: strings without their ends, LF or CRLF. What is put gets an LF."
  ([stream] (lines stream nil))
  ([stream options]
   (framed stream (Frames/lines (max-length options)) :string #(ended-by "\n" %))))

(defn delimited
  "Frames that end with `delimiter`, a string; strings, or byte arrays with `:as :bytes`."
  ([stream delimiter] (delimited stream delimiter nil))
  ([stream ^String delimiter {:keys [as] :as options}]
   (framed stream (Frames/delimited (.getBytes delimiter StandardCharsets/UTF_8) (max-length options)) as
           #(ended-by delimiter %))))

(defn length-prefixed
  "Frames behind their length, big-endian in `:length-bytes` (4); byte arrays, or strings with
  `:as :string`."
  ([stream] (length-prefixed stream nil))
  ([stream {:keys [as] :as options}]
   (let [n (int (or (o/positive-int options :length-bytes) 4))]
     (framed stream (Frames/lengthPrefixed n (max-length options)) (or as :bytes)
             #(Frames/withLength (bs/to-byte-array %) n)))))
