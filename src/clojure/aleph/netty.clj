(ns aleph.netty
  "Netty as Aleph programs use it: servers, buffers, channels as streams, handlers, TLS, DNS. What is
  about one of these stands in a namespace of its own, `weir.netty.*`, and is found here, too.

  Differs from Aleph: transports default to the best of the machine where a `:transport` may be left
  out; `sink` answers false, and logs, when a message cannot be converted."
  (:refer-clojure :exclude [flush])
  (:require
   [manifold.deferred :as d]
   [weir.net-options :as net]
   [weir.netty.buffers]
   [weir.netty.channels]
   [weir.netty.dns]
   [weir.netty.handlers]
   [weir.netty.tls]
   [weir.netty.transports]
   [weir.options :as o]
   [weir.tls :as tls]
   [weir.vars :as vars])
  (:import
   (clojure.lang DynamicClassLoader RT)
   (io.netty.channel ChannelPipeline)
   (io.netty.util ResourceLeakDetector ResourceLeakDetector$Level)
   (io.netty.util.internal.logging InternalLoggerFactory JdkLoggerFactory Log4J2LoggerFactory
                                   Log4JLoggerFactory Slf4JLoggerFactory)
   (java.io Closeable)
   (java.time Duration)
   (java.util.function Consumer)
   (weir.http HttpServer)
   (weir.net Dialer Dialer$Caller Dialer$Options JdkResolvers ListenOn TcpListener TcpListener$Options)
   (weir.net.tls Tls)))

(set! *warn-on-reflection* true)

(vars/alias-publics weir.netty.buffers)
(vars/alias-publics weir.netty.channels)
(vars/alias-publics weir.netty.handlers)
(vars/alias-publics weir.netty.tls)
(vars/alias-publics weir.netty.transports)
(vars/alias-publics weir.netty.dns)

;;; ---- servers

(defprotocol AlephServer
  "A server that was started by one of the `start-server` functions."
  (port [server] "Returns the port number that the server listens on.")
  (wait-for-close [server]
    "Blocks until the server was closed and its event loops have ended; returns nil."))

(extend-protocol AlephServer
  HttpServer
  (port [server] (.port server))
  (wait-for-close [server]
    (.await (.stopped server))
    nil))

(def default-shutdown-timeout
  "Seconds that connections may go on after a server was closed."
  15)

(def default-connect-timeout
  "Ms that a connection may take."
  30000)

;;; ---- Netty as a whole

(defn leak-detector-level!
  "Sets how closely Netty looks for buffers that nobody releases: `:disabled`, `:simple`, `:advanced` or
  `:paranoid`."
  [level]
  (ResourceLeakDetector/setLevel
   (case level
     :disabled ResourceLeakDetector$Level/DISABLED
     :simple ResourceLeakDetector$Level/SIMPLE
     :advanced ResourceLeakDetector$Level/ADVANCED
     :paranoid ResourceLeakDetector$Level/PARANOID
     (throw (o/illegal :level level ":disabled, :simple, :advanced or :paranoid")))))

(defn set-logger!
  "Sets what Netty logs with: `:log4j`, `:log4j2`, `:slf4j` or `:jdk`."
  [logger]
  (InternalLoggerFactory/setDefaultFactory
   (case logger
     :log4j Log4JLoggerFactory/INSTANCE
     :log4j2 Log4J2LoggerFactory/INSTANCE
     :slf4j Slf4JLoggerFactory/INSTANCE
     :jdk JdkLoggerFactory/INSTANCE
     (throw (o/illegal :logger logger ":log4j, :log4j2, :slf4j or :jdk")))))

(defn ensure-dynamic-classloader
  "Gives the current thread a class loader that code can be loaded with, if it has none."
  []
  (let [thread (Thread/currentThread)
        loader (.getContextClassLoader thread)]
    (when-not (->> loader
                   (iterate #(.getParent ^ClassLoader %))
                   (take-while some?)
                   (some #(instance? DynamicClassLoader %)))
      (.setContextClassLoader thread (DynamicClassLoader. (or loader (RT/baseLoader)))))))

;;; ---- clients and servers of one's own protocol

(defn- dialer ^Dialer [{:keys [transport epoll? name-resolver connect-timeout local-address
                               bootstrap-transform]}]
  (Dialer.
   (Dialer$Options. (.ensureAvailable (net/transport {:transport (determine-transport transport epoll?)}))
                    (or (net/resolver {:name-resolver name-resolver}) JdkResolvers/INSTANCE)
                    (Duration/ofMillis (or connect-timeout default-connect-timeout))
                    local-address
                    (if bootstrap-transform
                      (net/consumer bootstrap-transform)
                      (reify Consumer (accept [_ _]))))))

(defn create-client-chan
  "Connects to `:remote-address` and calls `:pipeline-builder` with the pipeline. Returns a deferred of the
  channel, once it is connected. Takes `:local-address`, `:connect-timeout`, `:name-resolver`,
  `:transport` and `:bootstrap-transform`, too."
  [{:keys [pipeline-builder remote-address] :as options}]
  (o/check :pipeline-builder pipeline-builder (ifn? pipeline-builder) "a function of the pipeline")
  (let [connected (d/deferred nil)
        dialing (.dial (dialer options) (net/socket-address :remote-address remote-address) nil
                       (reify Dialer$Caller
                         (connected [_ ch]
                           (try
                             (pipeline-builder (.pipeline ch))
                             (when-not (d/success! connected ch)
                               (.close ch))
                             (catch Throwable t
                               (.close ch)
                               (d/error! connected t))))
                         (failed [_ cause] (d/error! connected cause))))]
    (d/on-realized connected identity (fn [_] (.cancel dialing)))
    connected))

(deftype ^:private Server [^TcpListener listener shutdown-timeout]
  AlephServer
  (port [_] (.port listener))
  (wait-for-close [_]
    (.await (.stopped listener))
    nil)
  Closeable
  (close [_]
    (.shutdown listener (* 1000 (long shutdown-timeout)) (reify Consumer (accept [_ _]))))
  Object
  (toString [_]
    (str "AlephServer[channel:" (.channel listener) ", transport:" (.transport listener) "]")))

(defmethod print-method Server [server ^java.io.Writer w]
  (.write w (str server)))

(defn- place ^ListenOn [socket-address listen-socket]
  (if listen-socket
    (ListenOn/adopted (if (integer? listen-socket) (int listen-socket) listen-socket))
    (ListenOn/tcp (net/socket-address :socket-address socket-address))))

(defn start-server
  "Starts a server of one's own protocol: `:pipeline-builder` is called with the pipeline of each
  connection. Takes `:socket-address` or `:listen-socket`, `:ssl-context`, `:initial-pipeline-transform`,
  `:bootstrap-transform`, `:on-close`, `:transport`, `:shutdown-timeout` and `:event-loop-threads`, too.
  Returns a java.io.Closeable that answers `port` and `wait-for-close`."
  ([pipeline-builder ssl-context bootstrap-transform on-close socket-address epoll?]
   (start-server {:pipeline-builder pipeline-builder
                  :ssl-context ssl-context
                  :bootstrap-transform bootstrap-transform
                  :on-close on-close
                  :socket-address socket-address
                  :transport (determine-transport nil epoll?)}))
  ([{:keys [pipeline-builder ssl-context bootstrap-transform on-close socket-address listen-socket
            transport epoll? shutdown-timeout initial-pipeline-transform event-loop-threads]}]
   (o/check :pipeline-builder pipeline-builder (ifn? pipeline-builder) "a function of the pipeline")
   (let [context (some-> ssl-context tls/server-context)
         listener (TcpListener/bind
                   (TcpListener$Options.
                    (.ensureAvailable (net/transport {:transport (determine-transport transport epoll?)}))
                    (place socket-address listen-socket)
                    (int (or event-loop-threads (get-default-event-loop-threads)))
                    "aleph-server-pool" false
                    (net/consumer (or bootstrap-transform identity)))
                   (pipeline-initializer
                    (fn [^ChannelPipeline pipeline]
                      (when initial-pipeline-transform
                        (initial-pipeline-transform pipeline))
                      (when context
                        (Tls/accept pipeline context))
                      (pipeline-builder pipeline))))]
     (when on-close
       (d/on-realized (.stopped listener) (fn [_] (on-close)) (fn [_] (on-close))))
     (Server. listener (or shutdown-timeout default-shutdown-timeout)))))
