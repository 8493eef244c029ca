(ns aleph.http
  "HTTP servers and clients with Aleph's API.

  A handler takes a Ring request map and returns a Ring response map, or a deferred of one. It runs on
  a worker thread (a virtual one where the JVM has them) and may block there."
  (:refer-clojure :exclude [get])
  (:import
   (aleph.utils RequestCancellationException)
   (java.util.concurrent Executor)
   (weir.deferred Deferred)
   (weir.http HeaderMap HttpClient HttpServer RingServer)
   (weir.http.client CallbackThreads)
   (weir.http.server RingBodies)))

(set! *warn-on-reflection* true)

(defn- body-rule
  "Which bodies write themselves, if Ring is there to say so."
  []
  (when (or (find-ns 'ring.core.protocols) (RingBodies/onClassPath))
    ((requiring-resolve 'weir.ring/body-rule))))

(defn- ring-listener
  "Adapts a Ring WebSocket listener, which is there only when Ring's protocols are."
  [listener]
  ((requiring-resolve 'weir.ring.websocket/listener) listener))

(defn start-server
  "Starts an HTTP server and returns it: a java.io.Closeable that also answers `aleph.netty/port` and
  `aleph.netty/wait-for-close`. The socket is bound when this returns; the JVM stays alive until the
  server is closed.

  | key | meaning (default)
  |:----|:----
  | `:port` | port on all interfaces; 0 takes a free one
  | `:socket-address` | a java.net.SocketAddress to listen on; wins over `:port`
  | `:listen-socket` | a bound ServerSocketChannel (`:nio`) or file descriptor (`:epoll`, `:kqueue`) which the server uses and never closes
  | `:unix-socket` | path of a unix domain socket
  | `:transport` | `:nio`, `:epoll`, `:kqueue` or `:io-uring` (the best of this machine)
  | `:executor` | where handlers run: an Executor, `:virtual`, or `:none` for the event loop (virtual threads, a pool of 512 before JDK 21)
  | `:shutdown-executor?` | shut `:executor` down with the server (true)
  | `:async?` | the handler takes `request respond raise` (false)
  | `:async-timeout` | ms that an asynchronous handler may take to answer (0: no limit)
  | `:async-timeout-handler` | handler of `request respond raise` that answers instead (a 500)
  | `:websocket-options` | options of `websocket-connection` for responses with `:ring.websocket/listener`, a map (none)
  | `:error-handler` | function from a Throwable to a response (a 500 and a log entry)
  | `:rejected-handler` | function from a request which `:executor` has rejected to a response (a 503)
  | `:interrupt-handlers?` | interrupt the thread of a handler whose client has gone (false)
  | `:continue-handler` | function of a request with `Expect: 100-continue`, to true, false (417), a response, or a deferred of these (each may continue)
  | `:continue-executor` | where it runs: an Executor, or `:none` for the event loop (where handlers run)
  | `:request-buffer-size` | bytes of a request body that may wait unread (16384)
  | `:raw-stream?` | request bodies are streams of ByteBuf which the handler releases (false)
  | `:body-type` | `:input-stream`, `:byte-stream` (a stream of byte[]) or `:raw-stream` (an InputStream)
  | `:max-request-body-size` | gather bodies before the handler is called, and answer 413 to larger ones (no limit, no gathering)
  | `:max-streamed-body-size` | limit of request bodies that are not gathered: 413, or a failing read (no limit)
  | `:max-initial-line-length` | longest request line, else 414 (8192)
  | `:max-header-size` | largest header block, else 431 (8192)
  | `:max-chunk-size` | largest piece of a body that is handed on (16384)
  | `:max-pipelined-requests` | requests of a connection that may wait for responses (16)
  | `:max-connections` | connections that may be open at once; others wait to be accepted (0: no limit)
  | `:max-requests-in-flight` | requests that may be with handlers at once; more are answered 503 (10000; 0: no limit)
  | `:initial-buffer-size` | bytes that the decoder's scratch buffer has at first (128)
  | `:allow-duplicate-content-lengths` | equal Content-Length headers are one, not a 400 (false)
  | `:validate-headers` | refuse illegal characters in headers (true)
  | `:idle-timeout` | ms without any traffic after which a connection is closed (0: never)
  | `:keep-alive-timeout` | ms in which a request must begin to arrive, else the connection is closed (75000; 0: never)
  | `:header-timeout` | ms from a header's first bytes to its end, else 408 (10000; 0: no limit)
  | `:body-timeout` | ms in which more of an awaited request body must come, else 408 (30000; 0: no limit)
  | `:min-body-rate` | bytes per second at which an awaited request body must come on average, else 408 (0: no limit)
  | `:write-timeout` | ms in which the client must read more of a response, else the connection is reset (60000; 0: no limit)
  | `:shutdown-timeout` | seconds that running exchanges may take after `.close` (15)
  | `:statistics?` | counts for `weir.server/stats` (false)
  | `:on-event` | a function that hears of each connection and request (none)
  | `:access-log?` | logs each request on the logger `weir.http.access` (false)
  | `:logger` | a Netty LoggingHandler that logs the traffic (none)
  | `:ssl-context` | an SslContext, an SslContextBuilder, or a map as in docs/tls.md
  | `:manual-ssl?` | `:initial-pipeline-transform` installs the TLS handler (false)
  | `:server-header` | value of the Server header, nil for none (\"Weir\")
  | `:header-case` | how the names of response headers are spelled: `:title`, `:as-given` or `:lower` (`:title`)
  | `:proxy-protocol-from` | CIDR ranges of the proxies that speak the PROXY protocol, `\"unix\"` for unix sockets (nobody)
  | `:forwarded-from` | CIDR ranges of the proxies whose forwarding headers count (nobody)
  | `:forwarded-header` | which those are: `:x-forwarded` (For, Proto, Host) or `:forwarded` of RFC 7239 (`:x-forwarded`)
  | `:server-name` | `:local` or `:host-header`: where `:server-name` and `:server-port` come from (`:local`)
  | `:always-body?` | requests without a body have an empty InputStream, as Ring's adapters give it, not nil (false; forms always have one)
  | `:output-buffer-size` | bytes that a body which writes itself may write before anything is sent (32768)
  | `:compression?` | encode bodies as the client asks for: br, zstd, gzip or deflate (false)
  | `:compression-level` | how hard gzip and deflate try, 1 to 9; implies `:compression?` (6)
  | `:compression-options` | the codings to use, as Netty's CompressionOptions; implies `:compression?` (all)
  | `:end-failed-bodies?` | a body that fails halfway ends as if it were complete, as Ring's Jetty adapter has it; else the connection is cut (false)
  | `:event-loop-threads` | number of event loops (two for each processor)
  | `:daemon?` | let the JVM end while the server runs (false)
  | `:http-versions` | `:http1` and `:http2`, the preferred one first (`[:http1]`)
  | `:use-h2c?` | HTTP/2 without TLS (false)
  | `:http2-settings` | more settings for HTTP/2 clients, as Netty's Http2Settings (none)
  | `:http2-max-concurrent-streams`, `:http2-window-size`, `:http2-connection-window-size`, `:http2-max-window-size`, `:http2-max-connection-window-size`, `:http2-max-frame-size`, `:http2-max-header-list-size` | what HTTP/2 clients may send (128, 32 MiB, 128 MiB, 128 MiB, 256 MiB, 16 KiB, `:max-header-size`)
  | `:http2-max-resets`, `:http2-max-control-frames`, `:http2-max-window-updates`, `:http2-max-waiting-acks`, `:http2-max-continuations` | after how many a connection is cut; see docs/http2.md
  | `:conn-go-away-handler`, `:stream-go-away-handler`, `:reset-stream-handler` | functions of a ChannelHandlerContext and the frame (none)
  | `:bootstrap-transform`, `:initial-pipeline-transform`, `:http1-pipeline-transform`, `:http2-conn-pipeline-transform`, `:http2-stream-pipeline-transform` | functions called with Netty's objects for effect

  Throws java.net.BindException if the address is taken, IllegalArgumentException for a bad option."
  ^HttpServer [handler options]
  (RingServer/start "aleph.http/start-server" "aleph-server-pool" handler options (body-rule)
                    ring-listener))

(defmethod print-method HttpServer [server writer]
  ((requiring-resolve 'aleph.http.print/server) server writer))

(defn- ends-by-closing
  "Marks a response whose body, if it writes itself, goes on after the method that writes it returns."
  [response]
  (if (instance? clojure.lang.IObj response)
    (vary-meta response assoc :weir/ends-by-closing true)
    response))

(defn wrap-ring-async-handler
  "Turns an asynchronous Ring handler, which takes `request respond raise`, into one that takes a
  request and returns a deferred. The first call of `respond` or `raise` counts."
  [handler]
  (fn [request]
    (let [response (Deferred/create)]
      (handler request #(.success response (ends-by-closing %)) #(.error response %))
      response)))

(defn file
  "Describes a file as a body: all of it, or `length` bytes from `offset`. `path` is a String, a File or
  a Path. It is sent by the kernel where that is possible, else read `chunk-size` bytes (16384) at once.
  Throws IllegalArgumentException if there is no such file, or no such region in it."
  ([path]
   (file path nil nil nil))
  ([path offset length]
   (file path offset length nil))
  ([path offset length chunk-size]
   ((requiring-resolve 'aleph.http.file/http-file) path offset length chunk-size)))

(defn get-all
  "Returns every value of header `k`, a string in any case, as they came over the wire. `header-map`
  is the `:headers` of a request or a response."
  [header-map k]
  (if (instance? HeaderMap header-map)
    (.getAll ^HeaderMap header-map k)
    (throw (IllegalArgumentException.
            (str "get-all takes the :headers of a request or a response, got a "
                 (class header-map))))))

;; ---- the client, whose namespace is loaded by the first use: a server alone does not pay for it

(def ^:private make-pool (delay (requiring-resolve 'aleph.http.client/connection-pool)))
(def ^:private send! (delay (requiring-resolve 'aleph.http.client/request)))

(defn connection-pool
  "Makes a pool of connections for requests, to be given as their `:pool`: a java.io.Closeable, with
  `.shutdown` as another name for `.close`. Nothing is started before the first request.

  | key | meaning (default)
  |:----|:----
  | `:stats-callback` | called once per `:control-period` with a map of \"scheme://host:port\" to statistics as of `manifold.executor/stats->map` (those of `register-connection-stats-callback`)
  | `:connections-per-host` | connections to one origin (8)
  | `:total-connections` | connections to all origins together (1024)
  | `:pool-builder-fn` | makes the pool itself, of a map of `:generate`, `:destroy`, `:controller`, `:control-period`, `:max-queue-size` and `:stats-callback`: `aleph.flow/instrumented-pool`, Dirigiste's IPool, or a weir.executor.KeyedPool (the engine's own)
  | `:pool-controller-builder-fn` | function of nothing that makes such a pool's `:controller` (one of the limits above and `:target-utilization`)
  | `:target-utilization` | part of the time for which that one keeps connections in use (0.9)
  | `:max-queue-size` | requests that may wait for a connection to one origin; 0 fails at once (65536)
  | `:control-period` | ms after which a connection is closed that nobody has used (60000)
  | `:dns-options` | a map as `aleph.netty/dns-resolver-group` takes it; wins over `:name-resolver`
  | `:middleware` | function from a client to a client, in the place of `client-middleware/wrap-request`
  | `:connection-options` | a map, see below

  Connection options:

  | key | meaning (default)
  |:----|:----
  | `:ssl-context` | an SslContext, an SslContextBuilder, or a map as in docs/tls.md
  | `:ssl-endpoint-id-alg` | how a certificate is held against the host's name; nil does not (\"HTTPS\")
  | `:insecure?` | trust every certificate for every name (false)
  | `:keystore`, `:keystore-type`, `:keystore-pass`, `:trust-store`, `:trust-store-type`, `:trust-store-pass`, `:trust-managers` | clj-http's words for `:ssl-context` (none)
  | `:local-address` | where to connect from
  | `:unix-socket` | path of a unix domain socket to connect to, whomever a URL names
  | `:keep-alive?` | use connections again (true)
  | `:header-case` | how header names are spelled: `:title`, `:as-given` or `:lower` (`:title`)
  | `:connect-timeout` | ms for the TCP connection (30000)
  | `:idle-timeout` | ms after which an unused connection is closed (0: see `:control-period`)
  | `:response-buffer-size` | bytes up to which a body of known length is in memory when the response comes, and that may wait unread of a larger one (65536)
  | `:decompress-body?` | what `request` does with compressed bodies unless it is told (false)
  | `:raw-stream?` | bodies are streams of ByteBuf which the reader releases (false)
  | `:max-initial-line-length`, `:max-header-size`, `:max-chunk-size` | limits in bytes (65536)
  | `:name-resolver` | `:default` (the JDK's, off the event loops), `:noop`, or an AddressResolverGroup
  | `:proxy-options` | a map of `:host`, `:port`, `:protocol` (`:http`, `:https`, `:socks4`, `:socks5`), `:user`, `:password`, `:tunnel?`, `:http-headers`, `:connection-timeout` (60000), `:ssl-context` (of TLS to the proxy) and `:ignore-hosts` (those of NO_PROXY); also a key of single requests, beside clj-http's `:proxy-host`, `:proxy-port`, `:proxy-user`, `:proxy-pass` and `:proxy-ignore-hosts`
  | `:response-executor` | where callbacks of responses run (threads that may block)
  | `:log-activity` | a level at which traffic is logged (none)
  | `:error-logger` | function of each Throwable that breaks a connection, on its event loop (logs at debug level)
  | `:event-loop-group` | a Netty EventLoopGroup, which stays yours (one that all clients share)
  | `:transport` | `:nio`, `:epoll`, `:kqueue` or `:io-uring` (the best of this machine)
  | `:http-versions` | what is offered on https, best first (`[:http2 :http1]`)
  | `:force-h2c?` | speak HTTP/2 on http, too, to servers that are known to (false)
  | `:http2-ping-interval`, `:http2-ping-timeout` | ms of silence after which a server is asked whether it is there (0: never), and in which it must answer (20000)
  | `:http2-settings` and other `:http2-…` | windows, limits and pipelines of HTTP/2: docs/options.md
  | `:conn-go-away-handler`, `:stream-go-away-handler`, `:reset-stream-handler` | functions of a ChannelHandlerContext and a frame
  | `:bootstrap-transform`, `:pipeline-transform` | functions called with Netty's objects for effect

  Throws IllegalArgumentException for a bad option."
  ^java.io.Closeable [options]
  (@make-pool options))

(defn register-connection-stats-callback
  "Has `f` called with the statistics of every connection pool that has no `:stats-callback` of its own,
  once per control period of that pool: a map of \"scheme://host:port\" to a map as of
  `manifold.executor/stats->map`. Returns the set of callbacks."
  [f]
  ((requiring-resolve 'aleph.http.stats/register) f))

(defn unregister-connection-stats-callback
  "Undoes `register-connection-stats-callback`. Returns the set of callbacks."
  [f]
  ((requiring-resolve 'aleph.http.stats/unregister) f))

(def ^:no-doc default-connection-pool
  "The pool of requests that name none."
  (HttpClient/shared))

(def ^:no-doc ^Executor default-response-executor
  "Where callbacks of responses run: threads that may block, made when they are first needed."
  CallbackThreads/INSTANCE)

(defn request
  "Sends an HTTP request and returns a deferred of the response: a map of `:status`, `:headers`,
  `:body` and more. Putting an error into the deferred cancels the request, wherever it is.

  | key | meaning (default)
  |:----|:----
  | `:request-method`, `:method` | a keyword or a string
  | `:url` | a string; or `:scheme`, `:server-name`, `:server-port`, `:uri`, `:query-string`
  | `:headers` | map of names to a value or a sequence of values
  | `:body` | string, byte[], ByteBuffer, ByteBuf, InputStream, File, Path, sequence or stream
  | `:query-params` | map or pairs, added to the query
  | `:form-params` | map or pairs: the body of POST, PUT, PATCH and DELETE
  | `:trailers` | map of fields that follow the body, or a function or deferred of one (none)
  | `:multipart` | parts, maps of `:part-name`, `:content`, `:mime-type`, `:charset`, `:file-name`: a form as the body, files and InputStreams streamed; `:length` says that of an InputStream
  | `:mime-subtype`, `:multipart-charset`, `:multipart-mode` | (form-data); charset of the parts' names (UTF-8); `:extended`, `:browser-compatible` or `:strict` headers of parts (`:extended`)
  | `:multi-param-style` | `:default` `a=1&a=2`, `:array` `a[]=1`, `:indexed` `a[0]=1`, `:comma-separated`
  | `:ignore-nested-query-string`, `:flatten-nested-form-params`, `:flatten-nested-keys` | which nested maps become `a[b]=1`
  | `:content-type`, `:character-encoding`, `:accept`, `:accept-encoding` | headers by value or keyword
  | `:basic-auth`, `:digest-auth`, `:oauth-token` | \"user:password\" or a pair; the same, answers one challenge; a token
  | `:cookies` | map of names to values, or cookie maps
  | `:cookie-store`, `:cookie-spec` | `client-middleware/in-memory-cookie-store` or your own; how to read and match cookies (RFC 6265)
  | `:decode-cookies` | the response's `:cookies` are a map by name (with a store, a sequence of cookies)
  | `:as` | `:stream`, `:byte-array`, `:string`, `:reader`, `:clojure`, `:json`, `:json-strict`, `:json-string-keys`, `:json-strict-string-keys`, `:xml`, `:transit+json`, `:transit+msgpack`, `:x-www-form-urlencoded`, a charset, or `:auto` by the content type (a stream)
  | `:coerce` | JSON is read of responses that are `:unexceptional`, `:exceptional`, or `:always` (`:unexceptional`)
  | `:raw-stream?` | the body is a stream of ByteBuf (that of the pool)
  | `:throw-exceptions` | an exceptional status fails the deferred (true)
  | `:unexceptional-status` | predicate of statuses that do not
  | `:follow-redirects`, `:max-redirects`, `:force-redirects` | (true, 20, false)
  | `:redirect-strategy` | `:default`, `:lax` (unsafe methods, too), `:graceful` (the last redirect is the response when there are too many), `:none`, or a function of request and response: nil, true, or a location
  | `:pool` | what `connection-pool` returned (one for all)
  | `:insecure?` | trust every certificate for every name, over connections of their own (false)
  | `:pool-timeout` | ms to wait for the pool, then PoolTimeoutException (none)
  | `:connection-timeout` | ms to connect, then ConnectionTimeoutException (30000)
  | `:request-timeout` | ms from sending to the response, then RequestTimeoutException (none)
  | `:socket-timeout` | ms that the server may keep silent while something is to come, then ReadTimeoutException (none)
  | `:read-timeout` | ms from there to the end of the body, whose reading then fails with a ReadTimeoutException (none)
  | `:total-timeout` | ms for all of it, redirects included, then RequestTimeoutException (none)
  | `:decompress-body?` | ask for a compressed body and hand out the plain one, with `:orig-content-encoding` in the response: gzip, deflate, br and zstd where their libraries are (what the pool does)
  | `:max-body-size` | bytes of a body that is gathered in memory (1 GiB)
  | `:response-executor` | where callbacks of the response run (that of the pool)
  | `:middleware` | function from a client, itself a function of a request, to a client
  | `:cache` | true for a private cache of the pool, or one of `weir.http.cache/http-cache`; the response's `:cached` is `:hit`, `:validated` or `:miss`
  | `:cache-config` | map of `:max-cache-entries` (1000) and `:max-object-size` in bytes (1048576) for the pool's cache
  | `:request-interceptor` | function of each request as it is sent, a map of `:request-method`, `:url`, `:headers` and `:body`, and a context of `:request` and `:url`; a map that it returns is sent instead
  | `:response-interceptor` | function of each response, redirects included, and a context of `:request` and `:url`
  | `:retry-handler` | function of an exception, the count of failures and a context: whether to send again
  | `:on-upload`, `:on-download` | functions of bytes so far and in total (nil if unknown); must not block
  | `:save-request`, `:debug-body` | the response has `:aleph/request` and `:aleph/netty-request`; `:aleph/request-body`
  | `:debug` | log the request, without its secrets"
  [req]
  (@send! request default-connection-pool req))

(defn cancel-request!
  "Cancels a request by putting a RequestCancellationException into `r`, what `request` returned.
  Returns true, or false if `r` was realized already."
  [r]
  (.error ^manifold.deferred.IMutableDeferred r
          (RequestCancellationException. "Request cancelled")))

(defn- verb [method]
  (fn
    ([url] (request {:request-method method :url url}))
    ([url options] (request (assoc options :request-method method :url url)))))

(def ^{:arglists '([url] [url options])} get
  "Sends a GET request; see `request`."
  (verb :get))

(def ^{:arglists '([url] [url options])} post
  "Sends a POST request; see `request`."
  (verb :post))

(def ^{:arglists '([url] [url options])} put
  "Sends a PUT request; see `request`."
  (verb :put))

(def ^{:arglists '([url] [url options])} patch
  "Sends a PATCH request; see `request`."
  (verb :patch))

(def ^{:arglists '([url] [url options])} options
  "Sends a OPTIONS request; see `request`."
  (verb :options))

(def ^{:arglists '([url] [url options])} trace
  "Sends a TRACE request; see `request`."
  (verb :trace))

(def ^{:arglists '([url] [url options])} head
  "Sends a HEAD request; see `request`."
  (verb :head))

(def ^{:arglists '([url] [url options])} delete
  "Sends a DELETE request; see `request`."
  (verb :delete))

(def ^{:arglists '([url] [url options])} connect
  "Sends a CONNECT request; see `request`."
  (verb :connect))

;; ---- WebSockets

(defn websocket-connection
  "Answers a request with a WebSocket and returns a deferred of a duplex stream: strings and bytes that
  are put into it are sent, messages that come can be taken, as strings and byte arrays. A put is true
  when the message is written, false when the socket is closed. What the handler returns is dropped.

  | key | meaning (default)
  |:----|:----
  | `:raw-stream?` | messages are ByteBufs, which the taker releases (false)
  | `:raw-frames?` | each frame is one of Netty's WebSocketFrames, as it comes: messages are not put together (false)
  | `:headers` | more headers of the response
  | `:sub-protocols` | those of the server, a collection or a comma-separated string: the first that the client offers is chosen
  | `:origin-check` | function of the Origin header, nil if there is none; 403 unless it returns true (none)
  | `:max-frame-payload` | bytes of one frame, else Close 1009 (65536)
  | `:max-frame-size` | bytes of a message of several frames, and after decompression, else Close 1009 (1048576)
  | `:max-message-size` | sets both
  | `:allow-extensions?` | accept reserved bits that nobody gave a meaning (false)
  | `:compression?` | agree to permessage-deflate (false)
  | `:compression-options` | map of `:level` (6), `:server-no-context-takeover?`, `:client-no-context-takeover?` (false), `:server-max-window-bits`, `:client-max-window-bits` (15)
  | `:heartbeats` | map of `:send-after-idle` (30000 ms), `:payload` (none) and `:timeout` (none): a PING when nothing moved for so long, and the end without a PONG
  | `:idle-timeout` | ms without any traffic, then Close 1001 (that of the server)
  | `:close-timeout` | ms that the peer may take to answer a Close (10000)
  | `:pipeline-transform` | function of the pipeline after the handshake

  The deferred fails, and the client gets 400, 426 or 403, if this is no handshake, one of another
  version, or one of a wrong origin."
  ([req]
   (websocket-connection req nil))
  ([req options]
   ((requiring-resolve 'aleph.http.websocket.server/connect) req options)))

(defn websocket-client
  "Connects to a WebSocket at `url`, which begins with ws:// or wss://, and returns a deferred of a
  duplex stream as `websocket-connection` has it, with these options beside those that are not only for
  servers:

  | key | meaning (default)
  |:----|:----
  | `:headers` | more headers of the request
  | `:sub-protocols` | what the server may choose from, comma-separated
  | `:extensions?` | accept extensions (false)
  | `:ssl-context` | an SslContext or a map of options
  | `:ssl-endpoint-id-alg` | how a certificate is held against the host's name; nil does not (\"HTTPS\")
  | `:insecure?` | trust every certificate for every name (false)
  | `:connect-timeout` | ms for the TCP connection (30000)
  | `:handshake-timeout` | ms from there until the server has agreed (30000)
  | `:http-versions` | versions of HTTP that the handshake may take, best first; see docs/websocket.md (`[:http1]`)
  | `:local-address` | where to connect from
  | `:name-resolver`, `:dns-options` | `:default`, `:noop`, or an AddressResolverGroup; or options of `aleph.netty/dns-resolver-group`, for this connection alone
  | `:proxy-options` | as for `connection-pool`; ws goes through a tunnel, too
  | `:executor` | calls back what takes messages, or `:none` for the event loop (threads that may block)
  | `:transport`, `:bootstrap-transform` | as for `connection-pool`

  The description of the stream has, under `:sink`, `:websocket-selected-subprotocol`,
  `:websocket-handshake-headers`, and after a Close `:websocket-close-code` and `:websocket-close-msg`.
  A server that does not agree fails the deferred with a WebSocketClientHandshakeException, whose cause
  has `:status`, `:headers` and `:body` as its data."
  ([url]
   (websocket-client url nil))
  ([url options]
   ((requiring-resolve 'aleph.http.websocket.client/connect) url options)))

(defn websocket-ping
  "Sends a PING, with `data` of at most 125 bytes, and returns a deferred of true when a PONG comes, of
  false when the socket is closed before; or realizes `d`. While one is unanswered no other is sent: the
  next PONG answers all."
  ([conn]
   (websocket-ping conn nil nil))
  ([conn d]
   (websocket-ping conn d nil))
  ([conn d data]
   ((requiring-resolve 'aleph.http.websocket.common/websocket-ping) conn d data)))

(defn websocket-close!
  "Starts the closing handshake and returns a deferred of whether this call did; or realizes
  `deferred`. `status` is -1 for none, or a code that may be sent: 1000 to 4999 but for those that RFC
  6455 reserves, else IllegalArgumentException. `reason` has at most 123 bytes."
  ([conn]
   (websocket-close! conn -1 ""))
  ([conn status]
   (websocket-close! conn status ""))
  ([conn status reason]
   (websocket-close! conn status reason nil))
  ([conn status reason deferred]
   ((requiring-resolve 'aleph.http.websocket.common/websocket-close!) conn status reason deferred)))
