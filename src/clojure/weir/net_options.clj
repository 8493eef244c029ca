(ns weir.net-options
  "Options that servers, clients and sockets of several protocols share, as the engine wants them."
  (:require
   [manifold.deferred :as d]
   [weir.options :as o])
  (:import
   (io.netty.resolver AddressResolverGroup NoopAddressResolverGroup)
   (java.io File)
   (java.net SocketAddress)
   (java.nio.file Path)
   (java.util.function Consumer)
   (weir.net Transport)
   (weir.net.proxy NoProxy ProxyOptions ProxyServer)))

(set! *warn-on-reflection* true)

(defn consumer
  "Returns a function that is called for effect."
  ^Consumer [f]
  (reify Consumer (accept [_ x] (f x))))

(defn path
  "Returns the Path of a string, a File or a Path."
  ^Path [k x]
  (cond
    (instance? Path x) x
    (instance? File x) (.toPath ^File x)
    :else (Path/of (o/check k x (string? x) "a path as a string, File or Path")
                   (make-array String 0))))

(defn socket-address
  "Returns `x`, which has to be a SocketAddress."
  ^SocketAddress [k x]
  (o/check k x (instance? SocketAddress x) "a java.net.SocketAddress"))

(defn port
  "Returns a port as an int."
  [k x expected]
  (int (o/check k x (and (integer? x) (<= 0 x 65535)) expected)))

(defn transport
  "Returns the Transport of `:transport`, or of `:epoll?`, or nil."
  ^Transport [{:keys [transport epoll?]}]
  (cond
    (instance? Transport transport) transport
    transport (Transport/named (name transport))
    epoll? Transport/EPOLL))

(defn resolver
  "Returns the resolvers of `:dns-options` or `:name-resolver`, or nil."
  ^AddressResolverGroup [{:keys [dns-options name-resolver] :as options}]
  (if dns-options
    ((requiring-resolve 'weir.netty.dns/dns-resolver-group)
     (merge (select-keys options [:transport :epoll?]) dns-options))
    (case name-resolver
      (nil :default) nil
      :noop NoopAddressResolverGroup/INSTANCE
      (o/check :name-resolver name-resolver (instance? AddressResolverGroup name-resolver)
               ":default, :noop or an AddressResolverGroup"))))

(defn connect-with-resolver
  "Calls `connect` with the resolvers of `options`, or nil, and returns its deferred. Resolvers of
  `:dns-options` are for this connection alone: they are closed once it is there, or has failed."
  [{:keys [dns-options] :as options} connect]
  (let [group (resolver options)]
    (if-not dns-options
      (connect group)
      (let [done (fn [_] (.close group))
            connected (try
                        (connect group)
                        (catch Throwable t
                          (.close group)
                          (throw t)))]
        (d/on-realized connected done done)
        connected))))

(defn proxy-server
  "Returns the proxy of `:proxy-options`."
  ^ProxyServer [options]
  (ProxyOptions/server options))

(defn no-proxy
  "Returns the hosts that need no proxy: `:ignore-hosts`, else those of the variable NO_PROXY."
  ^NoProxy [options]
  (ProxyOptions/except options))
