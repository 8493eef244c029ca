(ns clj-commons.byte-streams.protocols
  "What programs extend to add byte sources, byte sinks and things to be closed.

  The engine serves the usual types itself. Extending a protocol takes effect at once, for
  conversions too."
  (:import (java.io InputStream OutputStream)
           (java.nio ByteBuffer)
           (java.nio.channels ReadableByteChannel WritableByteChannel)
           (weir.bytes Options Protocols)))

(set! *warn-on-reflection* true)

(defprotocol Closeable
  "Something that can be closed."
  (close [_] "Closes it."))

(defprotocol ByteSource
  "Something that hands out its bytes piece by piece."
  (take-bytes! [_ n options]
    "Takes up to `n` bytes, in any representation; nil at the end. A failure to read is thrown."))

(defprotocol ByteSink
  "Something that bytes can be sent to."
  (send-bytes! [_ bytes options]
    "Writes all of `bytes`, which may be any representation."))

(defn closeable?
  "True if `x` satisfies Closeable; false for nil. The answer is cached per class."
  [x]
  (Protocols/isCloseable x))

(extend java.io.Closeable Closeable
  {:close (fn [^java.io.Closeable x] (.close x))})

(let [take-from (fn [source n options]
                  (weir.bytes.ByteSource/take source (int n) (Options/of options)))
      send-to (fn [sink bytes options]
                (weir.bytes.ByteSink/send sink bytes (Options/of options)))]
  (run! #(extend % ByteSource {:take-bytes! take-from})
        [weir.bytes.ByteSource InputStream ReadableByteChannel ByteBuffer])
  (Protocols/eachAdapted #(extend % ByteSource {:take-bytes! take-from}))
  (run! #(extend % ByteSink {:send-bytes! send-to})
        [weir.bytes.ByteSink OutputStream WritableByteChannel]))

;; The vars, as extending a protocol puts new functions into them.
(Protocols/closeable #'Closeable #'close)
(Protocols/byteSource #'ByteSource #'take-bytes!)
(Protocols/byteSink #'ByteSink #'send-bytes!)
