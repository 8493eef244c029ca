(ns aleph.http.core
  "Ring's maps as Netty's messages and back, for programs with handlers of their own in a pipeline."
  (:import
   (io.netty.channel Channel ChannelFuture)
   (io.netty.handler.codec.http FullHttpRequest HttpHeaders HttpMessage HttpRequest HttpResponse HttpUtil)
   (javax.net.ssl SSLSession)
   (weir.http HeaderMap HeaderName NettyMessages NettySender RingRequest RingResponse)))

(set! *warn-on-reflection* true)

(defn normalize-header-key
  "Deprecated. Returns the spelling in which the header `k`, a string or a keyword, is sent."
  ^String [k]
  (.name (HeaderName/of k)))

(defn headers->map
  "Returns a map over Netty's headers: any case of a name finds it, `aleph.http/get-all` each value."
  ^HeaderMap [^HttpHeaders h]
  (HeaderMap. h))

(defn map->headers!
  "Adds the fields of the map `m` to Netty's headers; a sequence is a field for each element. Throws
  IllegalArgumentException for a name or a value that cannot be sent."
  [^HttpHeaders h m]
  (NettyMessages/addHeaders h m))

(defn ring-request->netty-request
  "Returns the head of a request map: `:request-method`, `:uri`, `:query-string`, `:headers`."
  ^HttpRequest [req]
  (NettyMessages/request req))

(defn ring-request->full-netty-request
  "Returns a request map with its body, which must be in memory: nil, a string, a byte[], a ByteBuffer
  or a ByteBuf. Throws IllegalArgumentException for others."
  ^FullHttpRequest [req]
  (NettyMessages/fullRequest req))

(defn ring-response->netty-response
  "Returns the head of a response map: `:status` (200) and `:headers`."
  ^HttpResponse [rsp]
  (NettyMessages/response rsp))

(defn netty-request->ring-request
  "Returns a request map over Netty's message, which came over channel `ch`, by TLS if `ssl?`."
  ^RingRequest [req ssl? ch body]
  (NettyMessages/ringRequest req (boolean ssl?) ch body))

(defn netty-response->ring-response
  "Returns a response map over Netty's message. `destroy-conn?` says that the connection cannot be used
  again."
  ^RingResponse [rsp destroy-conn? body]
  (NettyMessages/ringResponse rsp (boolean destroy-conn?) body))

(defn ring-request-ssl-session
  "Returns the TLS session that a request came over, or nil."
  ^SSLSession [req]
  (if (instance? RingRequest req)
    (:ssl-session req)
    (some-> ^Channel (:aleph/channel req) NettyMessages/sslSession)))

(defn has-content-length?
  "True if Netty's message announces the length of its body."
  [^HttpMessage msg]
  (HttpUtil/isContentLengthSet msg))

(defn try-set-content-length!
  "Announces the length of a message's body, unless it has a framing already."
  [^HttpMessage msg ^long length]
  (when-not (or (HttpUtil/isContentLengthSet msg)
                (HttpUtil/isTransferEncodingChunked msg))
    (HttpUtil/setContentLength msg length)))

(defn send-message
  "Sends Netty's message `msg` with a body of any kind that a response may have through the pipeline of
  `ch`, which encodes such messages, and closes the channel behind it unless `keep-alive?`. Returns a
  ChannelFuture of when all is sent. Throws IllegalArgumentException for a body that cannot be sent."
  ^ChannelFuture [ch keep-alive? ssl? msg body]
  (NettySender/send ch (boolean keep-alive?) (boolean ssl?) msg body))
