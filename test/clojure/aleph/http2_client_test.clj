(ns aleph.http2-client-test
  "What programs see of HTTP/2 through `aleph.http`: response maps as over HTTP/1.1. nghttpd is the peer."
  (:require
   [aleph.http :as http]
   [clojure.java.io :as io]
   [clojure.test :refer [deftest is testing use-fixtures]])
  (:import
   (clojure.lang ExceptionInfo)
   (io.netty.channel ChannelPipeline)
   (io.netty.handler.codec.http2 Http2Settings)
   (io.netty.pkitesting CertificateBuilder)
   (java.io Closeable File InputStream)
   (java.nio.file Files)
   (java.nio.file.attribute FileAttribute)
   (weir.testing Ports Program)))

(set! *warn-on-reflection* true)

(def ^:dynamic ^:private *plain* nil)
(def ^:dynamic ^:private *secure* nil)

(defn- nghttpd [^File dir & args]
  (let [port (Ports/free)
        command (concat ["nghttpd" "-a" "127.0.0.1" "-d" (str dir) "--echo-upload"]
                        (map #(if (= :port %) (str port) (str %)) args))
        program (Program/start (into-array String command))]
    (Ports/awaitListener port)
    [program port]))

(defn- temporary-directory ^File []
  (.toFile (Files/createTempDirectory "weir-h2" (make-array FileAttribute 0))))

(use-fixtures :once
  (fn [run]
    (let [dir (temporary-directory)
          made (-> (CertificateBuilder.)
                   (.subject "CN=localhost")
                   (.setIsCertificateAuthority true)
                   .buildSelfSigned)
          pem (fn [file ^String text] (doto (io/file dir file) (spit text)))]
      (spit (io/file dir "map.edn") "{:a 1}")
      (let [[plain plain-port] (nghttpd dir "--no-tls" :port)
            [secure secure-port] (nghttpd dir :port
                                          (pem "key.pem" (.getPrivateKeyPEM made))
                                          (pem "chain.pem" (.getCertificatePathPEM made)))]
        (with-open [_ ^Program plain, _ ^Program secure]
          (binding [*plain* (str "http://localhost:" plain-port "/")
                    *secure* (str "https://localhost:" secure-port "/")]
            (run)))
        (run! io/delete-file (reverse (file-seq dir)))))))

(defn- call-with-pool [options f]
  (let [pool (http/connection-pool {:connection-options options})]
    (try
      (f pool)
      (finally
        (.close ^Closeable pool)))))

(defmacro ^:private with-pool [[pool options] & body]
  `(call-with-pool ~options (fn [~pool] ~@body)))

(deftest https-is-http2-where-the-server-has-it
  (with-pool [pool {:insecure? true}]
    (let [rsp @(http/get (str *secure* "map.edn") {:pool pool})]
      (is (= 200 (:status rsp)))
      (is (= "HTTP/2.0" (:protocol rsp)))
      (is (true? (:aleph/keep-alive? rsp)))
      (is (nil? (get-in rsp [:headers ":status"])))
      (is (= "6" (get-in rsp [:headers "Content-Length"])))
      (is (= "{:a 1}" (slurp (:body rsp)))))))

(deftest prior-knowledge-needs-no-tls
  (doseq [options [{:force-h2c? true} {:force-h2c? true, :http-versions [:http2]}]]
    (with-pool [pool options]
      (is (= "HTTP/2.0" (:protocol @(http/get (str *plain* "map.edn") {:pool pool})))))))

(deftest bodies-are-coerced-as-over-http1
  (with-pool [pool {:force-h2c? true}]
    (let [body #(:body @(http/get (str *plain* "map.edn") (assoc % :pool pool)))]
      (is (= {:a 1} (body {:as :clojure})))
      (is (= "{:a 1}" (body {:as :string})))
      (is (= "{:a 1}" (String. ^bytes (body {:as :byte-array}))))
      (is (instance? InputStream (body {})))
      (is (= 404 (:status (ex-data (try @(http/get (str *plain* "none") {:pool pool})
                                        (catch ExceptionInfo e e)))))))
    (is (= "sent" (:body @(http/post *plain* {:pool pool :body "sent" :as :string}))))
    (is (= "a=b" (:body @(http/post *plain* {:pool pool :form-params {:a "b"} :as :string}))))))

(deftest versions-and-contexts-have-to-agree
  (testing "unknown versions"
    (is (thrown-with-msg? IllegalArgumentException #":http-versions"
                          (http/connection-pool {:connection-options {:http-versions [:http3]}})))
    (is (thrown-with-msg? IllegalArgumentException #":http-versions"
                          (http/connection-pool {:connection-options {:http-versions []}}))))
  (is (thrown-with-msg? IllegalArgumentException #"force-h2c\? may only be true when HTTP/2 is enabled"
                        (http/connection-pool {:connection-options {:http-versions [:http1]
                                                                    :force-h2c? true}})))
  (testing "a map gets its ALPN from the versions"
    (with-pool [pool {:ssl-context {} :http-versions [:http2 :http1]}]
      (is (some? pool)))))

(deftest options-are-checked
  (doseq [[k v] {:http2-settings {} :http2-window-size 0 :http2-connection-window-size 1
                 :http2-max-frame-size 1 :http2-ping-interval -1 :http2-ping-timeout 0
                 :conn-go-away-handler 1 :http2-stream-pipeline-transform 1
                 :http2-settings-with-push 1}
          :let [[k v] (if (= k :http2-settings-with-push)
                        [:http2-settings (.pushEnabled (Http2Settings.) true)]
                        [k v])]]
    (is (thrown-with-msg? IllegalArgumentException (re-pattern (str k))
                          (http/connection-pool {:connection-options {k v}}))
        (str k))))

(deftest pipelines-can-be-changed
  (let [seen (atom #{})
        saw (fn [k] (fn [^ChannelPipeline p] (swap! seen into (map #(vector k %) (.names p)))))]
    (with-pool [pool {:force-h2c? true
                      :log-activity :trace
                      :http2-window-size 100000
                      :http2-conn-pipeline-transform (saw :connection)
                      :pipeline-transform (saw :stream)}]
      @(http/get (str *plain* "map.edn") {:pool pool}))
    (doseq [expected [[:connection "activity-logger"] [:connection "http2-frame-codec"]
                      [:connection "multiplex"] [:connection "conn-ex-handler"] [:stream "handler"]]]
      (is (contains? @seen expected)))))

(deftest fields-of-a-connection-are-refused-where-http2-was-asked-for
  (with-pool [pool {:force-h2c? true :http-versions [:http2]}]
    (is (thrown-with-msg? IllegalArgumentException #"header connection"
                          @(http/get *plain* {:pool pool :headers {"connection" "close"}})))))
