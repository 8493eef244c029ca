(ns aleph.http-client-options-test
  "Options of requests and pools that few programs need; and what is refused by name."
  (:require
   [aleph.client-servers :refer [await-true echo failure value with-server]]
   [aleph.http :as http]
   [aleph.http.client :as client]
   [clojure.java.io :as io]
   [clojure.string :as str]
   [clojure.test :refer [deftest is testing]]
   [manifold.deferred :as d]
   [manifold.stream :as s]
   [weir.tls :as tls])
  (:import
   (aleph.utils ReadTimeoutException RequestTimeoutException)
   (io.netty.channel MultiThreadIoEventLoopGroup)
   (io.netty.channel.nio NioIoHandler)
   (io.netty.handler.ssl.util InsecureTrustManagerFactory)
   (java.io Closeable File IOException InputStream)
   (java.net ServerSocket)
   (java.nio.file Files)
   (java.security KeyStore)
   (java.security.cert Certificate)
   (javax.net.ssl SSLException)
   (weir.http ClientStats$Origin HttpClient)
   (weir.testing CapturedLog)))

(set! *warn-on-reflection* true)

;; ---- silence

(defn- await-silence
  "Returns when a client has seen that a server keeps silent for so long."
  [ms]
  (with-server [url (fn [_] (d/deferred))]
    (is (instance? ReadTimeoutException (failure (http/get url {:socket-timeout ms}))))))

(deftest a-server-that-keeps-silent-is-a-read-timeout
  (with-server [url (fn [_] (d/deferred))]
    (let [e (failure (http/get url {:socket-timeout 60}))]
      (is (instance? ReadTimeoutException e))
      (is (str/includes? (str (ex-message e)) "kept silent for 60 milliseconds")))))

(deftest a-body-that-falls-silent-fails-its-reader
  (let [body (s/stream 1)]
    (with-server [url (fn [_] {:status 200 :body body})]
      (s/put! body "abc")
      (let [^InputStream in (:body (value (http/get url {:socket-timeout 600})))]
        (is (= "abc" (String. (.readNBytes in 3))))
        (is (thrown-with-msg? IOException #"kept silent" (.read in))))
      (s/close! body))))

(deftest a-server-that-goes-on-is-not-silent
  (with-server [url (fn [_]
                      (let [body (s/stream)]
                        (future (dotimes [i 8]
                                  (await-silence 100) ; all of it takes longer than silence may
                                  @(s/put! body (str i)))
                                (s/close! body))
                        {:status 200 :body body}))]
    (is (= "01234567" (:body (value (http/get url {:socket-timeout 700 :as :string})))))))

(deftest a-program-that-reads-late-is-no-silence
  (let [n (* 4 1024 1024)]
    (with-server [url (fn [_] {:status 200 :body (byte-array n)})]
      (with-open [^InputStream in (:body (value (http/get url {:socket-timeout 600})))]
        (await-silence 1000)
        (is (= n (alength (.readAllBytes in))))))))

;; ---- interceptors

(deftest a-request-interceptor-has-the-last-word-on-every-hop
  (with-server [url #(if (= "/" (:uri %)) {:status 302 :headers {"location" "/x"}} (echo %))]
    (let [seen (atom [])
          rsp (value (http/get url {:headers {"X-A" ["1" "2"]}
                                    :request-interceptor (fn [req ctx]
                                                           (swap! seen conj [(:url req) (:url (:request ctx))])
                                                           (assoc-in req [:headers "x-signed"] (:url req)))
                                    :as :clojure}))]
      (is (= [[(str url "/") url] [(str url "/x") url]] @seen))
      (is (= {"x-a" "1,2" "x-signed" (str url "/x")}
             (select-keys (:headers (:body rsp)) ["x-a" "x-signed"]))))
    (testing "what it returns may be nothing, and what it throws fails the request"
      (is (= 200 (:status (value (http/get url {:request-interceptor (fn [_ _] nil)})))))
      (is (= "no" (ex-message (failure (http/get url {:request-interceptor (fn [_ _] (throw (Exception. "no")))}))))))
    (testing "it may change method and body"
      (is (= [:post "b"]
             ((juxt :request-method :body)
              (:body (value (http/get (str url "/x") {:request-interceptor
                                                      (fn [req _] (assoc req :request-method :post :body "b"))
                                                      :as :clojure})))))))))

;; ---- redirects

(defn- redirecting [req]
  (let [[_ status path] (re-matches #"/(\d+)(/.*)" (:uri req))]
    (if status {:status (parse-long status) :headers {"location" path}} (echo req))))

(deftest redirect-strategies-of-clj-http
  (with-server [url redirecting]
    (let [post (fn [options] (value (http/post (str url "/302/x") (merge {:body "b" :as :clojure} options))))]
      (is (= 302 (:status (post {:redirect-strategy :default}))))
      (is (= :get (:request-method (:body (post {:redirect-strategy :lax})))))
      (is (= 302 (:status (value (http/get (str url "/302/x") {:redirect-strategy :none})))))
      (is (= 302 (:status (value (http/get (str url "/302/302/302/x") {:redirect-strategy :graceful :max-redirects 2})))))
      (is (re-find #"too many redirects"
                   (ex-message (failure (http/get (str url "/302/302/302/x") {:max-redirects 2})))))
      (testing "or a function"
        (let [to (fn [answer] (fn [req rsp] (is (= [:post 302] [(:request-method req) (:status rsp)])) answer))]
          (is (= 302 (:status (post {:redirect-strategy (to nil)}))))
          (is (= 302 (:status (post {:redirect-strategy (to true)}))) "by the rules a POST is not sent again")
          (is (= "/y" (:uri (:body (post {:redirect-strategy (to "/y")})))))))
      (is (instance? IllegalArgumentException (failure (http/get url {:redirect-strategy :other})))))))

;; ---- what a response tells

(deftest keys-of-clj-http-in-responses
  (with-server [url (fn [_] {:status 200
                             :headers {"link" ["<https://h/?page=2>; rel=\"next\", <https://h/?page=9>; rel=last; title=\"a, \\\"b\\\"\""
                                               "</style.css>; rel=\"preload stylesheet\"; as=style, <x>, <y"]}
                             :body "abc"})]
    (let [rsp (value (http/get url))]
      (is (= {:next {:href "https://h/?page=2"}
              :last {:href "https://h/?page=9" :title "a, \"b\""}
              :preload {:href "/style.css" :as "style"}
              :stylesheet {:href "/style.css" :as "style"}}
             (:links rsp)))
      (is (= 3 (:length rsp)))
      (is (= {:name "HTTP" :major 1 :minor 1} (:protocol-version rsp)))))
  (with-server [url (fn [_] {:status 200 :body (s/->source ["a"])})]
    (let [rsp (value (http/get url))]
      (is (nil? (:links rsp)))
      (is (nil? (:length rsp))))))

(deftest xml-is-read-but-nothing-that-it-names
  (with-server [url (fn [{:keys [body]}] {:status 200 :body body})]
    (let [read-xml (fn [s] (http/post url {:body s :as :xml}))]
      (is (= {:tag :a :attrs {:b "1"} :content ["ä"]} (into {} (:body (value (read-xml "<a b='1'>ä</a>"))))))
      (is (nil? (:body (value (read-xml "")))))
      (is (re-find #"DOCTYPE" (ex-message (failure (read-xml "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>"))))))))

(deftest headers-of-parts-by-mode
  (with-server [url (fn [{:keys [body]}] {:status 200 :body (slurp body)})]
    (let [sent (fn [mode part-name]
                 (http/post url {:multipart [{:part-name part-name :content "1"}
                                             {:part-name "f" :content "2" :file-name "f.txt"}]
                                 :multipart-mode mode :as :string}))
          headers (fn [mode] (set (map second (re-seq #"\r\n([a-z-]+): " (:body (value (sent mode "ä")))))))]
      (is (= #{"content-disposition" "content-length" "content-type" "content-transfer-encoding"}
             (headers nil) (headers :extended)))
      (is (= #{"content-disposition" "content-type"} (headers :browser-compatible)))
      (is (instance? IllegalArgumentException (failure (sent :strict "ä"))))
      (is (= 200 (:status (value (sent :strict "a")))))
      (is (re-find #":multipart-mode is :loose" (ex-message (failure (sent :loose "a"))))))))

;; ---- the network

(deftest a-pool-may-have-loops-of-its-own
  (let [group (MultiThreadIoEventLoopGroup. 1 (NioIoHandler/newFactory))]
    (with-server [url echo]
      (with-open [^Closeable pool (http/connection-pool {:connection-options {:event-loop-group group}})]
        (is (= 200 (:status (value (http/get url {:pool pool}))))))
      (is (not (.isShuttingDown group)) "they stay the program's"))
    (is (thrown-with-msg? IllegalArgumentException #"eventLoopGroup"
                          (http/connection-pool {:connection-options {:event-loop-group group :transport :epoll}})))
    (is (thrown-with-msg? IllegalArgumentException #":event-loop-group is 1"
                          (http/connection-pool {:connection-options {:event-loop-group 1}})))
    (.shutdownGracefully group)))

(deftest a-pool-may-lead-to-a-unix-socket
  (let [file (File/createTempFile "weir" ".sock")]
    (Files/delete (.toPath file))
    (with-open [^Closeable _ (http/start-server echo {:unix-socket file :shutdown-timeout 0})
                ^Closeable pool (http/connection-pool {:connection-options {:unix-socket (str file)}})]
      (let [rsp (value (http/get "http://some.host/x" {:pool pool :as :clojure}))]
        (is (= "/x" (:uri (:body rsp))))
        (is (= "some.host" (get-in rsp [:body :headers "host"])))))))

(def ^:private made (tls/self-signed "localhost"))

(defn- store
  "Returns the file of a key store with a certificate, and its key if there is a password."
  [password]
  (let [file (doto (File/createTempFile "weir" ".p12") (.deleteOnExit))
        ks (doto (KeyStore/getInstance "PKCS12") (.load nil nil))
        ^Certificate certificate (first (:certificate-chain made))]
    (if password
      (.setKeyEntry ks "key" (:private-key made) (.toCharArray ^String password)
                    (into-array Certificate [certificate]))
      (.setCertificateEntry ks "ca" certificate))
    (with-open [out (io/output-stream file)]
      (.store ks out (.toCharArray (str password))))
    file))

(deftest key-stores-of-clj-http-say-whom-to-trust-and-who-to-be
  (let [trust (store nil), keys-of (store "secret")]
    (with-server [url (fn [req] {:status 200 :body (str (some? (:ssl-client-cert req)))})
                  {:ssl-context (assoc made :client-auth :optional :trust-store (:certificate-chain made))}]
      (let [fetch (fn [options]
                    (with-open [^Closeable pool (http/connection-pool {:connection-options options})]
                      (:body (value (http/get url {:pool pool :as :string})))))]
        (is (= "false" (fetch {:trust-store (str trust) :trust-store-pass ""})))
        (is (= "true" (fetch {:trust-store trust :trust-store-type "PKCS12" :trust-store-pass ""
                              :keystore (io/input-stream keys-of) :keystore-pass "secret"})))
        (is (= "false" (fetch {:trust-managers (into-array javax.net.ssl.TrustManager
                                                           [(first (.getTrustManagers InsecureTrustManagerFactory/INSTANCE))])
                               :ssl-endpoint-id-alg nil})))
        (is (thrown-with-msg? IllegalArgumentException #":keystore is .*can be read"
                              (fetch {:keystore keys-of :keystore-pass "wrong"})))
        (is (thrown-with-msg? IllegalArgumentException #":keystore is .*with a private key"
                              (fetch {:keystore trust :keystore-pass ""})))
        (is (thrown-with-msg? IllegalArgumentException #":trust-store is 7" (fetch {:trust-store 7})))))))

(deftest a-request-may-trust-anybody
  (with-server [url echo {:ssl-context made}]
    (with-open [^Closeable pool (http/connection-pool {})]
      (is (instance? SSLException (failure (http/get url {:pool pool}))))
      (is (= 200 (:status (value (http/get url {:pool pool :insecure? true})))))
      (is (= 200 (:status (value (http/get url {:pool pool :insecure true :as :clojure})))))
      (is (instance? SSLException (failure (http/get url {:pool pool}))) "and no other one does")
      (.close pool)
      (is (instance? IllegalStateException (failure (http/get url {:pool pool :insecure? true})))))))

(deftest an-error-logger-hears-what-breaks-connections
  (let [heard (atom [])]
    (with-open [server (ServerSocket. 0)
                ^Closeable pool (http/connection-pool {:connection-options {:error-logger #(swap! heard conj %)}})]
      (let [answer (future
                     (with-open [s (.accept server)]
                       (.read (.getInputStream s))
                       (.setSoLinger s true 0)))]
        (is (instance? IOException (failure (http/get (str "http://localhost:" (.getLocalPort server)) {:pool pool}))))
        @answer
        (await-true "the reset is told" #(some (partial instance? IOException) @heard))))))

(deftest the-time-for-all-hops-holds-with-middleware-too
  (let [hops (atom 0)]
    (with-server [url (fn [_] {:status 302 :headers {"location" (str "/" (swap! hops inc))}})]
      (is (instance? RequestTimeoutException
                     (failure (http/get url {:middleware identity :total-timeout 200 :max-redirects 1000000})))))))

;; ---- failures of request maps; weir.http.client.EveryFailureTest has those of the engine

(deftest after-a-failure-of-a-request-map-the-pool-holds-nothing
  (with-server [url (fn [{:keys [uri body]}]
                      {:status (if (= "/bad" uri) 400 200) :body (if body (slurp body) "{")})]
    (with-open [^HttpClient pool (http/connection-pool {})]
      (doseq [[expected options]
              [[IllegalArgumentException {:body (s/->source ["a" (Object.)])}]
               [IllegalArgumentException {:headers {"x" nil}}]
               [IllegalArgumentException {:as :json :coerce :sometimes}]
               [IllegalArgumentException {:scheme "http" :server-name "localhost" :url nil}]
               [java.net.MalformedURLException {:url "ftp://h/"}]
               [RuntimeException {:as :clojure}]
               [clojure.lang.ExceptionInfo {:url (str url "/bad") :as :string}]
               [Exception {:as :transit+json}]]]
        (is (instance? expected (failure (http/request (merge {:request-method :post :url url :pool pool :body "{"}
                                                              options))))
            (str options))
        (await-true "nothing is in use"
                    #(every? (fn [^ClientStats$Origin o]
                               (and (zero? (.queued o)) (= (.connections o) (.idle o))))
                             (vals (.origins (.stats pool)))))))))

;; ---- what is not there

(deftest options-without-a-meaning-are-refused-with-a-remedy
  (doseq [[option part] {{:ntlm-auth ["u" "p"]} ":digest-auth"
                         {:dns-resolver 1} ":dns-options"
                         {:connection-manager 1} ":pool"
                         {:http-builder-fns [1]} ":pipeline-transform"
                         {:normalize-uri true} "as it is given"
                         {:allow-circular-redirects false} ":max-redirects"
                         {:trust-store "x"} "the pool's"}]
    (let [e (failure (http/get "http://localhost:1/" option))]
      (is (instance? IllegalArgumentException e))
      (is (str/includes? (ex-message e) part) (str option))))
  (doseq [fine [{:ntlm-auth nil} {:normalize-uri false} {:allow-circular-redirects true}]]
    (is (instance? java.net.ConnectException (failure (http/get "http://localhost:1/" fine))))))

(deftest a-misspelt-option-is-told-once-and-a-programs-own-key-never
  (with-open [log (CapturedLog.)]
    (with-server [url echo]
      (dotimes [_ 2]
        (value (http/get url {:follow-redirect false :my.own/key 1 :tenant 7}))))
    (let [told (.lines log "unknown option")]
      (is (= 1 (count told)))
      (is (str/includes? (first told) "aleph.http/request: unknown option :follow-redirect, did you mean :follow-redirects?")))))

(deftest the-tables-of-options-are-those-that-are-read
  (is (every? client/connection-known [:unix-socket :event-loop-group :error-logger]))
  (is (instance? HttpClient (http/connection-pool {:target-utilization 0.5})))
  (is (thrown-with-msg? IllegalArgumentException #":target-utilization is 7" (http/connection-pool {:target-utilization 7}))))
