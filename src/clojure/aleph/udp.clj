(ns aleph.udp
  "UDP sockets with Aleph's API: duplex streams of packets.

  Beyond Aleph: packets that come have `:host` and `:port`, a packet that cannot be sent is an error of
  its put alone, a port in use is an error at once, and sockets join multicast groups."
  (:require
   [weir.net-options :as net]
   [weir.options :as o])
  (:import
   (clojure.lang IMeta)
   (io.netty.channel.socket SocketProtocolFamily)
   (java.net InetAddress InetSocketAddress NetworkInterface)
   (java.util.concurrent Executor)
   (java.util.function Function)
   (weir.deferred Deferred Deferreds)
   (weir.udp Packet UdpSocket)))

(set! *warn-on-reflection* true)

(defrecord UdpPacket [sender message host port])

(def ^:private known
  #{:port :socket-address :broadcast? :raw-stream? :bootstrap-transform :transport :epoll? :executor
    :receive-buffer-size :max-packet-size :reuse-address? :multicast-groups :multicast-interface})

(defn- received [^Packet packet]
  (let [sender (.address packet)]
    (UdpPacket. sender (.message packet) (.getHostString sender) (.getPort sender))))

(defn- ->packet
  "Returns the packet of a map with `:socket-address`, or `:host` and `:port`, and `:message`."
  ^Packet [m]
  (let [{:keys [socket-address host port message]} m
        address (if (some? socket-address)
                  (o/check :socket-address socket-address (instance? InetSocketAddress socket-address)
                           "a java.net.InetSocketAddress")
                  (do (o/check :host host (or (string? host) (instance? InetAddress host))
                               "a string or an InetAddress, or a :socket-address")
                      (net/port :port port "an integer 0-65535")
                      (if (string? host)
                        (InetSocketAddress. ^String host (int port))
                        (InetSocketAddress. ^InetAddress host (int port)))))]
    (o/check :message message (contains? m :message) "what to send")
    (Packet. address message)))

(defn- interface ^NetworkInterface [x]
  (cond
    (nil? x) nil
    (instance? NetworkInterface x) x
    :else (or (and (string? x) (NetworkInterface/getByName x))
              (throw (o/illegal :multicast-interface x "a NetworkInterface, or the name of one")))))

(defn- group ^InetAddress [x]
  (if (instance? InetAddress x)
    x
    (InetAddress/getByName (o/check :multicast-groups x (string? x) "addresses"))))

(defn- join-all [^UdpSocket socket groups on]
  (Deferreds/chain (Deferreds/zip (object-array (map #(.join socket ^InetAddress % on) groups)))
                   (fn [_] (.stream socket))))

(defn socket
  "Binds a UDP socket. Returns a deferred of its duplex stream of packets; a BindException if the port
  is in use.

  Put maps of `:host` and `:port`, or `:socket-address`, and `:message`, which may be anything that
  byte-streams converts. A put is true when the packet was sent, false when it was too large or the
  socket is closed, and an error when the map makes no sense. Packets that come are maps of `:sender`,
  `:host`, `:port` and `:message`, a byte array. A `:host` that is a name is looked up by the JDK, which
  may block; give an address where that matters.

  | key | meaning (default)
  |:----|:----
  | `:port` | port on all interfaces (a free one)
  | `:socket-address` | a java.net.SocketAddress to bind
  | `:broadcast?` | allow broadcast addresses (false)
  | `:raw-stream?` | messages that come are ByteBufs, which the taker releases (false)
  | `:receive-buffer-size` | bytes that the system keeps until they are taken (the system's)
  | `:max-packet-size` | bytes of the largest packet that comes whole (65535)
  | `:reuse-address?` | share the port with other sockets (true with `:multicast-groups`)
  | `:multicast-groups` | addresses, as strings or InetAddress, of groups to join
  | `:multicast-interface` | a NetworkInterface or its name (the system's choice)
  | `:executor` | where takers of the stream are called (the event loop)
  | `:transport`, `:epoll?` | `:nio`, `:epoll`, `:kqueue` or `:io-uring` (the best of this machine)
  | `:bootstrap-transform` | changes Netty's Bootstrap

  `join!` and `leave!` change the groups of an open socket."
  [options]
  (o/report-unknown! "aleph.udp/socket" options known)
  (let [{:keys [port socket-address broadcast? raw-stream? bootstrap-transform executor
                multicast-groups multicast-interface]} options
        groups (mapv group multicast-groups)
        on (interface multicast-interface)
        b (UdpSocket/builder)]
    (cond
      socket-address (.address b (net/socket-address :socket-address socket-address))
      port (.port b (net/port :port port "an integer 0-65535")))
    (.broadcast b (boolean broadcast?))
    (.rawStream b (boolean raw-stream?))
    (.reuseAddress b (boolean (:reuse-address? options (seq groups))))
    (.messages b
               (reify Function (apply [_ m] (->packet m)))
               (reify Function (apply [_ packet] (received packet))))
    (when (or on (seq groups))
      (.multicast b on (if (some #(instance? java.net.Inet6Address %) groups)
                         SocketProtocolFamily/INET6
                         SocketProtocolFamily/INET)))
    (when-some [n (o/positive-int options :receive-buffer-size)] (.receiveBufferBytes b n))
    (when-some [n (o/positive-int options :max-packet-size)] (.maxPacketBytes b n))
    (when-some [t (net/transport options)] (.transport b t))
    (when (some? executor)
      (.executor b ^Executor (o/check :executor executor (instance? Executor executor)
                                      "a java.util.concurrent.Executor")))
    (when bootstrap-transform (.bootstrap b (net/consumer bootstrap-transform)))
    (Deferreds/chain (.bind b)
                     (fn [^UdpSocket socket]
                       (let [stream (.stream socket)]
                         (.alterMeta stream (fn [m] (assoc m :weir/socket socket)) nil)
                         (if (seq groups) (join-all socket groups on) stream))))))

(defn- of-stream ^UdpSocket [stream]
  (let [socket (:weir/socket (meta ^IMeta stream))]
    (o/check :stream stream (instance? UdpSocket socket) "what aleph.udp/socket has returned")
    socket))

(defn join!
  "Joins the socket of a stream to a multicast group, an InetAddress or its text, on an interface or the
  system's choice. Returns a deferred."
  (^Deferred [stream address] (join! stream address nil))
  (^Deferred [stream address on] (.join (of-stream stream) (group address) (interface on))))

(defn leave!
  "Leaves a multicast group. Returns a deferred."
  (^Deferred [stream address] (leave! stream address nil))
  (^Deferred [stream address on] (.leave (of-stream stream) (group address) (interface on))))
