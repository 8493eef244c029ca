(ns aleph.http-body-type-test
  (:require
   [aleph.http :as http]
   [aleph.versions :as versions]
   [clj-commons.byte-streams :as bs]
   [clojure.test :refer [deftest is testing use-fixtures]]
   [manifold.deferred :as d]
   [manifold.stream :as s])
  (:import
   (java.io InputStream IOException)
   (java.util Arrays Random)
   (weir.executor VirtualThreads)
   (weir.http HttpServer)))

(set! *warn-on-reflection* true)

(use-fixtures :each versions/each-version)

(def ^:private ^{:tag 'bytes} upload
  (let [bytes (byte-array 200000)]
    (.nextBytes (Random. 7) bytes)
    bytes))

(defn- chunked
  "The upload as a stream, so that nobody knows its length beforehand."
  []
  (s/->source (map #(Arrays/copyOfRange upload (int %) (int (+ % 1000))) (range 0 200000 1000))))

(defn- post [^HttpServer server body]
  @(http/post (str "http://localhost:" (.port server)) {:body body, :throw-exceptions? false}))

(defn- echo-stream [{:keys [body]}]
  (d/chain (s/reduce conj [] body)
           (fn [messages]
             {:status 200
              :headers {"x-bytes" (str (every? bytes? messages))}
              :body (bs/to-byte-array (or (seq messages) ""))})))

(deftest a-byte-stream-body-is-a-stream-of-byte-arrays
  (doseq [options [{} {:max-request-body-size 1000000}]]
    (with-open [^HttpServer server (http/start-server echo-stream
                                                      (merge {:port 0, :body-type :byte-stream} options))]
      (doseq [[what body expected] [["large" upload upload]
                                    ["chunked" (chunked) upload]
                                    ["small" "small" (.getBytes "small")]
                                    ["none" nil (byte-array 0)]]]
        (testing (str what options)
          (let [{:keys [status headers body]} (post server body)]
            (is (= 200 status))
            (is (= "true" (get headers "x-bytes")))
            (is (Arrays/equals ^bytes expected ^bytes (bs/to-byte-array body)))))))))

(deftest body-type-wins-over-raw-stream
  (with-open [^HttpServer server (http/start-server
                                  (fn [req] {:status 200, :body (str (instance? InputStream (:body req)))})
                                  {:port 0, :body-type :input-stream, :raw-stream? true})]
    (is (= "true" (bs/to-string (:body (post server "x")))))))

(deftest a-body-type-that-nobody-knows-is-refused
  (is (thrown-with-msg? IllegalArgumentException
                        #":body-type is :bytes \(expected: :input-stream, :byte-stream or :raw-stream\)"
                        (http/start-server identity {:port 0, :body-type :bytes}))))

(deftest an-announced-body-over-the-limit-is-refused-without-calling-the-handler
  (let [calls (atom 0)]
    (with-open [^HttpServer server (http/start-server
                                    (fn [req]
                                      (swap! calls inc)
                                      {:status 200, :body (str (count (bs/to-byte-array (:body req))))})
                                    {:port 0, :max-streamed-body-size 199999})]
      (is (= 413 (:status (post server upload))))
      (is (= 0 @calls))
      (is (= "5" (bs/to-string (:body (post server "small"))))))))

(deftest a-body-that-grows-beyond-the-limit-fails-its-reader
  (let [failure (promise)]
    (with-open [^HttpServer server (http/start-server
                                    (fn [req]
                                      (try
                                        {:status 200, :body (str (count (bs/to-byte-array (:body req))))}
                                        (catch Exception e
                                          (deliver failure e)
                                          {:status 413, :body (ex-message e)})))
                                    {:port 0, :max-streamed-body-size 150000})]
      (let [rsp (post server (chunked))]
        (is (= 413 (:status rsp)))
        (is (instance? IOException @failure))
        (is (re-find #"request body over the limit" (bs/to-string (:body rsp))))))
    (with-open [^HttpServer server (http/start-server echo-stream
                                                      {:port 0
                                                       :body-type :byte-stream
                                                       :max-streamed-body-size 200000})]
      (is (Arrays/equals upload ^bytes (bs/to-byte-array (:body (post server (chunked)))))
          "one that ends at the limit is whole"))))

(deftest the-virtual-executor-is-there-where-the-jvm-has-virtual-threads
  (let [start #(http/start-server (fn [_] {:status 200, :body (.getName (Thread/currentThread))})
                                  {:port 0, :executor :virtual})]
    (if (VirtualThreads/available)
      (with-open [^HttpServer server (start)]
        (is (= "weir-handler" (bs/to-string (:body (post server nil))))))
      (is (thrown-with-msg? IllegalArgumentException #":executor is :virtual .*JDK 21" (start))))))
