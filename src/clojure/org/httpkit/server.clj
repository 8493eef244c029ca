(ns org.httpkit.server
  "HTTP servers with http-kit's API: a handler takes a Ring request and returns a Ring response, or keeps
  the request's channel and answers through it, at once, later, in pieces, or as a WebSocket.

  What differs from http-kit is in docs/http-kit.md."
  (:require
   [org.httpkit.server.options :as options]
   [org.httpkit.utils :as utils]
   [weir.options :as o])
  (:import
   (org.httpkit.server AsyncChannel HttpServer)
   (org.slf4j LoggerFactory)
   (weir.deferred Deferred)
   (weir.http.server RingBodies)
   (weir.http.server.channel ChannelServer Handlers ResponseChannel)
   (weir.http.websocket Handshakes)))

(set! *warn-on-reflection* true)

;;; workers

(defn new-worker
  "Makes a worker for `:worker-pool`: a map whose `:pool` is an ExecutorService. See
  `org.httpkit.utils/new-worker` for the options. Defaults: virtual threads where the JVM has them, else
  up to 16 threads for each processor and a queue of 20480."
  [{:keys [prefix worker-name-prefix n-threads thread queue-size] :as opts}]
  (utils/new-worker {:prefix "http-kit-server-worker-"
                     :queue-type :array
                     :queue-size 20480
                     :n-min-threads-factor 1
                     :n-max-threads-factor 16}
                    (cond-> (dissoc opts :thread :worker-name-prefix)
                      (or prefix worker-name-prefix) (assoc :prefix (or prefix worker-name-prefix))
                      (or n-threads thread) (assoc :n-threads (or n-threads thread))
                      queue-size (assoc :queue-size queue-size))))

(defn- worker-pool
  "Returns the pool that the options ask for; nil for the threads of the server itself, which are virtual
  where the JVM has them."
  [{:keys [worker-pool pool-opts] :as opts}]
  (let [{:keys [prefix worker-name-prefix allow-virtual?] :as from}
        (or pool-opts (select-keys opts (into [:thread :worker-name-prefix] options/worker-keys)))]
    (cond
      worker-pool (utils/pool :worker-pool worker-pool)
      (and (utils/have-virtual-threads?) (not (false? allow-virtual?))
           (not (or prefix worker-name-prefix))) nil
      (seq from) (:pool (new-worker from)))))

;;; servers

(defprotocol IHttpServer
  "What can be asked of a server; `server-stop!` is for stopping it."
  (-server-stop! [http-server opts])
  (server-status [http-server]
    "Returns :running, :stopping or :stopped.")
  (server-port [http-server]
    "Returns the local TCP port, -1 if the address has none."))

(extend-protocol IHttpServer
  HttpServer
  (-server-stop! [server {:keys [timeout] :or {timeout 100}}]
    (.stop server (int timeout)))
  (server-status [server] (keyword (.toLowerCase (.getStatus server))))
  (server-port [server] (.getPort server)))

(defn server-stop!
  "Stops a server: it accepts nothing more, and running requests have `:timeout` ms (100) to end. Returns
  a promise that is delivered true when the server has stopped and its port is free; nil if it was
  stopped before.

  Waits up to the timeout."
  ([http-server] (server-stop! http-server nil))
  ([http-server opts] (-server-stop! http-server (or opts {}))))

(defn server-join
  "Waits until the server has stopped."
  [server]
  (.join ^HttpServer server))

(defn- stop-function [server]
  (with-meta
    (fn stop-server [& {:keys [timeout] :or {timeout 100}}]
      (server-stop! server {:timeout timeout})
      nil)
    {:local-port (server-port server)
     :server server}))

(def ^:private warning-of-forwarded-for
  (delay (.warn (LoggerFactory/getLogger "org.httpkit.server")
                (str "run-server: :legacy-unsafe-remote-addr? is true,"
                     " so any client can choose its :remote-addr"))))

(defn- body-rule
  "Which bodies write themselves, if Ring is there to say so."
  []
  (when (or (find-ns 'ring.core.protocols) (RingBodies/onClassPath))
    ((requiring-resolve 'weir.ring/body-rule))))

(defn- ring-listener [listener]
  ((requiring-resolve 'weir.ring.websocket/listener) listener))

(defn- handlers ^Handlers [handler {:keys [ring-async? async? async-timeout] :as opts}]
  (let [async (boolean (or ring-async? async?))]
    (when (or async-timeout (:async-timeout-handler opts))
      (o/check :ring-async? ring-async? async "true with :async-timeout and :async-timeout-handler"))
    (Handlers. handler async (or (o/non-negative opts :async-timeout) 0)
               (options/function opts :async-timeout-handler)
               (options/function opts :error-handler)
               (options/function opts :rejected-handler)
               (when-not (Boolean/getBoolean "http-kit.no-ring-websockets")
                 ring-listener))))

(defn run-server
  "Starts a server and returns a function that stops it: `(stop)` or `(stop :timeout ms)`, with
  `:local-port` and `:server` in its metadata. With `:legacy-return-value? false` returns the server, for
  `server-stop!`, `server-status` and `server-port`.

  | key | meaning (default)
  |:----|:----
  | `:ip`, `:port` | where to listen (\"0.0.0.0\", 8090); port 0 takes a free one
  | `:worker-pool` | an ExecutorService, or a delay of one, which runs handlers (threads of the server: virtual where the JVM has them)
  | `:shutdown-executor?` | shut it down with the server (true)
  | `:thread`, `:queue-size`, `:worker-name-prefix`, `:pool-opts` | options of a worker of its own, see `new-worker`
  | `:max-body` | largest request body in bytes, else 413; nil streams bodies without a limit; `:max-streamed-body-size` streams them with one (8388608)
  | `:max-ws` | largest WebSocket message in bytes, else it is closed with 1009 (4194304)
  | `:max-line` | longest request line, else 414 (8192)
  | `:server-header` | value of the Server header, nil for none (\"http-kit\")
  | `:ring-async?` | the handler takes `request respond raise` (false)
  | `:channel-buffer-size` | bytes that may wait for a peer which reads slowly (16777216)
  | `:channel-overflow` | what `send!` does beyond: `:close` the channel, or `:block` (`:close`)
  | `:permessage-deflate?` | compress WebSocket messages for clients that offer it (false)
  | `:ws-idle-timeout`, `:ws-close-timeout` | ms without traffic; ms for the peer to answer a Close (that of the server; 10000)
  | `:legacy-unsafe-remote-addr?` | `:remote-addr` is what X-Forwarded-For says first, which any client can send (false; `:forwarded-from` names proxies that are believed)
  | `:legacy-content-length?` | responses to HEAD have the length of their body, whatever the handler says (false)
  | `:legacy-error-messages?` | a 500 has the exception's message (false)
  | `:error-logger`, `:warn-logger` | functions of a message and a throwable (the log)
  | `:event-logger`, `:event-names` | function of an event's name; map from event ids to names
  | `:address-finder`, `:channel-factory` | functions that return a SocketAddress; and a ServerSocketChannel for it
  | `:proxy-protocol` | whether connections begin with the PROXY protocol, version 1 or 2: `:enable`, `:optional` or `:disable` (`:disable`); `:proxy-protocol-from` names whose do (all)
  | `:websocket-options` | more options of WebSockets, those of `aleph.http/websocket-connection`: sub-protocols, origin checks, heartbeats, compression

  Every other option of `aleph.http/start-server` works, too: TLS, timeouts, limits, compression.

  Throws java.net.BindException if the address is taken, IllegalArgumentException for a bad option."
  [handler & [opts]]
  (let [{:keys [legacy-return-value? shutdown-executor? channel-factory]
         :or {legacy-return-value? true shutdown-executor? true} :as opts} opts
        _ (o/check :handler handler ifn? "a function")
        _ (when (:legacy-unsafe-remote-addr? opts) @warning-of-forwarded-for)
        handlers (handlers handler opts)
        headerless (options/headerless opts)
        pool (worker-pool opts)
        hub (options/hub opts pool)
        place (options/place opts)
        engine-options (cond-> (merge (dissoc (options/engine opts) :port) place)
                         pool (assoc :executor pool))
        server (ChannelServer/start handlers hub headerless
                                    "org.httpkit.server/run-server" engine-options
                                    (mapv name options/own)
                                    (body-rule)
                                    (when shutdown-executor? pool)
                                    (when channel-factory (:listen-socket place)))]
    (if legacy-return-value?
      (stop-function server)
      server)))

;;; channels

(defprotocol Channel
  "The channel of a request."
  (open? [ch]
    "Returns whether neither side has closed the channel.")
  (websocket? [ch]
    "Returns whether the request has asked for a WebSocket.")
  (close [ch]
    "Ends the response, or starts to close the WebSocket. Returns whether this call has closed it.")
  (send! [ch data] [ch data close-after-send?]
    "Sends data and returns whether the channel was open. Never blocks, unless the server was told to
    (`:channel-overflow`).

    HTTP: data is a response map or a body. The first call sends status and headers; with
    `close-after-send?`, which is the default, it is the whole response. Without, it begins a stream that
    later calls continue.

    WebSocket: data is a string, byte[] or InputStream, or a map with that as its `:body`.
    `close-after-send?` is false by default.")
  (on-receive [ch callback]
    "Sets the function of each message, a string or byte[]. Only once.")
  (on-ping [ch callback]
    "Sets the function of the bytes of each ping, which is answered in any case. Only once.")
  (on-close [ch callback]
    "Sets the function that is called once when the channel closes, with why: `:server-close`,
    `:client-close`, or what a WebSocket's close code means. Only once."))

(extend-type AsyncChannel
  Channel
  (open? [ch] (.isOpen ^ResponseChannel ch))
  (websocket? [ch] (.isWebSocket ^ResponseChannel ch))
  (close [ch] (.close ^ResponseChannel ch))
  (send!
    ([ch data] (.send ^ResponseChannel ch data (not (.isWebSocket ^ResponseChannel ch))))
    ([ch data close-after-send?] (.send ^ResponseChannel ch data (boolean close-after-send?))))
  (on-receive [ch callback] (.onReceive ^ResponseChannel ch callback))
  (on-ping [ch callback] (.onPing ^ResponseChannel ch callback))
  (on-close [ch callback] (.onClose ^ResponseChannel ch callback)))

(defn send-async!
  "Sends like `send!`, without any limit, and returns a deferred of whether the data was written to the
  socket: whoever waits for it goes no faster than the peer reads."
  ^Deferred [ch data close-after-send?]
  (.sendAsync ^ResponseChannel ch data (boolean close-after-send?)))

(defn unsent-bytes
  "Returns how many bytes wait for the peer to read."
  [ch]
  (.unsentBytes ^ResponseChannel ch))

;;; WebSocket

(defn sec-websocket-accept
  "Returns the value of Sec-WebSocket-Accept for a Sec-WebSocket-Key."
  [sec-websocket-key]
  (Handshakes/accept sec-websocket-key))

(def ^{:deprecated "2.2.0" :arglists '([key])} accept
  "The old name of `sec-websocket-accept`."
  sec-websocket-accept)

(defn- handshake? [ring-req]
  (some-> ^ResponseChannel (:async-channel ring-req) .isHandshake))

(defn websocket-handshake-check
  "Returns the value of Sec-WebSocket-Accept if the request is a WebSocket handshake, else nil."
  [ring-req]
  (when (handshake? ring-req)
    (sec-websocket-accept (get-in ring-req [:headers "sec-websocket-key"]))))

(defn send-checked-websocket-handshake!
  "Answers a handshake that `websocket-handshake-check` has checked."
  [ch _sec-ws-accept]
  (.upgrade ^ResponseChannel ch))

(defn send-websocket-handshake!
  "Checks a handshake and answers it. Returns true, or nil if it is none."
  [ch ring-req]
  (when-some [accept (websocket-handshake-check ring-req)]
    (send-checked-websocket-handshake! ch accept)))

(def ^:private bad-handshake
  {:status 400
   :headers {"Content-Type" "text/plain"}
   :body "Bad Sec-Websocket-Key header"})

(defn- open-websocket
  [^ResponseChannel ch ring-req {:keys [on-receive on-ping on-open on-handshake-error]}]
  (when on-receive (.onReceive ch #(on-receive ch %)))
  (when on-ping (.onPing ch #(on-ping ch %)))
  (cond
    (send-websocket-handshake! ch ring-req) (do (when on-open (on-open ch))
                                                (.opened ch))
    on-handshake-error (on-handshake-error ch)
    :else (.send ch bad-handshake true)))

(defn as-channel
  "Returns a response whose body is the channel of the request; nil if it has none. Each callback is
  optional:

  | key | called
  |:----|:----
  | `:init` | `(fn [ch])`, before anything else
  | `:on-open` | `(fn [ch])`, when something can be sent; for a WebSocket, before any message
  | `:on-receive` | `(fn [ch message])`, for each message of a WebSocket
  | `:on-ping` | `(fn [ch data])`, for each ping
  | `:on-close` | `(fn [ch status])`, once, when it closes
  | `:on-handshake-error` | `(fn [ch])`, instead of a 400 for a bad handshake

    (as-channel req {:on-open #(send! % \"hello\" false)
                     :on-close (fn [ch status] (println \"closed\" status))})"
  [ring-req {:keys [init on-close on-open] :as opts}]
  (when-some [^ResponseChannel ch (:async-channel ring-req)]
    (when init (init ch))
    (when on-close (.onClose ch #(on-close ch %)))
    (if (:websocket? ring-req)
      (open-websocket ch ring-req opts)
      (when on-open (on-open ch)))
    {:body ch}))

(defn ^:no-doc with-channel*
  "What `with-channel` expands to."
  [ring-req f]
  (let [ch (:async-channel ring-req)]
    (if (and (:websocket? ring-req) (not (send-websocket-handshake! ch ring-req)))
      bad-handshake
      (do (f ch)
          {:body ch}))))

(defmacro with-channel
  "Runs `body` with `ch-name` bound to the channel of the request, after the handshake if it asks for a
  WebSocket, and returns a response whose body is the channel. `as-channel` is the newer form.

    (with-channel req ch
      (on-close ch (fn [status] (println \"closed\" status)))
      (send! ch \"hello\"))"
  {:deprecated "2.4.0"}
  [ring-req ch-name & body]
  `(with-channel* ~ring-req (fn [~ch-name] ~@body)))
