(ns clj-commons.byte-streams.char-sequence
  "Decoding of text piece by piece. Only `decode-byte-source` is for users; the other functions are
  its steps over a java.nio.charset.CharsetDecoder."
  (:refer-clojure :exclude [flush])
  (:import (java.nio ByteBuffer CharBuffer)
           (java.nio.charset Charset CharsetDecoder CoderResult)
           (weir.bytes Charsets DecodedText DecodedText$Taker Options)))

(set! *warn-on-reflection* true)

(defn ^:no-doc coding-error-action
  "The CodingErrorAction for :replace, :ignore or :report."
  [action]
  (Charsets/errorAction action))

(defn ^:no-doc parse-result
  "The keyword for a CoderResult: :more, :overflow, or an exception for malformed input."
  [^CoderResult result]
  (cond
    (.isUnderflow result) :more
    (.isOverflow result) :overflow
    :else (throw (IllegalArgumentException. (str "malformed input: " result)))))

(defn ^:no-doc decode
  "One step of the decoder from `in` to `out`; returns what `parse-result` does."
  [^CharsetDecoder decoder ^ByteBuffer in ^CharBuffer out]
  (parse-result (.decode decoder in out false)))

(defn ^:no-doc flush
  "Ends decoding: what is left of `in` goes to `out`."
  ([^CharsetDecoder decoder ^ByteBuffer in ^CharBuffer out]
   (parse-result (.decode decoder (or in (ByteBuffer/allocate 0)) out true))
   (parse-result (.flush decoder out))))

(defn ^:no-doc concat-bytes
  "A buffer of the bytes of `a` and then those of `b`; either may be nil."
  [^ByteBuffer a ^ByteBuffer b]
  (cond
    (or (nil? a) (not (.hasRemaining a))) b
    (or (nil? b) (not (.hasRemaining b))) a
    :else (-> (ByteBuffer/allocate (+ (.remaining a) (.remaining b)))
              (.put (.duplicate a))
              (.put (.duplicate b))
              (.flip))))

(defn ^:no-doc lazy-char-buffer-sequence
  "The decoded text of the buffers that `byte-source-fn` returns until nil, as a lazy sequence of
  CharBuffers; `close-fn` is called at the end."
  [^CharsetDecoder decoder chunk-size extra-bytes close-fn byte-source-fn]
  (lazy-seq
   (let [^ByteBuffer in (byte-source-fn chunk-size)
         ^ByteBuffer bytes (or (concat-bytes extra-bytes in) (ByteBuffer/allocate 0))
         out (CharBuffer/allocate
              (+ 8 (int (* (.remaining bytes) (double (.maxCharsPerByte decoder))))))]
     (if in
       (do (decode decoder bytes out)
           (cons (.flip out)
                 (lazy-char-buffer-sequence decoder chunk-size bytes close-fn byte-source-fn)))
       (do (flush decoder bytes out)
           (when close-fn (close-fn))
           (when (pos? (.position out)) (list (.flip out))))))))

(defn decode-byte-source
  "Text that is read and decoded when somebody looks at it; a Closeable CharSequence.

  `take-fn` is called with a number and returns up to so many bytes, nil at the end; `close-fn`
  takes no arguments.

  :chunk-size         bytes per call (1024)
  :encoding           charset (\"UTF-8\")
  :on-encoding-error  :replace, :ignore or :report (:replace)"
  [take-fn close-fn options]
  (DecodedText. (reify DecodedText$Taker (take [_ n] (take-fn n)))
                (reify java.lang.AutoCloseable (close [_] (when close-fn (close-fn))))
                (Options/of options)))
