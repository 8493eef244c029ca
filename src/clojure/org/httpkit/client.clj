(ns org.httpkit.client
  "HTTP clients with http-kit's API: each request returns at once with what can be dereferenced, and may
  have a callback. Failures are an `:error` in the response map; nothing is thrown but for calls that
  cannot be understood.

  What differs from http-kit is in docs/http-kit.md."
  (:refer-clojure :exclude [get])
  (:require
   [clojure.string :as str]
   [org.httpkit.client.body :as body]
   [org.httpkit.client.connections :as connections]
   [org.httpkit.client.engine :as engine]
   [org.httpkit.utils :as utils]
   [weir.options :as o])
  (:import
   (clojure.lang IBlockingDeref IDeref IFn IPending MultiFn)
   (java.io Closeable)
   (java.nio.charset StandardCharsets)
   (java.util.concurrent Executor)
   (javax.net.ssl SSLContext SSLEngine)
   (org.httpkit.client HttpClient IFilter$MaxBodyFilter)
   (weir.http FormEncoding)
   (weir.http.server.channel Journal)
   (weir.net.tls ClientEngines)))

(set! *warn-on-reflection* true)

;;; workers and clients

(defn new-worker
  "Makes a worker for `:worker-pool`; see `org.httpkit.utils/new-worker`. Defaults: virtual threads where
  the JVM has them, else up to 2 threads for each processor and an unbounded queue."
  [opts]
  (utils/new-worker {:prefix "http-kit-client-worker-"
                     :queue-type :linked
                     :n-min-threads-factor 1
                     :n-max-threads-factor 2
                     :keep-alive-msecs 60000}
                    opts))

(def default-worker_
  "Where callbacks run by default: a delay."
  (delay (new-worker {})))

(defn make-ssl-engine
  "Makes an SSLEngine for `:sslengine`, of an SSLContext or of the default one."
  (^SSLEngine [] (make-ssl-engine (SSLContext/getDefault)))
  (^SSLEngine [ctx] (ClientEngines/make ctx)))

(defn make-client
  "Makes a client: a java.io.Closeable with `.stop`.

  | key | meaning (default)
  |:----|:----
  | `:max-connections` | connections to all origins together (unlimited)
  | `:max-connections-per-host` | connections to one origin, for each kind of TLS and each `:keepalive` (unlimited)
  | `:max-queue-size` | requests that may wait for a connection to one origin; more are a RejectedExecutionException (unlimited)
  | `:http-versions` | what is offered inside TLS, best first (`[:http2 :http1]`); a request with `:sslengine` speaks HTTP/1.1
  | `:address-finder` | function of a URI, that of the proxy if there is one, which returns the SocketAddress to connect to
  | `:channel-factory` | function of a SocketAddress that returns a SocketChannel for it
  | `:ssl-configurer` | function of an SSLEngine and a URI that sets the engine up
  | `:bind-address` | a SocketAddress to connect from
  | `:error-logger` | function of a message and a throwable: callbacks that fail, and faults of the client (the log)
  | `:event-logger`, `:event-names` | as for `org.httpkit.server/run-server`"
  ^HttpClient [opts]
  (connections/make-client opts))

(def default-client "The client of requests that name none: a delay." (delay (make-client {})))

(def insecure-client "A client for requests that trust everybody: a delay." (delay (make-client {})))

(def legacy-client
  "A client that does not tell servers their names: a delay."
  (delay (make-client {:ssl-configurer
                       (fn [ssl-engine uri]
                         ((requiring-resolve 'org.httpkit.sni-client/ssl-configurer)
                          {:sni? false} ssl-engine uri))})))

(def ^:dynamic *default-client*
  "The client of requests that name none, or a delay of it."
  default-client)

(defn max-body-filter
  "Returns a filter that ends a request with an error when its response has more than `size` bytes."
  [size]
  (IFilter$MaxBodyFilter. (int size)))

;;; encodings

(defn url-encode
  "Encodes the text of `s` as forms do."
  [s]
  (FormEncoding/encode (str s) StandardCharsets/UTF_8))

(defn query-string
  "Returns the parameters of a map as `a=1&b=2`. `style` says how several values are written: nil
  `a=1&a=2`, `:array` `a[]=1`, `:indexed` `a[0]=1`, `:comma-separated` `a=1,2`."
  ([m] (query-string m nil))
  ([m style] (engine/params m style)))

;;; requests

(def ^:private ^:dynamic *in-callback* false)

(defn- guard-deref []
  (when *in-callback*
    (throw (IllegalStateException.
            (str "dereferenced a response within a callback, which may wait for ever"
                 " (expected: another callback, or :deadlock-guard? false)")))))

(defn- guarded
  "Returns what yields the value of `response`, but not within callbacks; `give-up` ends the request."
  [response give-up]
  (reify
    Closeable
    (close [_] (give-up))
    IDeref
    (deref [_] (guard-deref) @response)
    IBlockingDeref
    (deref [_ ms default] (guard-deref) (deref response ms default))
    IPending
    (isRealized [_] (realized? response))))

(defn- call-back [opts ^Journal journal callback result]
  (try
    (if (false? (:deadlock-guard? opts))
      (callback result)
      (binding [*in-callback* true] (callback result)))
    (catch Throwable t
      (.error journal (str "the callback of " (:url opts) " failed") t)
      {:opts (:opts result) :error t})))

(defn- worker ^Executor [opts]
  (or (utils/pool :worker-pool (:worker-pool opts)) (:pool @default-worker_)))

(defn request
  "Sends a request. Returns what yields, when it is dereferenced, the response map; or what `callback`
  returns, which is called with that map: `:status`, `:headers`, `:body` and `:opts`, or `:error` and
  `:opts`.

  | key | meaning (default)
  |:----|:----
  | `:url`, `:method` | where to, and how (`:get`)
  | `:headers` | map of names to a value or a sequence of values
  | `:body` | string, byte[], ByteBuffer, File, InputStream or a sequence of strings
  | `:query-params`, `:form-params` | maps; `:nested-param-style` is that of `query-string`
  | `:multipart`, `:multipart-mixed?` | sequence of `{:name :content :filename :content-type}`
  | `:basic-auth`, `:oauth-token`, `:user-agent` | headers by value
  | `:timeout` | ms for both of the next two
  | `:connect-timeout` | ms until there is a connection (60000)
  | `:idle-timeout` | ms without anything coming or going (60000)
  | `:total-timeout` | ms until the response, redirects included (0: none)
  | `:keepalive` | ms for which the connection is kept; 0 closes it (120000)
  | `:as` | `:auto`, `:text`, `:stream`, `:byte-array`, `:raw-byte-array` or `:none` (`:auto`)
  | `:auto-compression?` | accept gzip and deflate (true)
  | `:filter` | an IFilter, such as `max-body-filter` makes
  | `:follow-redirects`, `:max-redirects` | (true, 10)
  | `:allow-unsafe-redirect-methods` | keep the method on 301, 302 and 303 (false)
  | `:proxy-url` | `http://host:port`, or with `https`, `socks4`, `socks5`; `user:password@` logs in
  | `:proxy-host`, `:proxy-port` | the same in two parts, which win
  | `:proxy-user`, `:proxy-pass` | its login
  | `:proxy-ignore-hosts` | hosts that are reached without it, such as \"localhost\" or \"*.internal\"
  | `:tunnel?` | goes through a tunnel for http, too, as for https in any case (false)
  | `:insecure?` | trust every certificate for every name (false)
  | `:sslengine` | an SSLEngine; one that `make-ssl-engine` has not made serves one connection
  | `:client` | a client, or a delay of one (`*default-client*`)
  | `:worker-pool` | where the callback runs (`default-worker_`)
  | `:deadlock-guard?` | dereferencing a response within a callback throws (true)"
  [{:keys [response] :as opts} & [callback]]
  (body/check-as opts)
  (engine/check-call opts)
  (let [response (or response (promise))
        callback (or callback identity)
        given (dissoc opts :response)
        client (connections/client-of opts *default-client*)
        journal (connections/journal client)
        finish #(deliver response (call-back opts journal callback %))
        give-up (engine/send! client given (worker opts) finish)]
    (if (false? (:deadlock-guard? opts))
      response
      (guarded response give-up))))

(defn cancel!
  "Gives a request up: its response has a CancellationException as `:error`, and its connection is
  closed. Does nothing if there is a response. Takes what `request` and the verbs return, unless
  `:deadlock-guard?` is false."
  [response]
  (.close ^Closeable (o/check :response response #(instance? Closeable %)
                              "what a request has returned, with :deadlock-guard? true")))

(defn header-values
  "Returns the values of a response's header field, each by itself: `:headers` joins them by newlines."
  [response k]
  (some-> (clojure.core/get (:headers response) k) (str/split #"\n") vec))

(defn- callback? [x]
  (and (or (instance? IFn x) (instance? MultiFn x)) (not (map? x))))

(defn- send-verb [method url [a b]]
  (let [[opts callback] (if (callback? a) [nil a] [a b])]
    (request (assoc opts :url url :method method) callback)))

(defmacro ^:private defverbs [& verbs]
  `(do ~@(for [verb verbs
               :let [upper (.toUpperCase (name verb))]]
           `(defn ~verb
              ~(str "Sends a " upper " request: `(" verb " url opts? callback?)`. See `request`.")
              [~'url & [~'_ :as ~'more]]
              (send-verb ~(keyword verb) ~'url ~'more)))))

(defverbs get delete head post put options patch propfind proppatch lock unlock report acl copy move)
