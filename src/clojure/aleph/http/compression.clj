(ns aleph.http.compression
  "Which coding a response gets, for programs that compress by themselves."
  (:import
   (io.netty.handler.codec.compression CompressionOptions)
   (java.util Collection List Map)
   (weir.http.coding Acceptance Compression)
   (weir.http.http2 CodingHandler)))

(set! *warn-on-reflection* true)

(def ^"[Lio.netty.handler.codec.compression.CompressionOptions;" available-compressor-options
  "What `:compression-options` of a server is by default, the preferred coding first."
  (into-array CompressionOptions (.options (Compression/standard))))

(defn parse-accept-encoding
  "Returns how well a client likes each coding that the header names, as a map from its name in lower
  case to its weight, 0 to 1."
  [accept-encoding]
  (let [^List fields (if accept-encoding [accept-encoding] [])]
    (into {} (.weights (Acceptance/of fields)))))

(defn choose-codec
  "Returns the name of the coding that a response gets: of those that the client likes best the first
  of br, zstd, snappy, gzip and deflate among `compressor-options`, an array or a collection; nil if
  the body is to stay as it is. `opts` is an Accept-Encoding header, or what `parse-accept-encoding`
  has made of one."
  [compressor-options opts]
  (let [^Map weights (if (map? opts) opts (parse-accept-encoding opts))
        ^Collection codings (vec compressor-options)]
    (.choose (Compression/of codings) (Acceptance/of weights))))

(defn h2-compression-handler
  "Returns a handler for the pipeline of one stream, which gives responses the coding that its request
  likes best, for a codec that encodes bodies as their `content-encoding` says: see
  `aleph.http.AlephHttp2FrameCodecBuilder`. Servers encode bodies with `:compression?`, and without it."
  (^CodingHandler []
   (h2-compression-handler available-compressor-options))
  (^CodingHandler [compressor-options]
   (let [^Collection codings (vec compressor-options)]
     (CodingHandler. (Compression/of codings)))))
