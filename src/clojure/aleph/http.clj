(ns aleph.http
  "HTTP servers and clients with Aleph's API.

  A handler takes a Ring request map and returns a Ring response map, or a deferred of one. It runs on
  a worker thread (a virtual one where the JVM has them) and may block there."
  (:require
   [aleph.http.server :as server])
  (:import
   (weir.deferred Deferred)
   (weir.http HeaderMap HttpServer)))

(set! *warn-on-reflection* true)

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
  | `:executor` | where handlers run: an Executor, or `:none` for the event loop (virtual threads, a pool of 512 before JDK 21)
  | `:shutdown-executor?` | shut `:executor` down with the server (true)
  | `:async?` | the handler takes `request respond raise` (false)
  | `:async-timeout` | ms that an asynchronous handler may take to answer (0: no limit)
  | `:async-timeout-handler` | handler of `request respond raise` that answers instead (a 500)
  | `:error-handler` | function from a Throwable to a response (a 500 and a log entry)
  | `:rejected-handler` | function from a request which `:executor` has rejected to a response (a 503)
  | `:request-buffer-size` | bytes of a request body that may wait unread (16384)
  | `:raw-stream?` | request bodies are streams of ByteBuf which the handler releases (false)
  | `:max-request-body-size` | gather bodies before the handler is called, and answer 413 to larger ones (no limit, no gathering)
  | `:max-initial-line-length` | longest request line, else 414 (8192)
  | `:max-header-size` | largest header block, else 431 (8192)
  | `:max-chunk-size` | largest piece of a body that is handed on (16384)
  | `:max-pipelined-requests` | requests of a connection that may wait for responses (16)
  | `:validate-headers` | refuse illegal characters in headers (true)
  | `:idle-timeout` | ms without any traffic after which a connection is closed (0: never)
  | `:shutdown-timeout` | seconds that running exchanges may take after `.close` (15)
  | `:ssl-context` | an SslContext or SslContextBuilder
  | `:manual-ssl?` | `:initial-pipeline-transform` installs the TLS handler (false)
  | `:server-header` | value of the Server header, nil for none (\"Weir\")
  | `:server-name` | `:local` or `:host-header`: where `:server-name` and `:server-port` come from (`:local`)
  | `:always-body?` | requests without a body have an empty InputStream, as Ring's adapters give it, not nil (false; forms always have one)
  | `:output-buffer-size` | bytes that a body which writes itself may write before anything is sent (32768)
  | `:end-failed-bodies?` | a body that fails halfway ends as if it were complete, as Ring's Jetty adapter has it; else the connection is cut (false)
  | `:event-loop-threads` | number of event loops (two for each processor)
  | `:daemon?` | let the JVM end while the server runs (false)
  | `:bootstrap-transform`, `:initial-pipeline-transform`, `:http1-pipeline-transform` | functions called with Netty's objects for effect

  Throws java.net.BindException if the address is taken, IllegalArgumentException for a bad option."
  [handler options]
  (server/start handler options))

(defmethod print-method HttpServer [^HttpServer server ^java.io.Writer writer]
  (.write writer (str "AlephServer[channel:" (.channel server)
                      ", transport:" (.transportName server) "]")))

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
