(ns aleph.http-file-test
  "Files and regions of files as bodies."
  (:require
   [aleph.http :as http]
   [aleph.netty :as netty]
   [aleph.versions :as versions]
   [clj-commons.byte-streams :as bs]
   [clojure.java.io :as io]
   [clojure.test :refer [deftest is testing use-fixtures]]
   [manifold.stream :as s])
  (:import
   (io.netty.handler.ssl SslContextBuilder)
   (io.netty.pkitesting CertificateBuilder X509Bundle)
   (java.io File)
   (java.nio.file Files Path)
   (java.nio.file.attribute FileAttribute)
   (weir.http HttpServer)
   (weir.testing RawClient RawClient$Response)))

(set! *warn-on-reflection* true)

(use-fixtures :each versions/each-version)

(def ^:private text "0123456789abcdefghijklmnopqrstuvwxyz")

(def ^:dynamic ^:private ^File *letters* nil)
(def ^:dynamic ^:private ^File *directory* nil)

(use-fixtures :each
  (fn [f]
    (let [dir (.toFile (Files/createTempDirectory "weir" (make-array FileAttribute 0)))
          file (io/file dir "letters.txt")]
      (spit file text)
      (binding [*directory* dir, *letters* file]
        (try
          (f)
          (finally
            (.delete file)
            (.delete dir)))))))

(defn- served ^RawClient$Response [body]
  (let [^HttpServer server (http/start-server (fn [_] {:status 200 :body body})
                                              {:port 0 :shutdown-timeout 0})]
    (with-open [_ server
                client (versions/raw-client (netty/port server))]
      (.read (.get client "/")))))

(versions/http1-test a-file-is-described-as-it-is-now
  "No request is made."
  (let [file (http/file *letters*)]
    (is (= {:fd *letters* :offset 0 :length 36 :chunk-size 16384} (into {} file)))
    (is (= "aleph.http.file.HttpFile" (.getName (class file))))
    (is (= (str "HttpFile[fd:" *letters* " offset:0 length:36]") (pr-str file)))))

(deftest a-region-is-served-with-its-length
  (doseq [[path-kind path] {"string" (str *letters*) "file" *letters* "path" (.toPath *letters*)}
          [body expected] [[(http/file path) text]
                           [(http/file path 10 5) "abcde"]
                           [(http/file path 0 36) text]
                           [(http/file path 35 1 1) "z"]]]
    (testing (str path-kind " " body)
      (let [response (served body)]
        (is (= (str (count expected)) (.header response "content-length")))
        (is (= expected (.text response)))))))

(versions/http1-test over-tls-a-region-is-read-in-chunks
  "Written to a TLS socket as it is."
  (let [^X509Bundle certificate (-> (CertificateBuilder.) (.subject "CN=localhost") (.setIsCertificateAuthority true)
                                    (.buildSelfSigned))
        context (.build (SslContextBuilder/forServer
                         (.getPrivate (.getKeyPair certificate))
                         ^"[Ljava.security.cert.X509Certificate;"
                         (into-array [(.getCertificate certificate)])))
        trust (doto (java.security.KeyStore/getInstance "PKCS12")
                (.load nil nil)
                (.setCertificateEntry "server" (.getCertificate certificate)))
        factory (doto (javax.net.ssl.TrustManagerFactory/getInstance
                       (javax.net.ssl.TrustManagerFactory/getDefaultAlgorithm))
                  (.init trust))
        client (doto (javax.net.ssl.SSLContext/getInstance "TLS")
                 (.init nil (.getTrustManagers factory) nil))
        body (http/file *letters* 1 30 7)
        ^HttpServer server (http/start-server (fn [_] {:status 200 :body body})
                                              {:port 0 :ssl-context context :shutdown-timeout 0})]
    (with-open [_ server
                socket (.createSocket (.getSocketFactory client) "localhost" (int (netty/port server)))]
      (doto (.getOutputStream socket)
        (.write (.getBytes "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
        (.flush))
      (let [response (slurp (.getInputStream socket))]
        (is (re-find #"(?i)content-length: 30\r\n" response))
        (is (.endsWith response (subs text 1 31)))))))

(versions/http1-test bad-regions-are-refused-when-they-are-described
  "No request is made."
  (let [missing (io/file *directory* "missing")]
    (doseq [[arguments message] {[missing] #"missing file does not exist"
                                 [*directory*] #" is a directory, file expected"
                                 [*letters* -1 5] #"offset is -1"
                                 [*letters* 0 0] #"length is 0"
                                 [*letters* 0 -3] #"length is -3"
                                 [*letters* 30 7] #"the region exceeds the size of the file"
                                 [*letters* Long/MAX_VALUE 7] #"the region exceeds the size of the file"
                                 [*letters* 0 5 0] #"chunk-size is 0"
                                 [*letters* 3 nil] #"length is nil"
                                 [*letters* nil 3] #"offset is nil"
                                 [17] #"path is a java.lang.Long"
                                 [nil] #"path is nil"}]
      (testing (pr-str arguments)
        (is (thrown-with-msg? IllegalArgumentException message (apply http/file arguments)))))))

(deftest a-file-that-has-shrunk-since-is-a-500
  (let [body (http/file *letters* 10 20)]
    (spit *letters* "short")
    (is (= 500 (.status (served body))))))

(versions/http1-test a-file-becomes-buffers-of-its-chunk-size
  "No request is made."
  (let [file (http/file *letters* 2 20 8)
        stream (@(requiring-resolve 'aleph.http.file/http-file->stream) file)]
    (is (= [8 8 4] (map #(.remaining ^java.nio.ByteBuffer %) (s/stream->seq stream))))
    (is (= (subs text 2 22) (bs/to-string file)))))

(versions/http1-test the-chunk-size-can-be-bound
  "No request is made."
  (require 'aleph.http.file)
  (with-bindings {(resolve 'aleph.http.file/*default-file-chunk-size*) 5}
    (is (= 5 (:chunk-size (http/file ^Path (.toPath *letters*)))))))
