(ns weir.ring.bodies-test
  "Bodies that Ring's protocol writes, and those of Ring's own types, over real sockets."
  (:require
   [aleph.http :as http]
   [aleph.netty :as netty]
   [aleph.versions :as versions]
   [clojure.java.io :as io]
   [clojure.string :as str]
   [clojure.test :refer [deftest is testing use-fixtures]]
   [manifold.deferred :as d]
   [ring.core.protocols :as protocols]
   [weir.ring :as ring])
  (:import
   (java.io ByteArrayInputStream Closeable IOException OutputStream SequenceInputStream)
   (java.util UUID)
   (java.util.concurrent CountDownLatch TimeUnit)
   (weir.http HttpServer)
   (weir.testing RawClient RawClient$Response)))

(set! *warn-on-reflection* true)

(use-fixtures :each versions/each-version)

(defn- call [handler options f]
  (let [^HttpServer server (http/start-server handler (merge {:port 0 :shutdown-timeout 0} options))]
    (with-open [_ server
                client (versions/raw-client (netty/port server))]
      (f client))))

(defn- get-response ^RawClient$Response [^RawClient client]
  (.read (.get client "/")))

(defn- served
  (^RawClient$Response [body] (served body {}))
  (^RawClient$Response [body options]
   (call (fn [_] {:status 200 :body body}) options get-response)))

(defn- await-latch [^CountDownLatch latch]
  (when-not (.await latch 20 TimeUnit/SECONDS)
    (throw (AssertionError. "waited for more than 20 s"))))

(defn- next-chunk [^RawClient client]
  (some-> (.readChunk client) (String.)))

(defn- write-text [^OutputStream out ^String s]
  (.write out (.getBytes s "UTF-8")))

;; what the protocol writes

(defrecord Greeting [who]
  protocols/StreamableResponseBody
  (write-body-to-stream [_ response out]
    (write-text out (str "hello " who " " (:status response)))))

(deftype Flushing [pieces]
  protocols/StreamableResponseBody
  (write-body-to-stream [_ _ out]
    (with-open [^OutputStream out out]
      (doseq [piece pieces]
        (write-text out (str piece))
        (.flush out)))))

(defrecord Plain [x])

(extend-protocol protocols/StreamableResponseBody
  UUID
  (write-body-to-stream [id _ out] (write-text out (str "uuid " id)))
  SequenceInputStream
  (write-body-to-stream [body _ out]
    (.close ^SequenceInputStream body)
    (write-text out "mine")))

(deftest a-record-that-implements-the-protocol-writes-itself
  (let [response (served (->Greeting "ring"))]
    (is (= "hello ring 200" (.text response)))
    (is (= "14" (.header response "content-length")) "which it did not close")))

(deftest a-class-that-the-protocol-was-extended-to-writes-itself
  (let [id (UUID. 1 2)]
    (is (= (str "uuid " id) (.text (served id))))))

(deftest the-programs-own-extension-wins-over-the-servers-way
  (let [in #(ByteArrayInputStream. (.getBytes ^String %))]
    (is (= "mine" (.text (served (SequenceInputStream. (in "not") (in "this"))))))
    (is (= "this" (.text (served (in "this")))))))

(versions/http1-test an-extension-made-while-the-server-runs-counts
  "A type is extended once."
  (call (fn [_] {:status 200 :body (->Plain 1)}) {}
        (fn [client]
          (is (= 500 (.status (get-response client))) "a map is no body")
          (extend-type Plain
            protocols/StreamableResponseBody
            (write-body-to-stream [body _ out] (write-text out (str "plain " (:x body)))))
          (is (= "plain 1" (.text (get-response client)))))))

(versions/http1-test each-flush-is-a-chunk
  "Where frames of data begin and end means nothing (RFC 9113 §8.1)."
  (call (fn [_] {:status 200 :body (->Flushing ["one" "two"])}) {}
        (fn [^RawClient client]
          (dotimes [_ 2]
            (.readHead (.get client "/"))
            (is (= ["one" "two" nil] [(next-chunk client) (next-chunk client) (next-chunk client)]))))))

(deftest the-body-of-a-deferred-response-ends-when-its-method-returns
  (is (= "hello later 200"
         (.text ^RawClient$Response
                (call (fn [_] (d/future {:status 200 :body (->Greeting "later")})) {} get-response)))))

(deftest the-body-of-an-error-response-is-written
  (call (fn [_] (throw (ex-info "wanted by the test" {})))
        {:error-handler (fn [e] {:status 500 :body (->Greeting (ex-message e))})}
        (fn [client]
          (is (= "hello wanted by the test 500" (.text (get-response client)))))))

(deftest a-failing-body-is-a-500-or-cut
  (let [body (fn [before-failing]
               (reify protocols/StreamableResponseBody
                 (write-body-to-stream [_ _ out]
                   (before-failing out)
                   (throw (ex-info "wanted by the test" {})))))]
    (is (= 500 (.status (served (body #(write-text % "lost"))))))
    (call (fn [_] {:status 200 :body (body #(do (write-text % "sent") (.flush ^OutputStream %)))}) {}
          (fn [^RawClient client]
            (.readHead (.get client "/"))
            (is (= "sent" (next-chunk client)))
            (is (.atEnd client))))
    (is (= "sent" (.text (served (body #(do (write-text % "sent") (.flush ^OutputStream %)))
                                 {:end-failed-bodies? true}))))))

(deftest a-body-that-is-not-sent-is-closed
  (let [closed (promise)
        body (reify
               Closeable
               (close [_] (deliver closed true))
               protocols/StreamableResponseBody
               (write-body-to-stream [_ _ _] (throw (AssertionError. "written for HEAD"))))]
    (call (fn [_] {:status 200 :body body}) {}
          (fn [^RawClient client]
            (.read (.send client "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n") true)
            (is (true? (deref closed 20000 nil)))))))

(deftest without-ring-a-function-writes-a-body
  (is (= "built in" (.text (served (ring/body #(write-text % "built in")))))))

(deftest the-bodies-of-rings-own-types-are-sent
  (let [file (doto (java.io.File/createTempFile "weir" ".txt") (.deleteOnExit) (spit "in a file"))
        latin1 {"Content-Type" "text/plain; charset=ISO-8859-1"}]
    (doseq [[expected body] {"" nil
                             "text" "text"
                             "bytes" (.getBytes "bytes")
                             "a1:b" (list "a" 1 :b)
                             "012" (map str (range 3))
                             "stream" (ByteArrayInputStream. (.getBytes "stream"))
                             "in a file" file}]
      (is (= expected (.text (served body)))))
    (testing "strings and sequences have the charset of the content type"
      (doseq [body ["grüße" (list "grü" \ß "e")]]
        (call (fn [_] {:status 200 :headers latin1 :body body}) {}
              (fn [client]
                (is (= "grüße" (String. (.body (get-response client)) "ISO-8859-1")))))))))

;; asynchronous handlers

(deftest an-asynchronous-body-goes-on-until-it-is-closed
  (let [go-on (CountDownLatch. 1)
        body (reify protocols/StreamableResponseBody
               (write-body-to-stream [_ _ out]
                 (future
                   (with-open [^OutputStream out out]
                     (write-text out "one")
                     (.flush out)
                     (await-latch go-on)
                     (write-text out "two")))))
        handler (fn [_ respond _] (respond {:status 200 :body body}))]
    (doseq [[handler options] [[handler {:async? true}]
                               [(http/wrap-ring-async-handler handler) {}]]]
      (call handler options
            (fn [^RawClient client]
              (.readHead (.get client "/"))
              (is (= "one" (.readChunks client 3)))
              (.countDown go-on)
              (is (= "two" (.readChunks client 3)))
              (is (nil? (next-chunk client))))))))

(deftest an-asynchronous-body-that-is-never-closed-ends-with-the-idle-timeout
  (let [failed (promise)
        body (reify protocols/StreamableResponseBody
               (write-body-to-stream [_ _ out]
                 (write-text out "one")
                 (.flush ^OutputStream out)
                 (deliver failed out)))]
    (call (fn [_ respond _] (respond {:status 200 :body body})) {:async? true :idle-timeout 100}
          (fn [^RawClient client]
            (.readHead (.get client "/"))
            (is (= "one" (next-chunk client)))
            (is (.atEnd client))
            (let [^OutputStream out (deref failed 20000 nil)
                  deadline (+ (System/nanoTime) 20000000000)]
              (is (thrown? IOException
                           (while (< (System/nanoTime) deadline)
                             (.write out 1)
                             (.flush out)))))))))

(defn- streaming-handler
  "A handler whose body writes until it cannot, and delivers what stopped it."
  [stopped]
  (fn [_ respond _]
    (respond {:status 200
              :body (reify protocols/StreamableResponseBody
                      (write-body-to-stream [_ _ out]
                        (try
                          (while true
                            (write-text out "more")
                            (.flush ^OutputStream out))
                          (catch IOException e
                            (deliver stopped e)))))})))

(deftest a-body-stops-when-the-client-aborts
  (let [stopped (promise)]
    (call (streaming-handler stopped) {:async? true}
          (fn [^RawClient client]
            (.readHead (.get client "/"))
            (.close client)
            (is (str/includes? (ex-message (deref stopped 20000 nil)) "client has gone away"))))))

(deftest a-json-writer-over-the-stream-may-close-it
  (let [body (reify protocols/StreamableResponseBody
               (write-body-to-stream [_ _ out]
                 (with-open [writer (io/writer out)]
                   (.write writer "{\"a\":1}"))))]
    (doseq [options [{} {:executor :none}]]
      (is (= "{\"a\":1}" (.text (served body options)))))))
