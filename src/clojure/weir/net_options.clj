(ns weir.net-options
  "Options that servers, clients and sockets of several protocols share, as the engine wants them."
  (:require
   [weir.options :as o])
  (:import
   (io.netty.handler.codec.http DefaultHttpHeaders HttpHeaders)
   (io.netty.resolver AddressResolverGroup NoopAddressResolverGroup)
   (java.io File)
   (java.net SocketAddress)
   (java.nio.file Path)
   (java.time Duration)
   (java.util.function Consumer)
   (weir.net Transport)
   (weir.net.proxy NoProxy ProxyServer ProxyServer$Protocol)
   (weir.net.tls Tls TlsOptions)))

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
    transport (Transport/named (name transport))
    epoll? Transport/EPOLL))

(defn resolver
  "Returns the resolvers of `:dns-options` or `:name-resolver`, or nil."
  ^AddressResolverGroup [{:keys [dns-options name-resolver] :as options}]
  (if dns-options
    ((requiring-resolve 'aleph.netty/dns-resolver-group)
     (merge (select-keys options [:transport :epoll?]) dns-options))
    (case name-resolver
      (nil :default) nil
      :noop NoopAddressResolverGroup/INSTANCE
      (o/check :name-resolver name-resolver (instance? AddressResolverGroup name-resolver)
               ":default, :noop or an AddressResolverGroup"))))

(def ^:private proxy-known
  #{:host :port :protocol :user :password :http-headers :tunnel? :keep-alive? :connection-timeout
    :ssl? :ssl-context :ignore-hosts})

(defn- protocol ^ProxyServer$Protocol [x]
  (case x
    (nil :http) ProxyServer$Protocol/HTTP
    :https ProxyServer$Protocol/HTTP
    :socks4 ProxyServer$Protocol/SOCKS4
    :socks5 ProxyServer$Protocol/SOCKS5
    (throw (o/illegal :protocol x ":http, :https, :socks4 or :socks5"))))

(defn- headers ^HttpHeaders [m]
  (when (seq m)
    (reduce-kv (fn [^HttpHeaders h k v] (.set h ^String (name k) ^Object (str v)))
               (DefaultHttpHeaders.) m)))

(defn proxy-server
  "Returns the proxy of `:proxy-options`."
  ^ProxyServer [{:keys [host user password http-headers tunnel? keep-alive? ssl? ssl-context] :as options}]
  (o/report-unknown! ":proxy-options" options proxy-known)
  (let [kind (protocol (:protocol options))
        secure? (or ssl? ssl-context (= :https (:protocol options)))]
    (o/check :host host (and (string? host) (seq host)) "the proxy's name or address")
    (ProxyServer. kind host
                  (if (nil? (:port options))
                    (if secure? 443 (.port kind))
                    (port :port (:port options) "an integer 1-65535"))
                  user password (headers http-headers) (boolean tunnel?) (not (false? keep-alive?))
                  (if-some [t (o/non-negative options :connection-timeout)]
                    (Duration/ofMillis t)
                    ProxyServer/DEFAULT_TIMEOUT)
                  (when secure?
                    (if ssl-context (TlsOptions/client ssl-context nil) (.build (Tls/client)))))))

(defn no-proxy
  "Returns the hosts that need no proxy: `:ignore-hosts`, else those of the variable NO_PROXY."
  ^NoProxy [{:keys [ignore-hosts]}]
  (if (some? ignore-hosts)
    (NoProxy/of (mapv str ignore-hosts))
    (NoProxy/ofEnvironment)))
