(ns aleph.http.http2
  "Pieces of HTTP/2 for programs that put handlers of their own into pipelines. Servers are started with
  `aleph.http/start-server` and `:http-versions`, which need nothing of this.

  Of Aleph's names, `setup-conn-pipeline` and `setup-stream-pipeline` are not here: the engine builds its
  pipelines itself, and `:http2-conn-pipeline-transform` and `:http2-stream-pipeline-transform` of a
  server change them."
  (:import
   (io.netty.channel ChannelOutboundInvoker)
   (io.netty.handler.codec.http2 DefaultHttp2GoAwayFrame DefaultHttp2ResetFrame Http2Error
                                 Http2Exception Http2Exception$ShutdownHint Http2FrameStream
                                 Http2Headers Http2StreamChannel)
   (weir.http HeaderMap)
   (weir.http.http2 FieldMaps)))

(set! *warn-on-reflection* true)

(def ^:dynamic *default-chunk-size*
  "Bytes of a file that make one frame."
  16384)

(def max-allowed-frame-size
  "The largest frame that there is, in bytes (RFC 9113 §4.2)."
  16777215)

(defn add-header
  "Adds field `header-name`, a string, keyword or symbol, to Netty's `h2-headers`: once, or for each of a
  sequence of values. Throws IllegalArgumentException for what HTTP/2 can't send."
  [^Http2Headers h2-headers header-name header-value]
  (FieldMaps/add h2-headers header-name header-value))

(defn headers->map
  "Returns the fields of Netty's headers as a Ring header map, without pseudo-header fields."
  ^HeaderMap [^Http2Headers h]
  (FieldMaps/map h))

(defn parse-status
  "Returns `status`, a number, a text or Netty's HttpResponseStatus, as an AsciiString for `:status`."
  [status]
  (FieldMaps/status status))

(defn- h2-error ^Http2Error [code]
  (cond
    (instance? Http2Error code) code
    (integer? code) (Http2Error/valueOf (long code))
    :else (throw (IllegalArgumentException.
                  (str "error code: " (pr-str code) " (expected: Netty's Http2Error, or a number)")))))

(defn go-away
  "Writes GOAWAY to a connection: `out` is its channel or a context of its pipeline. The peer may open
  `num-extra-streams` more streams, by default none. Returns Netty's future."
  ([out h2-error-code]
   (go-away out h2-error-code 0))
  ([^ChannelOutboundInvoker out h2-error-code num-extra-streams]
   (.writeAndFlush out (.setExtraStreamIds (DefaultHttp2GoAwayFrame. (h2-error h2-error-code))
                                           (int num-extra-streams)))))

(defn reset-stream
  "Writes RST_STREAM for `stream`, Netty's Http2FrameStream or the channel of one. Returns Netty's future."
  [^ChannelOutboundInvoker out stream h2-error-code]
  (let [^Http2FrameStream frame-stream (if (instance? Http2StreamChannel stream)
                                         (.stream ^Http2StreamChannel stream)
                                         stream)]
    (.writeAndFlush out (.stream (DefaultHttp2ResetFrame. (h2-error h2-error-code)) frame-stream))))

(defn- with-data [msg data cause]
  (ex-info msg (or data {}) cause))

(defn stream-ex
  "Returns an exception that resets stream `stream-id` when a pipeline meets it. `opts` may have
  `:h2-error` (PROTOCOL_ERROR), `:cause` and `:data`, a map for `ex-data` of the cause."
  ([stream-id msg]
   (stream-ex stream-id msg {}))
  ([stream-id msg {:keys [h2-error cause data] :or {h2-error Http2Error/PROTOCOL_ERROR}}]
   (Http2Exception/streamError (int stream-id) h2-error (with-data msg data cause) msg
                               (object-array 0))))

(defn conn-ex
  "Returns an exception that ends a connection with GOAWAY when a pipeline meets it. `m` is a map for
  `ex-data` of its cause; `shutdown-hint` is Netty's."
  ([msg]
   (conn-ex msg {}))
  ([msg m]
   (conn-ex msg m Http2Error/PROTOCOL_ERROR))
  ([msg m h2-error]
   (conn-ex msg m h2-error nil))
  ([msg m h2-error cause]
   (conn-ex msg m h2-error cause Http2Exception$ShutdownHint/HARD_SHUTDOWN))
  ([^String msg m ^Http2Error h2-error cause ^Http2Exception$ShutdownHint shutdown-hint]
   (Http2Exception. h2-error msg ^Throwable (with-data msg m cause) shutdown-hint)))
