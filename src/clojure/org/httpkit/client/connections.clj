(ns ^:no-doc org.httpkit.client.connections
  "What `make-client` returns, and how its connections are made: addresses, TLS, proxies. A client has one
  of the engine's for each policy of TLS and keep-alive, so that no request gets a connection of another
  policy."
  (:require
   [clojure.string :as str]
   [org.httpkit.utils :as utils]
   [weir.options :as o])
  (:import
   (clojure.lang IDeref)
   (io.netty.handler.ssl SslContext)
   (java.io IOException)
   (java.net SocketAddress URI URISyntaxException)
   (java.nio.channels SocketChannel)
   (java.time Duration)
   (java.util List)
   (java.util.concurrent ConcurrentHashMap)
   (java.util.function Function)
   (javax.net.ssl SSLEngine)
   (org.httpkit.client HttpClient)
   (weir.deferred Deferred)
   (weir.http AddressRule HttpClient$Builder ProxyRule)
   (weir.http.server.channel Journal)
   (weir.net.proxy NoProxy ProxyServer ProxyServer$Protocol)
   (weir.net.tls Alpn ClientEngines PreparedContext PreparedContext$Setup Tls)))

(set! *warn-on-reflection* true)

;;; TLS

(defn- uri ^URI [scheme host port]
  (URI. scheme nil host port nil nil nil))

(defn- prepared ^SslContext [^SslContext context configure]
  (PreparedContext. context
                    (reify PreparedContext$Setup
                      (prepare [_ ssl-engine host port]
                        (configure ssl-engine (uri "https" host port))))))

(defn- versions
  "Returns the names of what is offered inside TLS."
  ^"[Ljava.lang.String;" [{:keys [http-versions]}]
  (into-array String (Alpn/names (or http-versions [:http2 :http1]))))

(defn- default-configurer [ssl-engine uri]
  ((requiring-resolve 'org.httpkit.sni-client/ssl-configurer) ssl-engine uri))

(defn- tls-context
  "Returns a delay of the context of a policy, or nil for the engine's own."
  [{:keys [ssl-configurer] :as opts} kind]
  (cond
    (= :insecure kind) (delay (.build (.trustAnybody (Tls/client))))
    kind (delay (let [configure (or ssl-configurer
                                    (when (instance? SSLEngine kind) default-configurer))]
                  (cond-> (ClientEngines/context kind)
                    configure (prepared configure))))
    ssl-configurer (delay (prepared (.build (.alpn (Tls/client) (versions opts))) ssl-configurer))))

;;; the engine's clients

(defn- socket-function ^Function [factory]
  (reify Function
    (apply [_ address]
      (o/check :channel-factory (factory address) #(instance? SocketChannel %)
               "a function that returns a SocketChannel"))))

(defn- builder []
  (doto (weir.http.HttpClient/builder)
    (.totalConnections Integer/MAX_VALUE)
    (.connectionsPerHost Integer/MAX_VALUE)
    (.maxQueue Integer/MAX_VALUE)))

(defn- limit
  "Returns a delay of whom the clients of all policies count their connections with, or nil."
  [{n :max-connections}]
  (when (and n (not= -1 n))
    (delay (.build (.totalConnections ^HttpClient$Builder (builder) (int n))))))

(defn- build ^weir.http.HttpClient [opts {:keys [tls keepalive]} context limit]
  (let [^HttpClient$Builder b (builder)]
    (some->> (:bind-address opts) (.localAddress b))
    (some->> (:channel-factory opts) socket-function (.sockets b))
    (when limit (.sharing b @limit))
    (some->> (:max-connections-per-host opts) int (.connectionsPerHost b))
    (some->> (:max-queue-size opts) int (.maxQueue b))
    (when (contains? #{nil :insecure} tls) (.httpVersions b (versions opts)))
    (.idleTimeout b (Duration/ofMillis keepalive))
    (cond
      (= :insecure tls) (.insecure b)
      context (.sslContext b @context))
    (.build b)))

(deftype Engine [^weir.http.HttpClient http context])

(defprotocol Engines
  (engine-for [client policy] "Returns the engine for a policy of TLS and keep-alive.")
  (running [client] "Returns the set of calls that run.")
  (journal [client] "Returns who is told what happens.")
  (address-rule [client] "Returns the rule of where to connect, or nil."))

(def ^:private max-unused
  "How many engines may be kept without a connection."
  64)

(defn- forget-unused
  "A program may make an SSLEngine for each request: what nobody uses is let go."
  [^ConcurrentHashMap engines]
  (when (< (long max-unused) (.size engines))
    (doseq [[policy ^Engine e] engines
            :when (empty? (.origins (.stats ^weir.http.HttpClient (.-http e))))]
      (.remove engines policy e))))

(deftype Client [opts limit ^ConcurrentHashMap engines calls stopped log addresses]
  Engines
  (engine-for [_ policy]
    (when @stopped (throw (IOException. "HTTP client is stopped")))
    (forget-unused engines)
    (.computeIfAbsent engines policy
                      (reify Function
                        (apply [_ policy]
                          (let [context (tls-context opts (:tls policy))]
                            (Engine. (build opts policy context limit)
                                     (or context (delay (.build (Tls/client))))))))))
  (running [_] calls)
  (journal [_] log)
  (address-rule [_] addresses)
  Object
  (toString [_] (str "HttpClient[" (if @stopped "stopped" "running") "]")))

(defn tls-kind
  "Returns what tells connections apart by their TLS: nil for the default."
  [{:keys [insecure? ^SSLEngine sslengine]}]
  (cond
    insecure? :insecure
    sslengine (ClientEngines/kind
               (o/check :sslengine sslengine #(instance? SSLEngine %) "an SSLEngine"))))

(defn policy
  "Returns which requests share connections with one of these options."
  [{:keys [keepalive] :as opts}]
  {:tls (tls-kind opts)
   :keepalive (if (and keepalive (pos? (long keepalive))) (long keepalive) 120000)})

;;; clients

(def known
  "The options of `make-client`."
  #{:max-connections :max-connections-per-host :max-queue-size :http-versions :ssl-configurer :bind-address :error-logger :event-logger :event-names
    :address-finder :channel-factory})

(defn- check [opts]
  (doseq [k [:ssl-configurer :error-logger :event-logger :address-finder :channel-factory]]
    (when-some [f (k opts)]
      (o/check k f ifn? "a function")))
  (when-some [a (:bind-address opts)]
    (o/check :bind-address a #(instance? SocketAddress %) "a SocketAddress"))
  (when-not (= -1 (:max-connections opts))
    (o/positive-int opts :max-connections))
  (when-some [versions (:http-versions opts)]
    (o/check :http-versions versions #(and (sequential? %) (seq %)) "a vector of :http2 and :http1")
    (Alpn/names versions))
  (o/positive-int opts :max-connections-per-host)
  (o/non-negative opts :max-queue-size))

(defn- finder ^AddressRule [find]
  (reify AddressRule
    (find [_ url proxy]
      (o/check :address-finder
               (find (if proxy
                       (uri (if (.tls proxy) "https" "http") (.host proxy) (.port proxy))
                       (URI. (str url))))
               #(instance? SocketAddress %) "a function that returns a SocketAddress"))))

(defn- stop-client [^Client client]
  (when (compare-and-set! (.-stopped client) false true)
    (run! #(.error ^Deferred % (IOException. "HTTP client is stopped")) (running client))
    (run! #(.shutdown ^weir.http.HttpClient (.-http ^Engine %))
          (.values ^ConcurrentHashMap (.-engines client)))))

(defn make-client ^HttpClient [opts]
  (o/report-unknown! "org.httpkit.client/make-client" opts known)
  (check opts)
  (let [client (Client. opts (limit opts) (ConcurrentHashMap.) (ConcurrentHashMap/newKeySet) (atom false)
                        (Journal. "org.httpkit.client" (:error-logger opts) nil (:event-logger opts) (utils/event-names opts))
                        (some-> (:address-finder opts) finder))]
    (proxy [HttpClient IDeref] []
      (deref [] client)
      (stop [] (stop-client client))
      (close [] (stop-client client))
      (toString [] (str client)))))

(defn- undelayed [x] (if (delay? x) @x x))

(defn client-of
  "Returns the client of a request."
  ^Client [{:keys [client insecure?]} default]
  (let [c (or (undelayed client)
              (when insecure? @@(requiring-resolve 'org.httpkit.client/insecure-client))
              (undelayed default)
              @@(requiring-resolve 'org.httpkit.client/default-client))]
    (o/check :client c #(instance? HttpClient %) "what make-client has returned, or a delay of it")
    @c))

;;; proxies

(def ^:private proxy-expected
  "a URL such as http://host:3128, with the scheme http, https, socks4 or socks5")

(defn- parse-proxy ^URI [k ^String text]
  (let [uri (try
              (URI. (if (str/includes? text "://") text (str "http://" text)))
              (catch URISyntaxException _))]
    (o/check k text (some? (some-> ^URI uri .getHost)) proxy-expected)
    uri))

(defn- proxy-uri ^URI [{:keys [proxy-url proxy-host proxy-port]}]
  (cond
    proxy-host (parse-proxy :proxy-host (if (and proxy-port (not= -1 proxy-port))
                                          (str proxy-host ":" proxy-port)
                                          (str proxy-host)))
    proxy-url (parse-proxy :proxy-url (str proxy-url))))

(defn- protocol ^ProxyServer$Protocol [^URI uri]
  (case (str/lower-case (.getScheme uri))
    ("http" "https") ProxyServer$Protocol/HTTP
    ("socks4" "socks4a") ProxyServer$Protocol/SOCKS4
    ("socks" "socks5" "socks5h") ProxyServer$Protocol/SOCKS5
    (throw (o/illegal :proxy-url (str uri) proxy-expected))))

(defn- login
  "Returns user and password: of the options, else of the URL."
  [^URI uri {:keys [proxy-user proxy-pass]}]
  (if proxy-user
    [proxy-user proxy-pass]
    (some-> (.getUserInfo uri) (str/split #":" 2))))

(defn- proxy-authorization
  "Returns the header by which programs log in that know no other way."
  [headers]
  (some (fn [[k v]] (when (.equalsIgnoreCase "proxy-authorization" (str k)) (str v))) headers))

(defn- connect-headers [opts]
  (when-some [value (proxy-authorization (:headers opts))]
    (doto (io.netty.handler.codec.http.DefaultHttpHeaders.)
      (.set "proxy-authorization" ^Object value))))

(defn through-tunnel?
  "Returns whether a proxy is only asked for a tunnel, and what is within is not for its eyes."
  [{:keys [url tunnel?] :as opts}]
  (boolean (and (or (:proxy-url opts) (:proxy-host opts))
                (or tunnel? (re-find #"^(?i)https:" (str url))))))

(defn proxy-rule
  "Returns the rule of the proxy that the options name, or nil."
  ^ProxyRule [^Engine engine {:keys [tunnel? proxy-ignore-hosts] :as opts}]
  (when-some [uri (proxy-uri opts)]
    (let [kind (protocol uri)
          tls? (.equalsIgnoreCase "https" (.getScheme uri))
          [user password] (login uri opts)
          port (cond
                 (pos? (.getPort uri)) (.getPort uri)
                 tls? 443
                 :else (.port kind))]
      (ProxyRule. (ProxyServer. kind (.getHost uri) port user password
                                (when (and (through-tunnel? opts) (= ProxyServer$Protocol/HTTP kind))
                                  (connect-headers opts))
                                (boolean tunnel?) true Duration/ZERO
                                (when tls? @(.-context engine)))
                  (if (seq proxy-ignore-hosts)
                    (NoProxy/of ^List (mapv str proxy-ignore-hosts))
                    NoProxy/NONE)))))
