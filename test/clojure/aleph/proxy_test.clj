(ns aleph.proxy-test
  "Clients behind foreign proxies: tinyproxy and microsocks, as Debian has them."
  (:require
   [aleph.http :as http]
   [aleph.tcp :as tcp]
   [clj-commons.byte-streams :as bs]
   [clojure.java.io :as io]
   [clojure.string :as str]
   [clojure.test :refer [deftest is testing use-fixtures]]
   [manifold.deferred :as d]
   [manifold.stream :as s]
   [weir.tls :as tls])
  (:import
   (aleph.utils ProxyConnectionTimeoutException)
   (clojure.lang ExceptionInfo)
   (io.netty.handler.proxy ProxyConnectException)
   (io.netty.handler.ssl SslContextBuilder)
   (java.io Closeable File)
   (java.net ServerSocket)
   (java.util HashMap)
   (weir.http HttpClient HttpServer)
   (weir.net.proxy NoProxy ProxyOptions)
   (weir.testing Await Ports Program)))

(set! *warn-on-reflection* true)

(def ^:private made (tls/self-signed "localhost"))

(def ^:private ^:dynamic *http*)
(def ^:private ^:dynamic *https*)
(def ^:private ^:dynamic *tinyproxy* "port of a proxy without a login")
(def ^:private ^:dynamic *strict* "port of one with a login")
(def ^:private ^:dynamic *log* "what the first one has logged")

(defn- answer [req]
  (if (get-in req [:headers "upgrade"])
    (d/chain (http/websocket-connection req) #(s/connect % %))
    {:status 200
     :headers {"content-type" "application/edn"}
     :body (pr-str {:via (get-in req [:headers "via"]) :uri (:uri req) :host (get-in req [:headers "host"])})}))

(defn- server ^HttpServer [options]
  (http/start-server answer (merge {:port 0 :shutdown-timeout 0} options)))

(defn- config ^File [lines]
  (doto (File/createTempFile "tinyproxy" ".conf")
    (.deleteOnExit)
    (spit (str/join "\n" lines))))

(defn- tinyproxy ^Program [port log lines]
  (let [program (Program/start (into-array String ["tinyproxy" "-d" "-c"
                                                   (str (config (into [(str "Port " port)
                                                                       "Listen 127.0.0.1"
                                                                       "Timeout 60"
                                                                       "LogLevel Info"
                                                                       (str "LogFile \"" log "\"")]
                                                                      lines)))]))]
    (Ports/awaitListener port)
    program))

(defn- with-proxies [f]
  (let [port (Ports/free), strict (Ports/free)
        log (doto (File/createTempFile "tinyproxy" ".log") (.deleteOnExit))
        log2 (doto (File/createTempFile "tinyproxy" ".log") (.deleteOnExit))]
    (with-open [http (server nil)
                https (server {:ssl-context made})
                _ (tinyproxy port log [])
                _ (tinyproxy strict log2 ["BasicAuth somebody secret"])]
      (binding [*http* (.port http), *https* (.port https), *tinyproxy* port, *strict* strict, *log* log]
        (f)))))

(use-fixtures :once with-proxies)

(defn- pool ^HttpClient [proxy-options]
  (http/connection-pool
   {:connection-options {:proxy-options (merge {:host "localhost" :ignore-hosts []} proxy-options)
                         :ssl-context {:trust-store (:certificate-chain made)}}}))

(defn- fetch
  ([proxy-options url] (fetch proxy-options url nil))
  ([proxy-options url options]
   (with-open [p (pool proxy-options)]
     (:body (deref (http/get url (merge {:pool p :as :clojure} options)) 20000 {:body :too-late})))))

(defn- plain [] (str "http://localhost:" *http* "/x?y=1"))
(defn- secure [] (str "https://localhost:" *https* "/x"))

(defn- connects-logged [] (count (re-seq #"Request \(file descriptor \d+\): CONNECT" (slurp *log*))))

(deftest plain-http-is-sent-in-absolute-form ; [B] hung
  (let [before (connects-logged)
        {:keys [via uri host]} (fetch {:port *tinyproxy*} (plain))]
    (is (re-find #"tinyproxy" via))
    (is (= "/x" uri))
    (is (= (str "localhost:" *http*) host))
    (is (= before (connects-logged)))))

(deftest https-goes-through-a-tunnel
  (let [before (connects-logged)]
    (is (nil? (:via (fetch {:port *tinyproxy*} (secure)))))
    (is (< before (connects-logged)))))

(deftest plain-http-goes-through-a-tunnel-when-told-to
  (let [before (connects-logged)]
    (is (nil? (:via (fetch {:port *tinyproxy* :tunnel? true} (plain)))))
    (is (nil? (:via (fetch {:port *tinyproxy* :http-headers {"x-test" "1"}} (plain)))))
    (is (= (+ 2 before) (connects-logged)))))

(deftest a-login-opens-the-strict-proxy
  (doseq [url [(plain) (secure)]]
    (is (map? (fetch {:port *strict* :user "somebody" :password "secret"} url)))
    (testing "and a refusal has the proxy's headers"
      (let [e (is (thrown? ExceptionInfo (fetch {:port *strict* :tunnel? true} url)))]
        (is (re-find #"(?i)basic" (get-in (ex-data e) [:headers "proxy-authenticate"] "")))
        (is (instance? io.netty.handler.proxy.HttpProxyHandler$HttpProxyConnectException (ex-cause e)))))))

(deftest a-request-has-a-proxy-of-its-own
  (with-open [p (http/connection-pool {:connection-options {:ssl-context {:trust-store (:certificate-chain made)}}})]
    (let [via #(:via (:body @(http/get (plain) (merge {:pool p :as :clojure} %))))]
      (is (nil? (via nil)))
      (is (re-find #"tinyproxy" (via {:proxy-options {:host "localhost" :port *tinyproxy* :ignore-hosts []}})))
      (is (re-find #"tinyproxy" (via {:proxy-host "localhost" :proxy-port *tinyproxy* :proxy-ignore-hosts []})))
      (testing "clj-http leaves local hosts out"
        (is (nil? (via {:proxy-host "localhost" :proxy-port *tinyproxy*}))))
      (testing "with a login"
        (is (nil? (via {:proxy-host "localhost" :proxy-port *strict* :proxy-user "somebody"
                        :proxy-pass "secret" :proxy-ignore-hosts []}))))
      (is (nil? (via nil)) "connections of one way are not used for another"))))

(deftest hosts-can-be-left-out
  (is (nil? (:via (fetch {:port *tinyproxy* :ignore-hosts ["localhost"]} (plain)))))
  (is (re-find #"tinyproxy" (:via (fetch {:port *tinyproxy* :ignore-hosts ["other"]} (plain)))))
  (doseq [[patterns host port matches?]
          [["example.com" "example.com" 80 true] ["example.com" "www.example.com" 80 true]
           ["example.com" "badexample.com" 80 false] [".example.com" "example.com" 80 true]
           ["*.example.com" "a.b.example.com" 80 true] ["*" "anything" 80 true]
           ["example.com:8080" "example.com" 80 false] ["example.com:8080" "example.com" 8080 true]
           ["a, EXAMPLE.com ,b" "Example.Com" 80 true] ["::1" "::1" 80 true] ["" "x" 80 false]]]
    (is (= matches? (.matches (NoProxy/parse patterns) host port)) (str patterns " " host ":" port))))

(defmacro ^:private with-tls-proxy
  "Ends TLS in front of tinyproxy by socat."
  [[port] & body]
  `(let [~port (Ports/free)]
     (with-open [_# (tls-proxy ~port)]
       (Ports/awaitListener ~port)
       ~@body)))

(defn- tls-proxy ^Program [port]
  (let [pem (doto (File/createTempFile "proxy" ".pem") (.deleteOnExit))
        encoder (java.util.Base64/getMimeEncoder)
        part (fn [kind ^bytes der] (str "-----BEGIN " kind "-----\n" (.encodeToString encoder der) "\n-----END " kind "-----\n"))]
    (spit pem (str (part "PRIVATE KEY" (.getEncoded ^java.security.PrivateKey (:private-key made)))
                   (part "CERTIFICATE" (.getEncoded ^java.security.cert.X509Certificate (first (:certificate-chain made))))))
    (Program/start (into-array String ["socat" (str "OPENSSL-LISTEN:" port ",fork,reuseaddr,bind=127.0.0.1,verify=0,cert=" pem)
                                       (str "TCP:127.0.0.1:" *tinyproxy*)]))))

(deftest the-proxy-is-reached-over-tls
  (with-tls-proxy [port]
    (let [options {:port port :protocol :https :ssl-context {:trust-store (:certificate-chain made)}}]
      (is (re-find #"tinyproxy" (:via (fetch options (plain)))))
      (is (map? (fetch options (secure))))
      (is (map? (fetch (assoc options :tunnel? true) (plain)))))))

(deftest requests-that-name-the-same-proxy-share-connections
  ;; A context made for each request made each proxy another one.
  (with-tls-proxy [port]
    (with-open [^HttpClient p (http/connection-pool {:connection-options {:ssl-context {:trust-store (:certificate-chain made)}}})]
      (let [before (connects-logged)]
        (dotimes [_ 3]
          (is (map? (:body @(http/get (secure) {:pool p :as :clojure
                                                :proxy-options {:host "localhost" :port port :protocol :https
                                                                :ignore-hosts []
                                                                :ssl-context {:trust-store (:certificate-chain made)}}})))))
        (is (= 1 (.connections (.stats p))))
        (Await/until "the proxy has told" #(< before (connects-logged)))
        (is (= (inc before) (connects-logged))))))
  (doseq [options [{:protocol :https}
                   {:ssl? true}
                   {:ssl-context {:trust-store (:certificate-chain made)}}
                   {:ssl-context (doto (HashMap.) (.put :trust-store (:certificate-chain made)))}
                   {:ssl-context (SslContextBuilder/forClient)}
                   {:http-headers {"x-test" "1"} :user "x" :password "y"}]
          :let [server #(ProxyOptions/server (assoc options :host "localhost"))]]
    (is (= (server) (server)) (str options)))
  (is (not= (ProxyOptions/server {:host "localhost" :protocol :https})
            (ProxyOptions/server {:host "localhost" :protocol :https :ssl-context {:protocols ["TLSv1.3"]}}))))

(defmacro ^:private with-socks [[port & args] & body]
  `(let [~port (Ports/free)]
     (with-open [_# (Program/start (into-array String ["microsocks" "-i" "127.0.0.1" "-p" (str ~port) ~@args]))]
       (Ports/awaitListener ~port)
       ~@body)))

(deftest socks-proxies-are-passed-through
  (with-socks [port]
    (doseq [url [(plain) (secure)]]
      (is (map? (fetch {:port port :protocol :socks5} url)))))
  (with-socks [port "-u" "somebody" "-P" "secret"]
    (is (map? (fetch {:port port :protocol :socks5 :user "somebody" :password "secret"} (plain))))
    (is (thrown? ProxyConnectException
                 (fetch {:port port :protocol :socks5 :user "somebody" :password "wrong"} (plain))))))

(deftest socks-4-is-spoken
  ;; Nothing of Debian's speaks only SOCKS 4: these are the two messages of its specification.
  (with-open [listening (ServerSocket. 0)]
    (let [asked (d/future
                  (with-open [socket (.accept listening)]
                    (let [in (.getInputStream socket)
                          head (.readNBytes in 8)
                          text #(loop [t ""] (let [c (.read in)] (if (pos? c) (recur (str t (char c))) t)))
                          user (text), host (text)]
                      (.write (.getOutputStream socket) (byte-array [0 0x5b 0 0 0 0 0 0]))
                      [(vec (take 2 head)) user host])))]
      (is (thrown? ProxyConnectException
                   (fetch {:port (.getLocalPort listening) :protocol :socks4 :user "me"} "http://far.example/")))
      (is (= [[4 1] "me" "far.example"] @asked) "the name is left to the proxy"))))

(deftest names-are-resolved-by-the-proxy
  (let [e (is (thrown? ExceptionInfo (fetch {:port *tinyproxy* :tunnel? true} "http://no-such-host.invalid/")))]
    (is (re-find #"no-such-host.invalid|status: 5" (ex-message e)))))

(deftest a-silent-proxy-is-given-up-in-its-own-time
  (with-open [silent (ServerSocket. 0)]
    (is (thrown? ProxyConnectionTimeoutException
                 (fetch {:port (.getLocalPort silent) :connection-timeout 50} (secure))))
    (with-open [p (pool {:port (.getLocalPort silent) :connection-timeout 50})]
      @(d/catch (http/get (secure) {:pool p}) (constantly nil))
      (Await/until "its slot is free" #(zero? (.connections (.stats p)))))))

(deftest wrong-options-are-refused ; [B] hung
  (doseq [[options message] [[{:host nil} #":host is nil"]
                             [{:user "x"} #"user and password"]
                             [{:password "x"} #"user and password"]
                             [{:protocol :pigeon} #":protocol is :pigeon"]
                             [{:port 0} #"proxy port: 0"]
                             [{:protocol :socks5 :http-headers {"a" "b"}} #"only with HTTP"]]]
    (is (thrown-with-msg? IllegalArgumentException message (pool options)))))

(deftest tcp-clients-use-proxies-as-well
  (let [echo (tcp/start-server (fn [s _] (s/connect s s)) {:port 0 :shutdown-timeout 0})
        port (aleph.netty/port echo)
        through (fn [options]
                  (let [c (deref (tcp/client {:host "localhost" :port port
                                              :proxy-options (merge {:host "localhost" :ignore-hosts []} options)})
                                 20000 nil)]
                    (s/put! c "foo")
                    (let [m (bs/to-string (deref (s/take! c) 20000 ""))]
                      (s/close! c)
                      m)))]
    (try
      (with-socks [socks]
        (is (= "foo" (through {:port socks :protocol :socks5}))))
      (is (= "foo" (through {:port *tinyproxy*})))
      (finally (.close ^Closeable echo)))))

;;; ---- websockets; #488

(defn- echoed [url proxy-options]
  (let [conn (deref (http/websocket-client url {:ssl-context {:trust-store (:certificate-chain made)}
                                                :proxy-options (merge {:host "localhost" :ignore-hosts []}
                                                                      proxy-options)})
                    20000 nil)]
    (s/put! conn "there and back")
    (let [m (deref (s/take! conn) 20000 nil)]
      (s/close! conn)
      m)))

(defn- ws-urls []
  [(str "ws://localhost:" *http* "/x") (str "wss://localhost:" *https* "/x")])

(deftest websockets-go-through-tunnels-of-http-proxies
  (doseq [url (ws-urls)]
    (let [before (connects-logged)]
      (is (= "there and back" (echoed url {:port *tinyproxy*})))
      (Await/until "the proxy has told" #(< before (connects-logged))))
    (is (= "there and back" (echoed url {:port *strict* :user "somebody" :password "secret"})))
    (testing "and a refusal has the proxy's headers"
      (let [e (is (thrown? ExceptionInfo (echoed url {:port *strict*})))]
        (is (re-find #"(?i)basic" (get-in (ex-data e) [:headers "proxy-authenticate"] "")))))
    (testing "hosts can be left out"
      (let [before (connects-logged)]
        (is (= "there and back" (echoed url {:port *tinyproxy* :ignore-hosts ["localhost"]})))
        (is (= before (connects-logged)))))))

(deftest websockets-go-through-socks-proxies
  (with-socks [port]
    (doseq [url (ws-urls)]
      (is (= "there and back" (echoed url {:port port :protocol :socks5})))))
  (with-socks [port "-u" "somebody" "-P" "secret"]
    (is (= "there and back" (echoed (first (ws-urls)) {:port port :protocol :socks5 :user "somebody"
                                                       :password "secret"})))
    (is (thrown? ProxyConnectException
                 (echoed (first (ws-urls)) {:port port :protocol :socks5 :user "somebody" :password "wrong"})))))

(deftest websockets-leave-names-to-the-proxy-and-give-a-silent-one-up
  (let [e (is (thrown? ExceptionInfo (echoed "ws://no-such-host.invalid/" {:port *tinyproxy*})))]
    (is (re-find #"no-such-host.invalid|status: 5" (ex-message e))))
  (with-open [silent (ServerSocket. 0)]
    (is (thrown? ProxyConnectionTimeoutException
                 (echoed (first (ws-urls)) {:port (.getLocalPort silent) :connection-timeout 50}))))
  (is (thrown-with-msg? IllegalArgumentException #":protocol is :pigeon"
                        (http/websocket-client "ws://localhost" {:proxy-options {:host "x" :protocol :pigeon}}))))
