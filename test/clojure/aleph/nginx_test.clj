(ns aleph.nginx-test
  "The client before a foreign server: nginx, as Debian has it."
  (:require
   [aleph.client-servers :refer [await-true failure value]]
   [aleph.http :as http]
   [clojure.java.io :as io]
   [clojure.string :as str]
   [clojure.test :refer [deftest is testing use-fixtures]]
   [manifold.deferred :as d]
   [weir.http.download :refer [download]]
   [weir.tls :as tls])
  (:import
   (java.io Closeable File InputStream)
   (java.nio.file Files)
   (java.nio.file.attribute FileAttribute)
   (java.security MessageDigest)
   (java.util Base64 Random)
   (weir.http ClientStats$Origin HttpClient)
   (weir.testing Ports Program)))

(set! *warn-on-reflection* true)

(def ^:private ^:dynamic *url*)
(def ^:private ^:dynamic *tls-url*)
(def ^:private ^:dynamic *directory*)
(def ^:private ^:dynamic *pool*)

(def ^:private made (tls/self-signed "localhost"))
(def ^:private text (apply str (map #(str "line " % "\n") (range 20000))))
(def ^:private ^bytes big (let [b (byte-array (* 32 1024 1024))] (.nextBytes (Random. 7) b) b))

(defn- pem [kind ^bytes der]
  (str "-----BEGIN " kind "-----\n"
       (.encodeToString (Base64/getMimeEncoder 64 (.getBytes "\n")) der)
       "\n-----END " kind "-----\n"))

(defn- config [^File dir port tls-port]
  (str/join "\n"
            [(str "daemon off; worker_processes 1; pid " dir "/pid; error_log stderr warn;")
             (when (= "root" (System/getProperty "user.name")) "user root;")
             "events { worker_connections 256; }"
             "http {"
             "  types { text/plain txt; }"
             "  default_type application/octet-stream; access_log off; keepalive_requests 100000;"
             (str "  client_body_temp_path " dir "/body; proxy_temp_path " dir "/proxy; fastcgi_temp_path " dir
                  "/fastcgi; uwsgi_temp_path " dir "/uwsgi; scgi_temp_path " dir "/scgi;")
             "  gzip on; gzip_min_length 100; gzip_types text/plain;"
             (str "  ssl_certificate " dir "/cert.pem; ssl_certificate_key " dir "/key.pem;")
             "  server {"
             (str "    listen 127.0.0.1:" port "; listen 127.0.0.1:" tls-port " ssl; listen unix:" dir "/socket;")
             (str "    server_name localhost; root " dir "/www;")
             "    add_header x-connection $connection; add_header x-requests $connection_requests;"
             "    location = /hello { return 200 hello; }"
             "    location = /few { keepalive_requests 3; return 200 hello; }"
             "    location = /moved { return 301 /hello; }"
             "    location /put/ { dav_methods PUT DELETE; create_full_put_path on; client_max_body_size 100m; }"
             "    location /small/ { dav_methods PUT; client_max_body_size 1k; }"
             "  }"
             "}"]))

(defn- with-nginx [f]
  (let [dir (.toFile (Files/createTempDirectory "weir-nginx" (make-array FileAttribute 0)))
        www (io/file dir "www")
        port (Ports/free)
        tls-port (Ports/free)]
    (.mkdirs www)
    (spit (io/file www "text.txt") text)
    (io/copy big (io/file www "big.bin"))
    (spit (io/file dir "cert.pem")
          (pem "CERTIFICATE" (.getEncoded ^java.security.cert.Certificate (first (:certificate-chain made)))))
    (spit (io/file dir "key.pem") (pem "PRIVATE KEY" (.getEncoded ^java.security.Key (:private-key made))))
    (spit (io/file dir "nginx.conf") (config dir port tls-port))
    (with-open [_ (Program/start (into-array String ["/usr/sbin/nginx" "-p" (str dir) "-e" "stderr"
                                                     "-c" (str (io/file dir "nginx.conf"))]))
                ^Closeable pool (http/connection-pool
                                 {:connection-options
                                  {:ssl-context {:trust-store (:certificate-chain made)}}})]
      (Ports/awaitListener port)
      (Ports/awaitListener tls-port)
      (binding [*url* (str "http://localhost:" port)
                *tls-url* (str "https://localhost:" tls-port)
                *directory* dir
                *pool* pool]
        (f)))
    (run! io/delete-file (reverse (file-seq dir)))))

(use-fixtures :once with-nginx)

(defn- fetch
  ([path] (fetch path nil))
  ([path options] (value (http/get (str *url* path) (merge {:pool *pool* :as :string} options)))))

(defn- sha256 [^InputStream in]
  (let [digest (MessageDigest/getInstance "SHA-256"), buffer (byte-array 65536)]
    (with-open [in in]
      (loop []
        (let [n (.read in buffer)]
          (when (pos? n)
            (.update digest buffer 0 n)
            (recur)))))
    (vec (.digest digest))))

(defn- sha256-of [^bytes b] (sha256 (io/input-stream b)))

(deftest a-connection-is-kept-alive
  (with-open [^Closeable pool (http/connection-pool {})]
    (let [all (mapv (fn [_] (fetch "/hello" {:pool pool})) (range 50))]
      (is (= #{"hello"} (set (map :body all))))
      (is (= 1 (count (set (map #(get-in % [:headers "x-connection"]) all)))))
      (is (= "50" (get-in (peek all) [:headers "x-requests"]))))))

(deftest connections-that-nginx-closes-are-replaced-unseen
  (is (= (repeat 100 "hello") (repeatedly 100 #(:body (fetch "/few")))))
  (is (= (repeat 200 "hello")
         (map :body (value (apply d/zip (repeatedly 200 #(http/get (str *url* "/few") {:pool *pool* :as :string}))))))))

(deftest redirects-and-heads-and-conditions
  (is (= "hello" (:body (fetch "/moved"))))
  (let [rsp (value (http/head (str *url* "/text.txt") {:pool *pool*}))
        etag (get-in rsp [:headers "etag"])]
    (is (= [200 (count text)] [(:status rsp) (:length rsp)]))
    (is (= 304 (:status (fetch "/text.txt" {:headers {"if-none-match" etag}})))))
  (is (= 404 (:status (ex-data (failure (http/get (str *url* "/nothing") {:pool *pool*})))))))

(deftest a-compressed-body-comes-in-chunks
  (let [rsp (fetch "/text.txt" {:decompress-body? true})]
    (is (= text (:body rsp)))
    (is (= "gzip" (:orig-content-encoding rsp))))
  (testing "and as it is, unless that is asked for"
    (let [rsp (fetch "/text.txt" {:accept-encoding ["gzip"] :as :byte-array})]
      (is (= ["gzip" "chunked"] (map (:headers rsp) ["content-encoding" "transfer-encoding"])))
      (is (= text (slurp (java.util.zip.GZIPInputStream. (io/input-stream (:body rsp)))))))))

(deftest parts-of-a-file
  (let [rsp (fetch "/text.txt" {:headers {"range" "bytes=5-9"}})]
    (is (= [206 (subs text 5 10) (str "bytes 5-9/" (count text))]
           [(:status rsp) (:body rsp) (get-in rsp [:headers "content-range"])])))
  (let [rsp (fetch "/text.txt" {:headers {"range" "bytes=0-1,10-11"}})]
    (is (str/starts-with? (get-in rsp [:headers "content-type"]) "multipart/byteranges"))
    (is (str/includes? (:body rsp) (subs text 10 12))))
  (is (= 416 (:status (fetch "/text.txt" {:headers {"range" "bytes=99999999-"} :throw-exceptions false})))))

(deftest a-large-file-both-ways
  (is (= (sha256-of big) (sha256 (:body (fetch "/big.bin" {:as nil})))))
  (doseq [[how body] {"bytes" big
                      "a file, by the kernel" (io/file *directory* "www" "big.bin")
                      "an InputStream, in chunks" (io/input-stream big)}]
    (testing how
      (let [target (str "/put/" (count how) ".bin")]
        (is (= 201 (:status (value (http/put (str *url* target) {:pool *pool* :body body})))))
        (is (= (sha256-of big) (sha256 (:body (fetch target {:as nil})))))
        (is (= 204 (:status (value (http/delete (str *url* target) {:pool *pool*})))))))))

(deftest a-download-goes-on-where-it-was-cut-short
  (let [target (io/file *directory* "target.bin")]
    (with-open [out (io/output-stream (io/file *directory* "target.bin.part"))]
      (.write out big 0 1000000))
    (is (= (.toPath target) (value (download (str *url* "/big.bin") target {:pool *pool* :progress-bar? false}))))
    (is (= (sha256-of big) (sha256 (io/input-stream target))))))

(deftest a-413-comes-before-the-body-is-sent
  (doseq [[how options] {"a body of known length" {:body big}
                         "a body in chunks" {:body (io/input-stream big)}
                         "a body that is announced first" {:body big :headers {"expect" "100-continue"}}}]
    (testing how
      (let [e (failure (http/put (str *url* "/small/x") (merge {:pool *pool*} options)))]
        (is (= 413 (:status (ex-data e))))
        (is (str/includes? (slurp (:body (ex-data e))) "413 Request Entity Too Large")))))
  (is (= "hello" (:body (fetch "/hello"))) "and the pool goes on"))

(deftest the-same-over-tls
  (let [fetch (fn [path options] (value (http/get (str *tls-url* path) (merge {:pool *pool*} options))))]
    (is (= (sha256-of big) (sha256 (:body (fetch "/big.bin" nil)))))
    (is (= text (:body (fetch "/text.txt" {:as :string :decompress-body? true}))))
    (is (= 201 (:status (value (http/put (str *tls-url* "/put/tls.bin") {:pool *pool* :body (io/input-stream big)})))))
    (is (= (sha256-of big) (sha256 (:body (fetch "/put/tls.bin" nil)))))
    (is (= 413 (:status (ex-data (failure (http/put (str *tls-url* "/small/x") {:pool *pool* :body big}))))))
    (testing "by a client that does not trust it"
      (is (instance? javax.net.ssl.SSLHandshakeException (failure (http/get (str *tls-url* "/hello"))))))))

(deftest the-same-over-a-unix-socket
  (with-open [^Closeable pool (http/connection-pool
                               {:connection-options {:unix-socket (io/file *directory* "socket")}})]
    (is (= "hello" (:body (fetch "/hello" {:pool pool}))))
    (is (= (sha256-of big) (sha256 (:body (value (http/get "http://localhost/big.bin" {:pool pool}))))))))

(deftest nothing-is-left-in-use
  (let [^HttpClient pool *pool*]
    (is (= "hello" (:body (fetch "/hello"))))
    (await-true "every connection is idle"
                #(every? (fn [^ClientStats$Origin o] (= (.connections o) (.idle o)))
                         (vals (.origins (.stats pool)))))))
