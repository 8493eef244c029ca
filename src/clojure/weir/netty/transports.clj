(ns weir.netty.transports
  "The ways to reach the operating system's sockets, and their event loops, for `aleph.netty`."
  (:require
   [weir.options :as o])
  (:import
   (io.netty.channel EventLoopGroup MultiThreadIoEventLoopGroup)
   (java.util.concurrent ThreadFactory)
   (weir.net EventLoops Transport)))

(set! *warn-on-reflection* true)

;;; ---- transports

(defn epoll-available? "Whether epoll works here." [] (.isAvailable Transport/EPOLL))
(defn kqueue-available? "Whether kqueue works here." [] (.isAvailable Transport/KQUEUE))
(defn io-uring-available? "Whether io_uring works here." [] (.isAvailable Transport/IO_URING))

(defn- transport-of ^Transport [transport]
  (if (instance? Transport transport)
    transport
    (Transport/named (name (or transport :nio)))))

(defn ensure-transport-available!
  "Throws an IllegalArgumentException if a transport does not work here."
  [transport]
  (.ensureAvailable (transport-of transport))
  nil)

(defn ensure-epoll-available!
  "Throws an IllegalArgumentException if epoll does not work here."
  []
  (ensure-transport-available! :epoll))

(defn determine-transport
  "Returns `transport`, or else `:epoll` or `:nio` after the deprecated option `:epoll?`."
  [transport epoll?]
  (or transport (if epoll? :epoll :nio)))

(defn get-default-event-loop-threads
  "Returns how many event loops a group has unless told otherwise."
  []
  (EventLoops/defaultThreads))

(defn enumerating-thread-factory
  "Returns a factory of threads named prefix-1, prefix-2 and so on."
  ^ThreadFactory [prefix daemon?]
  (EventLoops/threadFactory prefix (boolean daemon?)))

(def client-event-thread-pool-name
  "How the names of clients' event loop threads begin."
  "aleph-netty-client-event-pool")

(def nio-client-group "A delay of the loops that clients share." (delay (EventLoops/client Transport/NIO)))
(def epoll-client-group "A delay of the loops that clients share." (delay (EventLoops/client Transport/EPOLL)))
(def kqueue-client-group "A delay of the loops that clients share." (delay (EventLoops/client Transport/KQUEUE)))
(def io-uring-client-group "A delay of the loops that clients share." (delay (EventLoops/client Transport/IO_URING)))

(defn transport-client-group
  "Returns the delay of the loops that clients of a transport share."
  [transport]
  (case transport
    :nio nio-client-group
    :epoll epoll-client-group
    :kqueue kqueue-client-group
    :io-uring io-uring-client-group
    (throw (o/illegal :transport transport ":nio, :epoll, :kqueue or :io-uring"))))

(defn transport-event-loop-group
  "Returns new event loops."
  ^EventLoopGroup [transport num-threads thread-factory]
  (MultiThreadIoEventLoopGroup. (int num-threads) ^ThreadFactory thread-factory
                                (.ioHandlerFactory (.ensureAvailable (transport-of transport)))))

(defn transport-channel-type
  "Returns the class of outgoing TCP channels."
  ^Class [transport]
  (.clientChannel (transport-of transport)))

(defn transport-server-channel-class
  "Returns the class of listening TCP channels."
  ^Class [transport]
  (.serverChannelClass (transport-of transport)))
