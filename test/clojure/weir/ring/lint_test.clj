(ns weir.ring.lint-test
  "Request maps are what Ring's specification asks for, however the request came."
  (:require
   [aleph.http :as http]
   [aleph.netty :as netty]
   [clojure.java.io :as io]
   [clojure.string :as str]
   [clojure.test :refer [deftest is testing]]
   [weir.ring.lint :as lint])
  (:import
   (io.netty.handler.ssl SslContextBuilder)
   (io.netty.pkitesting CertificateBuilder X509Bundle)
   (java.io InputStream)
   (java.net StandardProtocolFamily UnixDomainSocketAddress)
   (java.nio ByteBuffer)
   (java.nio.channels Channels SocketChannel)
   (java.nio.file Files)
   (java.nio.file.attribute FileAttribute)
   (javax.net.ssl SSLContext TrustManagerFactory)
   (weir.http HttpServer)
   (weir.testing RawClient)))

(set! *warn-on-reflection* true)

(defn- handler [seen]
  (lint/wrap-lint
   (fn [request]
     (deliver seen (select-keys request [:scheme :protocol :remote-addr :uri :request-method]))
     {:status 200 :headers {} :body "fine"})))

(defn- with-server [options f]
  (let [seen (promise)
        ^HttpServer server (http/start-server (handler seen)
                                              (merge {:port 0 :shutdown-timeout 0} options))]
    (with-open [_ server]
      (let [response (f server)]
        (is (re-find #" 200 " response) response)
        (deref seen 20000 nil)))))

(def ^:private closing "GET /a?b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")

(defn- over-tcp [^String request]
  (fn [server]
    (with-open [client (RawClient. (netty/port server))]
      (.head (.read (.send client request))))))

(deftest requests-over-tcp-pass
  (doseq [request [closing
                   "GET / HTTP/1.0\r\n\r\n"
                   "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"
                   "get / HTTP/1.1\r\nHost:\r\n\r\n"
                   "GET http://there/ HTTP/1.1\r\nHost: there\r\n\r\n"
                   "POST / HTTP/1.1\r\nHost: a\r\nX-A: 1\r\nX-a: 2\r\nContent-Length: 1\r\n\r\nx"]
          options [{} {:server-name :host-header} {:always-body? true}]]
    (testing (pr-str request options)
      (is (= "127.0.0.1" (:remote-addr (with-server options (over-tcp request))))))))

(defn- unix-request [path]
  (with-open [channel (SocketChannel/open StandardProtocolFamily/UNIX)]
    (.connect channel (UnixDomainSocketAddress/of (str path)))
    (.write channel (ByteBuffer/wrap (.getBytes ^String closing)))
    (slurp (Channels/newInputStream channel))))

(deftest requests-over-a-unix-socket-pass
  (let [directory (.toFile (Files/createTempDirectory "weir" (make-array FileAttribute 0)))
        path (io/file directory "socket")]
    (try
      (doseq [policy [:local :host-header]]
        (let [seen (with-server {:port nil :unix-socket (str path) :server-name policy}
                     (fn [_] (unix-request path)))]
          (is (= [:http "/a"] ((juxt :scheme :uri) seen)))
          (is (not (str/blank? (:remote-addr seen))))))
      (finally
        (.delete path)
        (.delete directory)))))

(defn- trusting ^SSLContext [^X509Bundle certificate]
  (let [trust (doto (java.security.KeyStore/getInstance "PKCS12")
                (.load nil nil)
                (.setCertificateEntry "server" (.getCertificate certificate)))
        factory (doto (TrustManagerFactory/getInstance (TrustManagerFactory/getDefaultAlgorithm))
                  (.init trust))]
    (doto (SSLContext/getInstance "TLS")
      (.init nil (.getTrustManagers factory) nil))))

(deftest requests-over-tls-pass
  (let [^X509Bundle certificate (-> (CertificateBuilder.)
                                    (.subject "CN=localhost")
                                    (.setIsCertificateAuthority true)
                                    (.buildSelfSigned))
        context (.build (SslContextBuilder/forServer
                         (.getPrivate (.getKeyPair certificate))
                         ^"[Ljava.security.cert.X509Certificate;"
                         (into-array [(.getCertificate certificate)])))
        client (trusting certificate)
        seen (with-server {:ssl-context context}
               (fn [server]
                 (with-open [socket (.createSocket (.getSocketFactory client)
                                                   "localhost" (int (netty/port server)))]
                   (doto (.getOutputStream socket)
                     (.write (.getBytes ^String closing))
                     (.flush))
                   (let [^InputStream in (.getInputStream socket)]
                     (slurp in)))))]
    (is (= [:https :get "HTTP/1.1"] ((juxt :scheme :request-method :protocol) seen)))))
