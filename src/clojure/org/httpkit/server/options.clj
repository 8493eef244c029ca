(ns ^:no-doc org.httpkit.server.options
  "What `run-server` makes of its option map."
  (:require
   [org.httpkit.utils :as utils]
   [weir.options :as o])
  (:import
   (clojure.lang IFn)
   (java.net InetSocketAddress SocketAddress UnixDomainSocketAddress)
   (java.nio.channels ServerSocketChannel)
   (weir.http.server ProxyTrust$Headerless)
   (weir.http.server.channel ChannelHub ChannelHub$Settings Journal Overflow)
   (weir.http.websocket AcceptOptions WebSocketOptions)))

(set! *warn-on-reflection* true)

(def worker-keys
  "The options of `new-worker`."
  [:allow-virtual? :n-min-threads :n-max-threads :n-threads :queue-type :queue-size :prefix])

(def own
  "The options that `run-server` reads itself; the engine reads the others."
  (into [:ip :worker-pool :pool-opts :thread :worker-name-prefix :max-body :max-ws :max-line
         :proxy-protocol :legacy-unsafe-remote-addr? :legacy-content-length? :legacy-error-messages?
         :error-logger :warn-logger :event-logger :event-names :legacy-return-value? :ring-async?
         :address-finder :channel-factory :shutdown-executor? :channel-buffer-size
         :channel-overflow :permessage-deflate? :ws-idle-timeout :ws-close-timeout
         :websocket-options :async? :async-timeout :async-timeout-handler :error-handler
         :rejected-handler]
        worker-keys))

(defn function ^IFn [opts k]
  (when-some [f (k opts)]
    (o/check k f #(instance? IFn %) "a function")))

(defn headerless
  "Returns what becomes of connections without a PROXY header."
  ^ProxyTrust$Headerless [{:keys [proxy-protocol]}]
  (case proxy-protocol
    (nil :disable) ProxyTrust$Headerless/CUT
    :enable ProxyTrust$Headerless/REFUSED
    :optional ProxyTrust$Headerless/SERVED
    (throw (o/illegal :proxy-protocol proxy-protocol ":disable, :enable or :optional"))))

(defn- proxies
  "Returns the engine's option of who speaks the PROXY protocol: with http-kit's everybody does."
  [{:keys [proxy-protocol proxy-protocol-from]}]
  (when (and (contains? #{:enable :optional} proxy-protocol) (nil? proxy-protocol-from))
    {:proxy-protocol-from ["0.0.0.0/0" "::/0" "unix"]}))

(defn- overflow [{:keys [channel-overflow]}]
  (case channel-overflow
    (nil :close) Overflow/CLOSE
    :block Overflow/BLOCK
    (throw (o/illegal :channel-overflow channel-overflow ":close or :block"))))

(defn- sockets
  "Returns how WebSockets are accepted: as `:websocket-options` say, which are those of aleph.http."
  ^AcceptOptions [{:keys [permessage-deflate? websocket-options] :as opts}]
  (o/check :websocket-options websocket-options #(or (nil? %) (map? %)) "a map")
  (doseq [k [:raw-stream? :raw-frames?]]
    (when (k websocket-options)
      (throw (o/illegal k (k websocket-options) "false: channels have whole messages"))))
  (WebSocketOptions/accept ":websocket-options"
                           (merge {:max-message-size (or (o/positive-int opts :max-ws) 4194304)
                                   :compression? (boolean permessage-deflate?)
                                   :idle-timeout (o/non-negative opts :ws-idle-timeout)
                                   :close-timeout (o/non-negative opts :ws-close-timeout)}
                                  websocket-options)))

(defn hub
  "Returns what the channels of a server share."
  ^ChannelHub [opts pool]
  (ChannelHub.
   (ChannelHub$Settings.
    (Journal. "org.httpkit.server" (function opts :error-logger) (function opts :warn-logger)
              (function opts :event-logger) (utils/event-names opts))
    pool
    (int (or (o/positive-int opts :channel-buffer-size) ChannelHub/DEFAULT_BUFFER_BYTES))
    (overflow opts)
    (boolean (:legacy-unsafe-remote-addr? opts))
    (boolean (:legacy-content-length? opts))
    (boolean (:legacy-error-messages? opts))
    (boolean (:always-body? opts))
    (sockets opts))))

;;; the address

(defn- bound-socket
  "Returns the socket that `:channel-factory` makes, bound to `address`."
  ^ServerSocketChannel [factory ^SocketAddress address]
  (let [^ServerSocketChannel socket
        (o/check :channel-factory (factory address) #(instance? ServerSocketChannel %)
                 "a function that returns a ServerSocketChannel")]
    (when-not (.getLocalAddress socket)
      (try
        (.bind socket address)
        (catch Throwable t
          (.close socket)
          (throw t))))
    socket))

(defn- address ^SocketAddress [{:keys [ip port address-finder socket-address] :as opts}]
  (cond
    address-finder (o/check :address-finder ((function opts :address-finder))
                            #(instance? SocketAddress %) "a function that returns a SocketAddress")
    socket-address socket-address
    :else (InetSocketAddress. (str (or ip "0.0.0.0"))
                              (int (o/check :port (or port 8090) #(and (integer? %) (<= 0 % 65535))
                                            "an integer 0-65535")))))

(defn place
  "Returns the engine's options of where to listen."
  [{:keys [channel-factory listen-socket unix-socket] :as opts}]
  (if (or listen-socket unix-socket)
    {}
    (let [address (address opts)]
      (cond
        (and (instance? UnixDomainSocketAddress address))
        {:unix-socket (.getPath ^UnixDomainSocketAddress address)}

        channel-factory
        {:listen-socket (bound-socket (function opts :channel-factory) address) :transport :nio}

        :else
        {:socket-address address}))))

(defn- body-limit
  "Returns the engine's option of how large a body may be: one that is gathered, unless the handler
  wants a stream."
  [{:keys [max-body max-request-body-size max-streamed-body-size raw-stream? body-type] :as opts}]
  (let [n (or (o/positive-int opts :max-body) 8388608)]
    (cond
      (and (contains? opts :max-body) (nil? max-body)) nil
      (or max-request-body-size max-streamed-body-size) nil
      (or raw-stream? body-type) {:max-streamed-body-size n}
      :else {:max-request-body-size n})))

(defn engine
  "Returns the engine's options: http-kit's defaults, and what the program has given."
  [{:keys [max-line] :as opts}]
  (let [line (or (o/positive-int opts :max-line) 8192)]
    (merge {:server-header "http-kit"
            :server-name :host-header
            :max-initial-line-length line
            :max-header-size (max 65536 (long line))}
           (body-limit opts)
           (proxies opts)
           opts)))
