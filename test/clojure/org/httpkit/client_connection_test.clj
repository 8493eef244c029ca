(ns org.httpkit.client-connection-test
  "How http-kit's clients connect: addresses and sockets of the program's own, and TLS."
  (:require
   [clojure.string :as str]
   [clojure.test :refer [are deftest is use-fixtures]]
   [org.httpkit.client :as http]
   [org.httpkit.server :as server]
   [org.httpkit.sni-client :as sni]
   [weir.tls :as tls])
  (:import
   (java.io IOException)
   (java.net InetSocketAddress SocketAddress StandardProtocolFamily URI UnixDomainSocketAddress)
   (java.nio.channels SocketChannel)
   (java.nio.file Files)
   (java.nio.file.attribute FileAttribute)
   (java.security KeyStore)
   (java.util.concurrent CancellationException CountDownLatch RejectedExecutionException
                         TimeUnit)
   (javax.net.ssl SSLContext SSLEngine SSLException TrustManagerFactory)
   (org.httpkit.client ClientSslEngineFactory HttpClient TimeoutException)
   (weir.http RequestMessage)))

(set! *warn-on-reflection* true)

(def ^:private made (tls/self-signed "localhost"))

(defn- handler [{:keys [uri] :as req}]
  (case uri
    "/tls" {:body (.getProtocol (.sslSession ^RequestMessage (:weir/exchange req)))}
    "/away" {:status 302 :headers {"Location" "http://elsewhere.invalid/host"}}
    "/host" {:body (get-in req [:headers "host"])}
    "/two" {:headers {"X-Two" ["a" "b"]}}
    {:body "ok"}))

(def ^:private http-port (promise))
(def ^:private https-port (promise))

(use-fixtures :once
  (fn [run]
    (let [plain (server/run-server handler {:port 0})
          secure (server/run-server handler {:port 0 :ssl-context made})]
      (try
        (deliver http-port (:local-port (meta plain)))
        (deliver https-port (:local-port (meta secure)))
        (run)
        (finally (plain :timeout 0) (secure :timeout 0))))))

(defmacro ^:private with-client [[client opts] & body]
  `(with-open [~(vary-meta client assoc :tag `HttpClient) (http/make-client ~opts)] ~@body))

(defn- fetch [url opts]
  (let [{:keys [body error]} (deref (http/get url opts) 20000 {:error :late})]
    (or error (if (string? body) body (slurp body)))))

;;; addresses

(deftest an-address-finder-decides-where-to-connect
  (let [asked (atom [])]
    (with-client [client {:address-finder (fn [^URI uri]
                                            (swap! asked conj (str uri))
                                            (InetSocketAddress. "127.0.0.1" (int @http-port)))}]
      (is (= "nowhere.invalid:81" (fetch "http://nowhere.invalid:81/host?a=1" {:client client})))
      (is (= ["http://nowhere.invalid:81/host?a=1"] @asked))
      (is (= "elsewhere.invalid" (fetch "http://nowhere.invalid/away" {:client client}))
          "the target of a redirect is found, too"))))

(deftest connections-belong-to-their-address
  (let [other (server/run-server (constantly {:body "other"}) {:port 0})
        ports (atom [@http-port (:local-port (meta other)) @http-port])]
    (try
      (with-client [client {:address-finder (fn [_]
                                              (let [port (first @ports)]
                                                (swap! ports subvec 1)
                                                (InetSocketAddress. "127.0.0.1" (int port))))}]
        (is (= ["ok" "other" "ok"] (doall (repeatedly 3 #(fetch "http://one.invalid/" {:client client}))))))
      (finally (other :timeout 0)))))

;; [D] §6.1: looking names up and reading bodies does not hold the caller up.
(deftest a-caller-waits-for-no-name
  (let [go-on (CountDownLatch. 1)]
    (with-client [client {:address-finder (fn [_]
                                            (.await go-on 10 TimeUnit/SECONDS)
                                            (InetSocketAddress. "127.0.0.1" (int @http-port)))}]
      (let [response (http/get "http://slow.invalid/host" {:client client})]
        (is (not (realized? response)))
        (.countDown go-on)
        (is (= 200 (:status (deref response 10000 nil))))))))

(deftest what-a-finder-throws-is-the-error
  (are [message opts] (with-client [client opts]
                        (re-find message (ex-message (fetch "http://localhost/" {:client client}))))
    #"expected by this test" {:address-finder (fn [_] (throw (ex-info "expected by this test" {})))}
    #":address-finder is 1 \(expected: a function that returns a SocketAddress" {:address-finder (constantly 1)}
    #"no socket today" {:channel-factory (fn [_] (throw (IOException. "no socket today")))}
    #":channel-factory is nil \(expected: a function that returns a SocketChannel" {:channel-factory (constantly nil)}))

(deftest unix-sockets
  (let [dir (Files/createTempDirectory "kit" (make-array FileAttribute 0))
        address (UnixDomainSocketAddress/of (.resolve dir "s"))
        stop (server/run-server handler {:address-finder (constantly address)})]
    (try
      (doseq [opts [{:address-finder (constantly address)}
                    {:address-finder (constantly address)
                     :channel-factory (fn [_] (SocketChannel/open StandardProtocolFamily/UNIX))}]]
        (with-client [client opts]
          (dotimes [_ 2]
            (is (= "any.invalid" (fetch "http://any.invalid/host" {:client client}))))))
      (finally (stop :timeout 0)))))

(deftest a-channel-factory-makes-the-sockets
  (let [addresses (atom [])]
    (with-client [client {:channel-factory (fn [^SocketAddress address]
                                             (swap! addresses conj address)
                                             (SocketChannel/open))}]
      (dotimes [_ 2]
        (is (= "ok" (fetch (str "http://127.0.0.1:" @http-port "/") {:client client}))))
      (is (= [(InetSocketAddress. "127.0.0.1" (int @http-port))] @addresses) "the connection is used again"))))

;;; TLS

(defn- trusting ^SSLContext []
  (let [store (doto (KeyStore/getInstance (KeyStore/getDefaultType))
                (.load nil nil)
                (.setCertificateEntry "it" (first (:certificate-chain made))))
        trust (doto (TrustManagerFactory/getInstance (TrustManagerFactory/getDefaultAlgorithm)) (.init ^KeyStore store))]
    (doto (SSLContext/getInstance "TLS") (.init nil (.getTrustManagers trust) nil))))

(defn- secure ([] (secure "/")) ([path] (str "https://localhost:" @https-port path)))

(deftest certificates-are-verified-unless-told-otherwise
  (is (instance? SSLException (fetch (secure) {})))
  (is (= "ok" (fetch (secure) {:insecure? true})))
  (with-client [client {}]
    (is (= "ok" (fetch (secure) {:insecure? true :client client})))
    (is (instance? SSLException (fetch (secure) {:client client}))
        "an insecure connection is not used by a request that wants another")))

(deftest engines-of-the-program
  (let [context (trusting)]
    (are [engine] (= "ok" (fetch (secure) {:sslengine engine}))
      (http/make-ssl-engine context)
      (http/make-ssl-engine context)
      (.createSSLEngine context)
      (ClientSslEngineFactory/trustAnybody))
    (is (= "TLSv1.2" (fetch (secure "/tls")
                            {:sslengine (doto (http/make-ssl-engine context)
                                          (.setEnabledProtocols (into-array ["TLSv1.2"])))})))
    (is (= "ok" (fetch (secure) {:sslengine (http/make-ssl-engine context) :insecure? true})))
    (is (instance? SSLException (fetch (secure) {:sslengine (http/make-ssl-engine)})))
    (is (instance? SSLException (fetch (str "https://127.0.0.1:" @https-port) {:sslengine (http/make-ssl-engine context)}))
        "the name counts, too")
    (is (instance? IllegalArgumentException (fetch (secure) {:sslengine "engine"})))))

(deftest a-foreign-engine-serves-one-connection
  (with-client [client {}]
    (let [opts {:sslengine (.createSSLEngine (trusting)) :client client}]
      (is (= "ok" (fetch (secure) opts)))
      (is (= "ok" (fetch (secure) opts)) "as long as it is open")
      (is (= "ok" (fetch (secure) (assoc opts :keepalive -1 :sslengine (.createSSLEngine (trusting))))))))
  (let [engine (.createSSLEngine (trusting))
        once #(with-client [client {}] (fetch (secure) {:sslengine engine :client client}))]
    (is (= "ok" (once)))
    (is (instance? Exception (once)))))

(deftest engines-are-set-up-before-they-speak
  (let [seen (promise)]
    (with-client [client {:ssl-configurer (fn [^SSLEngine engine uri]
                                            (deliver seen uri)
                                            (sni/ssl-configurer engine uri)
                                            (.setEnabledProtocols engine (into-array ["TLSv1.2"])))}]
      (is (= "TLSv1.2" (fetch (secure "/tls") {:client client :sslengine (http/make-ssl-engine (trusting))})))
      (is (= (URI. (str "https://localhost:" @https-port)) (deref seen 0 nil)))))
  (with-client [client {:ssl-configurer (fn [_ _] (throw (IllegalStateException. "not this one")))}]
    (is (= "not this one" (ex-message (fetch (secure) {:client client}))))))

(deftest names-need-not-be-verified
  (with-client [client {:ssl-configurer (fn [engine uri]
                                          (sni/ssl-configurer {:hostname-verification? false} engine uri))}]
    (is (= "ok" (fetch (str "https://127.0.0.1:" @https-port)
                       {:client client :sslengine (http/make-ssl-engine (trusting))})))))

;;; limits

;; §6.7: :max-connections is global; at the limit an idle connection of any origin goes.
(deftest connections-are-limited-together
  (with-client [client {:max-connections 1}]
    (let [url (str "http://localhost:" @http-port "/")]
      (dotimes [_ 2]
        (is (= ["ok" "ok" "ok" "ok"]
               [(fetch url {:client client})
                (fetch (secure) {:client client :insecure? true})
                (fetch url {:client client :keepalive 1000})
                (fetch (str "http://127.0.0.1:" @http-port "/") {:client client})]))))))

;; §11.17: limits of one origin, and of what waits.
(deftest requests-that-may-not-wait-are-rejected
  (let [go-on (CountDownLatch. 1)
        entered (promise)
        stop (server/run-server (fn [_] (deliver entered true) (.await go-on 10 TimeUnit/SECONDS) {:body "ok"})
                                {:port 0})
        url (str "http://localhost:" (:local-port (meta stop)))]
    (try
      (with-client [client {:max-connections-per-host 1 :max-queue-size 0}]
        (let [running (http/get url {:client client})]
          (is (deref entered 10000 false))
          (is (instance? RejectedExecutionException (fetch url {:client client})))
          (.countDown go-on)
          (is (= 200 (:status (deref running 10000 nil))))))
      (finally (stop :timeout 0)))))

;; §11.14 and §11.15: a limit of all, and an end at once.
(deftest requests-can-be-given-up
  (let [go-on (CountDownLatch. 1)
        entered (promise)
        gone (promise)
        stop (server/run-server (fn [req]
                                  (server/as-channel req {:on-open (fn [_] (deliver entered true))
                                                          :on-close (fn [_ status] (deliver gone status))}))
                                {:port 0})
        url (str "http://localhost:" (:local-port (meta stop)))]
    (try
      (let [e (fetch url {:total-timeout 50})]
        (is (instance? TimeoutException e))
        (is (= "total timeout: 50ms" (ex-message e))))
      (let [response (http/get url)]
        (is (deref entered 10000 false))
        (http/cancel! response)
        (is (instance? CancellationException (:error (deref response 10000 nil))))
        (is (= :client-close (deref gone 10000 nil)))
        (http/cancel! response))
      (is (thrown-with-msg? IllegalArgumentException #":response is" (http/cancel! (promise))))
      (finally (.countDown go-on) (stop :timeout 0)))))

;; §11.18: fields that come several times, one by one.
(deftest header-fields-one-by-one
  (let [response @(http/get (str "http://localhost:" @http-port "/two"))]
    (is (= "a\nb" (:x-two (:headers response))))
    (is (= ["a" "b"] (http/header-values response :x-two)))
    (is (nil? (http/header-values response :x-none)))))

;;; options

(deftest loggers-of-a-client
  (let [logged (atom [])]
    (with-client [client {:error-logger (fn [msg e] (swap! logged conj [msg (ex-message e)]))}]
      @(http/get (str "http://localhost:" @http-port "/") {:client client}
                 (fn [_] (throw (ex-info "expected by this test" {}))))
      (is (= 1 (count @logged)))
      (is (str/ends-with? (ffirst @logged) "failed"))
      (is (= "expected by this test" (second (first @logged)))))))

(deftest bad-options-are-told
  (are [message opts] (thrown-with-msg? IllegalArgumentException message (http/make-client opts))
    #":address-finder is 1 \(expected: a function" {:address-finder 1}
    #":channel-factory is 1" {:channel-factory 1}
    #":event-names is 1" {:event-names 1}
    #":bind-address is 1" {:bind-address 1}
    #":max-connections is 0" {:max-connections 0}))
