(ns aleph.netty-tls-test
  "Every form that `:ssl-context` may have, on an HTTP server and its client."
  (:require
   [aleph.http :as http]
   [clojure.java.io :as io]
   [clojure.test :refer [deftest is testing]]
   [weir.tls :as tls])
  (:import
   (clojure.lang ExceptionInfo)
   (io.netty.handler.ssl SslContextBuilder)
   (io.netty.handler.ssl.util InsecureTrustManagerFactory)
   (java.io ByteArrayInputStream Closeable File)
   (java.nio.file Files)
   (java.nio.file.attribute FileAttribute)
   (java.security PrivateKey)
   (java.security.cert X509Certificate)
   (java.util Base64)
   (javax.net.ssl SSLHandshakeException)
   (weir.http HttpServer)
   (weir.net.tls Alpn)))

(set! *warn-on-reflection* true)

(defn- pem ^String [kind ^bytes der]
  (str "-----BEGIN " kind "-----\n" (.encodeToString (Base64/getMimeEncoder) der)
       "\n-----END " kind "-----\n"))

(def ^:private made (tls/self-signed "localhost"))
(def ^:private ^PrivateKey private-key (:private-key made))
(def ^:private ^X509Certificate certificate (first (:certificate-chain made)))
(def ^:private key-pem (pem "PRIVATE KEY" (.getEncoded private-key)))
(def ^:private chain-pem (pem "CERTIFICATE" (.getEncoded certificate)))

(defn- stream [^String s] (ByteArrayInputStream. (.getBytes s)))

(def ^:private folder
  (delay (doto (.toFile (Files/createTempDirectory "weir-tls" (make-array FileAttribute 0)))
           (.deleteOnExit))))

(defn- file ^File [name content]
  (doto (io/file @folder name)
    (spit content)
    (.deleteOnExit)))

(defn- fetch
  "Asks a server with these options, over a pool with those connection options."
  [server-options connection-options]
  (let [^HttpServer server (http/start-server (fn [req] {:status 200 :body (name (:scheme req))})
                                              (merge {:port 0 :shutdown-timeout 0} server-options))
        pool (http/connection-pool {:connection-options connection-options})]
    (try
      (:body @(http/get (str "https://localhost:" (.port server) "/") {:pool pool :as :string}))
      (finally
        (.close ^Closeable pool)
        (.close server)))))

(def ^:private trusting {:ssl-context {:trust-store certificate}})

(defn- builder ^SslContextBuilder []
  (SslContextBuilder/forServer private-key ^Iterable (list certificate)))

(deftest a-server-takes-its-key-in-every-form
  (doseq [[form context]
          {"files" #(hash-map :private-key (file "key.pem" key-pem)
                              :certificate-chain (file "chain.pem" chain-pem))
           "paths" #(hash-map :private-key (str (file "key.pem" key-pem))
                              :certificate-chain (str (file "chain.pem" chain-pem)))
           "streams" #(hash-map :private-key (stream key-pem) :certificate-chain (stream chain-pem))
           "objects" #(hash-map :private-key private-key :certificate-chain [certificate])
           "an array" #(hash-map :private-key private-key
                                 :certificate-chain (into-array X509Certificate [certificate]))
           "a builder" builder
           "a context" #(.build (builder))
           "files that are read again" #(hash-map :private-key (file "key.pem" key-pem)
                                                  :certificate-chain (file "chain.pem" chain-pem)
                                                  :reload-interval 1000)}]
    (testing form
      (is (= "https" (fetch {:ssl-context (context)} trusting))))))

(deftest a-client-takes-its-trust-in-every-form
  (let [server {:ssl-context made}]
    (doseq [[form store]
            {"a file" (file "chain.pem" chain-pem)
             "a path" (str (file "chain.pem" chain-pem))
             "a stream" (stream chain-pem)
             "a certificate" certificate
             "certificates" [certificate]
             "an array" (into-array X509Certificate [certificate])
             "a manager" (first (.getTrustManagers InsecureTrustManagerFactory/INSTANCE))
             "a factory" InsecureTrustManagerFactory/INSTANCE}]
      (testing form
        (is (= "https" (fetch server {:ssl-context {:trust-store store}})))))
    (testing "a builder"
      (is (= "https" (fetch server {:ssl-context (.trustManager (SslContextBuilder/forClient)
                                                                ^Iterable (list certificate))}))))))

(deftest options-have-effect
  (is (= "https" (fetch {:ssl-context (assoc made :protocols ["TLSv1.2"] :session-cache-size 10
                                             :session-timeout 60 :ssl-provider :jdk)}
                        {:ssl-context {:trust-store certificate :protocols ["TLSv1.2"]}})))
  (is (thrown? SSLHandshakeException
               (fetch {:ssl-context (assoc made :protocols ["TLSv1.2"])}
                      {:ssl-context {:trust-store certificate :protocols ["TLSv1.3"]}})))
  (is (thrown? SSLHandshakeException
               (fetch {:ssl-context (assoc made :ciphers ["TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"]
                                           :protocols ["TLSv1.2"])}
                      {:ssl-context {:trust-store certificate :protocols ["TLSv1.2"]
                                     :ciphers ["TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"]}})))
  (testing "mutual TLS"
    (let [server {:ssl-context (assoc made :client-auth :require :trust-store [certificate])}]
      (is (= "https" (fetch server {:ssl-context (assoc made :trust-store certificate)})))
      (is (thrown? SSLHandshakeException (fetch server trusting)))))
  (testing "a choice by server name"
    (let [other (tls/self-signed "other.example")]
      (is (= "https" (fetch {:ssl-context (assoc other :sni {"localhost" made})} {:insecure? true})))
      (is (= "https" (fetch {:ssl-context (assoc other :sni (fn [_] made))} {:insecure? true}))))))

(deftest what-does-not-fit-is-refused
  (doseq [[options message]
          {{} #"ssl context arguments invalid: :private-key is nil"
           {:private-key private-key} #"ssl context arguments invalid: :certificate-chain is nil"
           {:private-key private-key :certificate-chain (file "chain.pem" chain-pem)}
           #"ssl context arguments invalid: :private-key is a .+ and :certificate-chain is a java.io.File"
           {:private-key (stream "x") :certificate-chain (stream chain-pem)}
           #"ssl context arguments invalid: it holds no private key in PEM"
           {:private-key "/nowhere.pem" :certificate-chain "/nowhere.pem"}
           #"ssl context arguments invalid: cannot read /nowhere.pem"
           (assoc made :trust-store 1) #"ssl context arguments invalid: :trust-store is 1"
           (assoc made :ssl-provider :none) #":ssl-provider is :none"
           (assoc made :client-auth true) #":client-auth is true"
           (assoc made :ciphers "x") #":ciphers is \"x\""
           (assoc made :session-timeout -1) #":session-timeout is -1"
           (assoc made :sni 1) #":sni is 1"
           (assoc made :reload-interval 5) #"only what comes from files can be read again"
           (assoc made :private-key (:private-key (tls/self-signed "localhost")))
           #"the private key does not belong to the first certificate"}]
    (is (thrown-with-msg? IllegalArgumentException message (tls/server-context options))
        (pr-str options)))
  (is (thrown-with-msg? IllegalArgumentException #"this is a client's"
                        (tls/server-context (tls/client-context {}))))
  (is (thrown-with-msg? IllegalArgumentException #"expected: an SslContext, an SslContextBuilder or a map"
                        (tls/server-context 1))))

(deftest http-versions-and-the-context-have-to-agree
  (let [context #(tls/server-context (assoc made :application-protocol-config (tls/alpn %)))]
    (is (= ["http/1.1"] (.nextProtocols (Alpn/httpServer made [:http1]))))
    (is (= ["h2" "http/1.1"] (.nextProtocols (Alpn/httpServer made [:http2 :http1]))))
    (is (some? (Alpn/httpServer (tls/server-context made) [:http1])))
    (doseq [[offered versions message]
            [[nil [:http2 :http1] "Supplied SslContext with no ALPN config"]
             [[:http1] [:http2 :http1] "Some desired HTTP versions are not part of ALPN config."]
             [[:http1 :http2] [:http2 :http1]
              "Desired HTTP version preference order differs from ALPN config."]
             [[:http2 :http1] [:http1] "ALPN config contains more HTTP versions than desired."]]]
      (let [e (is (thrown? ExceptionInfo
                           (Alpn/httpServer (if offered (context offered) (tls/server-context made))
                                                    versions)))]
        (is (.startsWith ^String (ex-message e) message))
        (is (= versions (:desired-http-versions (ex-data e))))))
    (testing "[B] an unknown version is no NullPointerException"
      (is (thrown-with-msg? IllegalArgumentException #":http-versions is :http9" (tls/alpn [:http9]))))))
