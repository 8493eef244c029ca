(ns ^:no-doc aleph.http.client-pools
  "Single connections, and pools of them that a program brings: `:pool-builder-fn` and
  `:pool-controller-builder-fn`. Loaded with the first of them.

  An object of such a pool is a connection, a map of `:client`, the engine's client of that one
  connection; `:any`, a request to its origin; and `:ready`, a deferred that is realized when it can be
  used."
  (:require
   [aleph.flow :as flow]
   [aleph.http.client :as client]
   [aleph.http.client-extras :as extras]
   [aleph.http.stats :as stats]
   [weir.net-options :as net]
   [weir.options :as o])
  (:import
   (aleph.utils ConnectionTimeoutException PoolTimeoutException)
   (clojure.lang Reflector)
   (io.netty.handler.proxy ProxyHandler)
   (io.netty.resolver AddressResolverGroup)
   (java.net InetSocketAddress URI)
   (java.time Duration)
   (java.util.concurrent TimeoutException)
   (java.util.concurrent.atomic AtomicBoolean)
   (weir.deferred Deferred)
   (weir.executor KeyedPool PoolController)
   (weir.http HttpClient HttpClient$Builder HttpRequest Url)
   (weir.http.client CallbackThreads FollowUp PoolClosedException RequestOptions)
   (weir.time SystemClock)))

(set! *warn-on-reflection* true)

;; ---- one connection

(defn- open
  "Makes a connection of a builder for `once`."
  [^HttpClient$Builder b ^Url url]
  (let [client (.build b)
        any (-> (HttpRequest/builder) (.url url) (.connectionTimeout Duration/ZERO) .build)]
    {:client client, :any any, :ready (.connect client any)}))

(defn- then [source f on-error]
  (FollowUp/of source f on-error CallbackThreads/INSTANCE CallbackThreads/INSTANCE))

(defn- pinned
  "Returns a request map that goes to `base`, and says in its Host field where it was meant to go."
  [req ^Url base]
  (let [url (RequestOptions/baseUrl (merge {:scheme (keyword (.scheme base))
                                            :server-name (.host base)
                                            :server-port (.effectivePort base)}
                                           req))
        host? (some #(.equalsIgnoreCase "host" (name %)) (keys (:headers req)))]
    (cond-> (-> (dissoc req :url :host :port)
                (assoc :scheme (keyword (.scheme base))
                       :server-name (.host base)
                       :server-port (.effectivePort base)
                       :uri (.path url)
                       :query-string (.query url)
                       :user-info (or (:user-info req) (.userInfo url))))
      (not (or host? (= (.authority url) (.authority base))))
      (assoc-in [:headers "host"] (.authority url)))))

(defn http-connection
  "Makes a connection without a pool; see `aleph.http.client/http-connection`."
  [remote-address ssl? opts]
  (let [^InetSocketAddress address
        (o/check :remote-address remote-address (instance? InetSocketAddress remote-address)
                 "a java.net.InetSocketAddress")
        base (Url/of (boolean ssl?) (.getHostString address) (.getPort address) "/" nil)
        {:keys [^HttpClient client ready]} (open (doto (client/builder opts nil) (.address address) .once)
                                                 base)]
    (then ready
          (fn [_]
            (fn [req]
              (if (:aleph/close req)
                (do (.close client) (Deferred/of true))
                (client/send! client (pinned (extras/single-hop req) base)))))
          nil)))

(defn req->domain
  "Returns the key of a request map in pools."
  ^URI [req]
  (let [url (RequestOptions/baseUrl req)]
    (URI. (str (.scheme url) "://" (.host url) ":" (.effectivePort url)))))

(defn proxy-handler
  "Returns Netty's handler for `:proxy-options`."
  ^ProxyHandler [opts]
  (when (:host opts)
    (let [server (net/proxy-server opts)]
      (.handler server (InetSocketAddress. (.host server) (.port server))))))

;; ---- pools of them

(defn- dirigiste-controller [utilization per-host total]
  (try
    (Reflector/invokeStaticMethod (Class/forName "io.aleph.dirigiste.Pools") "utilizationController"
                                  (object-array [(double utilization) (int per-host) (int total)]))
    (catch ClassNotFoundException _ nil)))

(defn- default-controller
  "The controller of a pool that has no `:pool-controller-builder-fn`: Dirigiste's where that is there,
  since the program's builder may need it."
  [{:keys [target-utilization connections-per-host total-connections]
    :or {target-utilization 0.9
         connections-per-host HttpClient/DEFAULT_CONNECTIONS_PER_HOST
         total-connections HttpClient/DEFAULT_TOTAL_CONNECTIONS}}]
  (or (dirigiste-controller target-utilization connections-per-host total-connections)
      (PoolController/utilization target-utilization connections-per-host total-connections)))

(defn- shared-resolvers
  "Returns two functions: one that gives the resolvers of `:dns-options` to one more connection, and one
  that takes them back. They are closed when no connection has them: a program's pool does not say that
  it was closed, but destroys all of its connections."
  [{:keys [dns-options connection-options]}]
  (let [make #(net/resolver (assoc connection-options :dns-options dns-options))
        state (atom {:users 0})]
    (make) ; checks the options; nothing is open yet
    [#(locking state
        (:group (swap! state (fn [{:keys [users group]}]
                               {:users (inc users) :group (or group (make))}))))
     #(locking state
        (let [{:keys [users group]} @state]
          (if (= 1 users)
            (do (reset! state {:users 0})
                (.close ^AddressResolverGroup group))
            (swap! state update :users dec))))]))

(defn- generator
  "Returns a function that makes the connection of a key."
  [{:keys [connection-options middleware dns-options] :as options}]
  (let [[resolvers give-back!] (when dns-options (shared-resolvers options))
        ^HttpClient$Builder b (doto (client/builder connection-options (dissoc options :dns-options)) .once)
        {:keys [insecure? http-versions]} connection-options
        tls (delay (when-not (or insecure? (client/tls-options connection-options)) ; one for all, which resume each other's sessions
                     (.sslContext b (client/ssl-context http-versions))))]
    (when middleware
      (.attachment b (client/applied-once middleware)))
    (fn [^URI k]
      (when (= "https" (.getScheme k))
        @tls)
      (if-not resolvers
        (open b (Url/parse (str k)))
        (let [group (resolvers)
              done (delay (give-back!))]
          (try
            (locking b
              (.resolver b group)
              (assoc (open b (Url/parse (str k))) :done done))
            (catch Throwable t
              @done
              (throw t))))))))

(defn- destroy [_key {:keys [^HttpClient client ^Deferred ready done]}]
  (.error ready (PoolClosedException.))
  (.close client)
  (some-> done deref))

(defn connection-pool
  "Makes a pool of the program's kind: what `:pool-builder-fn` returns is the pool."
  [{:keys [pool-builder-fn pool-controller-builder-fn stats-callback control-period max-queue-size]
    :as options}]
  (let [build (o/check :pool-builder-fn (or pool-builder-fn flow/instrumented-pool) ifn?
                       "a function of a map")
        pool (build {:generate (generator options)
                     :destroy destroy
                     :control-period (or control-period 60000)
                     :max-queue-size (or max-queue-size HttpClient/DEFAULT_MAX_QUEUE)
                     :stats-callback (let [tell (or stats-callback stats/tell)]
                                       (fn [m] (tell (update-keys m str))))
                     :controller (if pool-controller-builder-fn
                                   (pool-controller-builder-fn)
                                   (default-controller options))})]
    (KeyedPool/of pool) ; or it says what it is
    pool))

;; ---- requests over them

(def ^:private max-stale
  "So many connections that turn out to be closed may a request come across."
  64)

(defn- cause ^TimeoutException [millis]
  (TimeoutException. (str "timed out after " millis " milliseconds")))

(defn- limited
  "Lets `waiting` fail with what `exception` makes of a cause unless it is realized within `millis`."
  [^Deferred waiting millis exception]
  (when (and millis (pos? (long millis)) (not (realized? waiting)))
    (let [cancel (.in (SystemClock/instance) (double millis) #(.error waiting (exception (cause millis))))]
      (.onRealized waiting (fn [_] (cancel)) (fn [_] (cancel)))))
  waiting)

(defn- giving-back
  "Gives a connection back to its pool when nothing is under way on it, or drops it if it is closed.
  Returns a function that does it at once if it can be done."
  [pool k {:keys [^HttpClient client any] :as connection}]
  (let [free (.connect client any)
        done (AtomicBoolean.)
        give (fn [give-or-drop]
               (when (.compareAndSet done false true)
                 (give-or-drop pool k connection)))]
    (.onRealized free (fn [_] (give flow/release)) (fn [_] (give flow/dispose)))
    #(when (nil? (.successValue free free))
       (give flow/release))))

(defn- exchange [pool k {:keys [client] :as connection} req]
  (let [response ((extras/hop-client client) (dissoc (assoc req :pool client) :pool-timeout))
        give-back! (giving-back pool k connection)]
    ;; before the program hears of it: its next request shall find this connection
    (then response (fn [rsp] (give-back!) rsp) nil)))

(defn- on-connection [pool k {:keys [ready] :as connection} req]
  (then (limited ready (:connection-timeout req 30000) #(ConnectionTimeoutException. ^Throwable %))
        (fn [_] (exchange pool k connection req))
        (fn [e]
          (flow/dispose pool k connection)
          e)))

(defn- attempt
  "Sends a request over a connection of the pool, the next one if that was closed before anything was
  sent."
  [pool req n]
  (let [k (req->domain req)
        acquired (limited (flow/acquire pool k) (:pool-timeout req) #(PoolTimeoutException. ^Throwable %))]
    (then acquired
          (fn [connection]
            (then (on-connection pool k connection req)
                  identity
                  (fn [e]
                    (if (and (instance? PoolClosedException e) (< n max-stale))
                      (attempt pool req (inc n))
                      e))))
          nil)))

(defn hop-client
  "Returns a client that sends a single hop over a pool of the program's kind."
  [pool]
  (fn [req]
    (when (client/opt req :insecure)
      (throw (o/illegal :insecure? true "false: the connections of this pool are its own")))
    (attempt pool (extras/single-hop req) 0)))
