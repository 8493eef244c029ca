(ns aleph.http-compression-test
  "Compression as Aleph programs ask for it; weir.http.server.CompressionTest has the rules."
  (:require
   [aleph.http :as http]
   [aleph.http.compression :as compression]
   [aleph.netty :as netty]
   [aleph.versions :as versions]
   [clj-commons.byte-streams :as bs]
   [clojure.test :refer [deftest is testing use-fixtures]])
  (:import
   (aleph.http AlephCompressionOptions)
   (io.netty.handler.codec.compression CompressionOptions StandardCompressionOptions)
   (java.io ByteArrayInputStream)
   (java.util.zip GZIPInputStream)
   (weir.http HttpServer)
   (weir.testing RawClient RawClient$Response)))

(set! *warn-on-reflection* true)

(use-fixtures :each versions/each-version)

(def ^:private text (apply str (repeat 100 "a text that repeats itself, ")))

(defn- start ^HttpServer [handler options]
  (http/start-server handler (merge {:port 0 :shutdown-timeout 0} options)))

(defn- get-coded
  "What a client gets that accepts `accept`."
  ^RawClient$Response [options handler accept]
  (with-open [server (start handler options)
              client (versions/raw-client (netty/port server))]
    (.read (.send client (str "GET / HTTP/1.1\r\nHost: h\r\nAccept-Encoding: " accept "\r\n\r\n")))))

(defn- coding [options accept]
  (.header (get-coded options (fn [_] {:status 200 :body text}) accept) "content-encoding"))

(deftest compression-is-off-unless-it-is-asked-for
  (is (nil? (coding {} "gzip")))
  (is (nil? (coding {:compression? false} "gzip")))
  (is (= "gzip" (coding {:compression? true} "gzip")))
  (is (= "br" (coding {:compression? true} "gzip, deflate, br, zstd"))))

(deftest a-level-implies-compression-and-bad-ones-are-refused-at-the-start
  ;; [B] :compression-level out of range kills each connection: start-server must reject it
  (is (= "deflate" (coding {:compression-level 1} "deflate")))
  (is (= "gzip" (coding {:compression? true, :compression-level 9} "gzip")))
  (doseq [level [0 10 -1 1.5 "6"]]
    (is (thrown-with-msg? IllegalArgumentException #":compression-level .*1-9"
                          (start identity {:compression-level level})))))

(deftest only-listed-codings-are-used
  (let [gzip (StandardCompressionOptions/gzip)
        deflate (StandardCompressionOptions/deflate)]
    (doseq [options [(into-array CompressionOptions [deflate gzip]) [gzip deflate] #{gzip deflate}]]
      (is (= "gzip" (coding {:compression-options options} "br, zstd, gzip, deflate")))
      (is (nil? (coding {:compression-options options} "br")))))
  (doseq [bad [[] [1] "gzip" (into-array CompressionOptions [])]]
    (is (thrown-with-msg? IllegalArgumentException #":compression-options"
                          (start identity {:compression-options bad}))))
  (is (thrown-with-msg? IllegalArgumentException #"beside :compression-options"
                        (start identity {:compression-level 6
                                         :compression-options [(StandardCompressionOptions/gzip)]}))))

(deftest files-and-sequences-are-compressed-too
  (let [file (doto (java.io.File/createTempFile "weir" ".txt") .deleteOnExit (spit text))]
    (doseq [body [file (.toPath file) (http/file file) (map str text) (StringBuilder. ^String text)]]
      (let [response (get-coded {:compression? true} (fn [_] {:status 200 :body body}) "gzip")]
        (is (= "gzip" (.header response "content-encoding")))
        (is (= text (slurp (GZIPInputStream. (ByteArrayInputStream. (.body response))))))))))

(deftest a-handler-that-has-encoded-its-body-is-left-alone
  (testing "whatever the name of the header is written like"
    (doseq [k ["Content-Encoding" "content-encoding" :content-encoding]]
      (let [response (get-coded {:compression? true}
                                (fn [_] {:status 200 :headers {k "x"} :body text})
                                "gzip")]
        (is (= ["x"] (.headers response "content-encoding")))
        (is (= text (.text response)))))))

(deftest aleph-s-own-names-of-the-codings-choose-them
  (let [^"[Lio.netty.handler.codec.compression.CompressionOptions;"
        options (into-array CompressionOptions [(AlephCompressionOptions/gzip)])]
    (is (true? (AlephCompressionOptions/hasGzip options)))
    (is (false? (AlephCompressionOptions/hasDeflate options)))
    (is (= "gzip" (coding {:compression-options options} "br, gzip, deflate")))))

(versions/http1-test programs-may-choose-as-servers-do
  "No request is made."
  (is (= {"gzip" 1.0, "br" 0.5, "*" 0.0} (compression/parse-accept-encoding "GZIP, br;q=0.5, *;q=0")))
  (is (= {} (compression/parse-accept-encoding nil)))
  (is (= "br" (compression/choose-codec compression/available-compressor-options "gzip, br")))
  (let [listed [(AlephCompressionOptions/gzip) (AlephCompressionOptions/snappy)]]
    (is (= "snappy" (compression/choose-codec listed {"gzip" 0.5, "snappy" 0.5})))
    (is (nil? (compression/choose-codec listed "br")))
    (is (nil? (compression/choose-codec listed nil)))))

;; ---- the client; weir.http.client.DecodingTest has the rules

(defn- with-pool [options f]
  (with-open [server (start (fn [req]
                              {:status (if (= "/error" (:uri req)) 500 200)
                               :headers {"content-type" "application/edn"}
                               :body (pr-str {:text text
                                              :accepted (get-in req [:headers "accept-encoding"])})})
                            {:compression? true})
              pool (http/connection-pool {:connection-options options})]
    (f (fn [path req]
         @(http/get (str "http://localhost:" (netty/port server) path) (assoc req :pool pool))))))

(deftest bodies-are-decompressed-on-request
  ;; [B] content-encoding: gzip bodies arrive compressed (#683)
  (with-pool {}
    (fn [get]
      (doseq [k [:decompress-body? :decompress-body]]
        (let [rsp (get "/" {k true, :as :clojure})]
          (is (= text (:text (:body rsp))))
          (is (= "gzip, deflate, br, zstd" (:accepted (:body rsp))))
          (is (= "br" (:orig-content-encoding rsp)))
          (is (not (contains? (:headers rsp) "content-encoding")))))
      (doseq [as [:string :stream :byte-array :reader "utf-8"]
              :let [rsp (get "/" {:decompress-body? true, :as as, :headers {"accept-encoding" "gzip"}})]]
        (is (= "gzip" (:orig-content-encoding rsp)))
        (is (= text (:text (read-string (if (= as :reader)
                                          (slurp (:body rsp))
                                          (bs/to-string (:body rsp))))))
            (str as)))
      (testing "also that of an exceptional status"
        (let [e (try (get "/error" {:decompress-body? true, :as :string})
                     (catch clojure.lang.ExceptionInfo e (ex-data e)))]
          (is (= 500 (:status e)))
          (is (= text (:text (read-string (:body e)))))))
      (testing "but not by default"
        (let [rsp (get "/" {:accept-encoding [:gzip]})]
          (is (= "gzip" (get-in rsp [:headers "content-encoding"])))
          (is (nil? (:orig-content-encoding rsp)))
          (.close ^java.io.InputStream (:body rsp)))))))

(deftest a-pool-may-decompress-by-default
  (with-pool {:decompress-body? true}
    (fn [get]
      (is (= text (:text (read-string (:body (get "/" {:as :string}))))))
      (is (nil? (:accepted (read-string (:body (get "/" {:as :string, :decompress-body? false}))))))
      (testing "within :max-body-size, which counts plain bytes"
        (is (thrown-with-msg? java.io.IOException #"more than 500 bytes"
                              (get "/" {:as :string, :max-body-size 500})))))))
