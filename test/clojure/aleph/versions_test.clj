(ns aleph.versions-test
  "What handlers and clients of aleph.http see is the same over HTTP/1.1 and HTTP/2: one suite for both. More of
  it is in the namespaces that use `aleph.versions`, and in `weir.ring.http2-test`."
  (:require
   [aleph.http :as http]
   [aleph.versions :as versions]
   [clj-commons.byte-streams :as bs]
   [clojure.string :as str]
   [clojure.test :refer [deftest is testing use-fixtures]]
   [manifold.deferred :as d]
   [manifold.stream :as s]
   [weir.sse :as sse])
  (:import
   (java.io File InputStream IOException)
   (weir.http HttpServer)))

(set! *warn-on-reflection* true)

(use-fixtures :each versions/each-version)

(defn- with-server* [handler options f]
  (with-open [^HttpServer server (http/start-server handler (merge {:port 0 :shutdown-timeout 0} options))]
    (f (fn [path req]
         (http/request (merge {:url (str "http://localhost:" (.port server) path)
                               :request-method :get
                               :throw-exceptions? false}
                              req))))))

(defmacro ^:private with-server
  "Evaluates `body` with a function of a path and the rest of a request that asks a server."
  [[ask handler options] & body]
  `(with-server* ~handler ~options (fn [~ask] ~@body)))

(defn- value [d] (deref d 20000 :too-late))

(defn- text [response] (bs/to-string (:body (value response))))

(deftest the-version-is-the-one-that-is-tested
  (with-server [ask (fn [req] {:status 200 :body (:protocol req)})]
    (let [rsp (value (ask "/" {}))]
      (is (= (if versions/*http2?* "HTTP/2.0" "HTTP/1.1") (:protocol rsp) (bs/to-string (:body rsp)))))))

(deftest what-comes-is-what-was-sent
  (with-server [ask (fn [req]
                      {:status 200
                       :body (pr-str [(:request-method req) (:uri req) (:query-string req) (:scheme req)
                                      (http/get-all (:headers req) "x-two")
                                      (get-in req [:headers "cookie"])
                                      (some-> (:body req) slurp)])})]
    (is (= [:put "/a%20b" "c=d" :http ["1" "2"] "e=f" "body"]
           (read-string (text (ask "/a%20b?c=d" {:request-method :put
                                                 :headers {"x-two" ["1" "2"], "cookie" "e=f"}
                                                 :body "body"})))))
    (is (= [:get "/" nil :http [] nil nil] (update (read-string (text (ask "/" {}))) 4 vec)))))

(deftest bodies-of-every-type-are-sent-both-ways
  (let [file (doto (File/createTempFile "weir" ".txt") .deleteOnExit (spit "0123456789"))]
    (with-server [ask (fn [req]
                        {:status 200
                         :body (case (:uri req)
                                 "/string" "text"
                                 "/bytes" (.getBytes "bytes")
                                 "/stream" (bs/to-input-stream "stream")
                                 "/seq" (map str (range 5))
                                 "/manifold" (s/->source ["a" "b" "c"])
                                 "/file" file
                                 "/path" (.toPath file)
                                 "/region" (http/file file 2 5)
                                 "/chunks" (http/file file 0 10 3)
                                 "/deferred" (bs/to-byte-array "late")
                                 "/none" nil
                                 "/echo" (:body req))})]
      (doseq [[path expected] {"/string" "text", "/bytes" "bytes", "/stream" "stream", "/seq" "01234"
                               "/manifold" "abc", "/file" "0123456789", "/path" "0123456789"
                               "/region" "23456", "/chunks" "0123456789", "/deferred" "late", "/none" ""}]
        (is (= expected (text (ask path {}))) path))
      (doseq [[kind body expected] [["string" "text" "text"]
                                    ["bytes" (.getBytes "bytes") "bytes"]
                                    ["stream" (bs/to-input-stream "stream") "stream"]
                                    ["seq" (map str (range 5)) "01234"]
                                    ["manifold" (s/->source ["a" "b"]) "ab"]
                                    ["file" file "0123456789"]
                                    ["path" (.toPath file) "0123456789"]
                                    ["large" (apply str (repeat 100000 "0123456789"))
                                     (apply str (repeat 100000 "0123456789"))]]]
        (is (= expected (text (ask "/echo" {:request-method :post :body body}))) kind)))))

(deftest statuses-without-a-body-have-none
  (with-server [ask (fn [req] {:status (Long/parseLong (subs (:uri req) 1)) :body "dropped"})]
    (doseq [status [204 304]]
      (let [rsp (value (ask (str "/" status) {}))]
        (is (= [status ""] [(:status rsp) (bs/to-string (or (:body rsp) ""))]))))
    (let [rsp (value (ask "/200" {:request-method :head}))]
      (is (= [200 "7" ""] [(:status rsp) (get-in rsp [:headers "content-length"])
                           (bs/to-string (or (:body rsp) ""))])))))

(deftest trailers-go-both-ways
  (with-server [ask (fn [req]
                      (let [body (slurp (:body req))]
                        {:status 200
                         :body body
                         :trailers (fn [] {"x-length" (count body)
                                           "x-got" (get @(:trailers req) "x-sent")})}))]
    (let [rsp (value (ask "/" {:request-method :post :body "abc" :trailers {"x-sent" "y"}}))]
      (is (= "abc" (bs/to-string (:body rsp))))
      (is (= {"x-length" "3", "x-got" "y"} (into {} (value (:trailers rsp))))))))

(deftest an-expectation-is-met-or-not
  (with-server [ask (fn [req] {:status 200 :body (:body req)})
                {:continue-handler (fn [req] (= "/wanted" (:uri req)))}]
    (let [post {:request-method :post, :body "expected", :headers {"expect" "100-continue"}}]
      (is (= "expected" (text (ask "/wanted" post))))
      (is (= 417 (:status (value (ask "/unwanted" post))))))))

(deftest bodies-are-compressed-and-decompressed
  (let [long-text (apply str (repeat 1000 "a text that repeats itself, "))]
    (with-server [ask (fn [_] {:status 200 :body long-text}) {:compression? true}]
      (let [rsp (value (ask "/" {:decompress-body? true}))]
        (is (= "br" (:orig-content-encoding rsp)))
        (is (= long-text (bs/to-string (:body rsp)))))
      (is (= "gzip" (get-in (value (ask "/" {:headers {"accept-encoding" "gzip"}})) [:headers "content-encoding"])))
      (is (= long-text (text (ask "/" {})))))))

(deftest limits-are-the-same
  (with-server [ask (fn [req] {:status 200 :body (str (count (slurp (or (:body req) ""))))})
                {:max-request-body-size 10, :max-initial-line-length 4096}]
    (is (= "10" (text (ask "/" {:request-method :post :body "0123456789"}))))
    (is (= 413 (:status (value (ask "/" {:request-method :post :body "0123456789a"})))))
    (is (= 414 (:status (value (ask (str "/" (apply str (repeat 5000 "y"))) {})))))))

(deftest failures-are-answered-and-the-next-request-is-served
  (with-server [ask (fn [req]
                      (case (:uri req)
                        "/throw" (throw (ex-info "wanted by the test" {}))
                        "/deferred" (d/error-deferred (ex-info "wanted by the test" {}))
                        "/body" {:status 200 :body 12}
                        "/header" {:status 200 :headers {"x" "a\r\nb: c"}}
                        "/status" {:status 1000}
                        {:status 200 :body "fine"}))]
    (doseq [path ["/throw" "/deferred" "/body" "/header" "/status"]]
      (is (= 500 (:status (value (ask path {})))) path))
    (is (= "fine" (text (ask "/" {}))))))

(deftest a-body-that-fails-is-not-taken-for-complete
  (with-server [ask (fn [_] {:status 200
                             :body (map #(if (= 100 %) (throw (ex-info "wanted by the test" {})) (str %))
                                        (range 1000))})]
    (is (thrown? IOException
                 (try
                   (text (ask "/" {}))
                   (catch clojure.lang.ExceptionInfo e (throw (or (ex-cause e) e))))))))

(deftest a-conversation-takes-place-on-one-request
  (with-server [ask (fn [req] {:status 200 :body (s/map bs/to-string (:body req))})
                {:body-type :byte-stream}]
    (let [sent (s/stream)
          asked (ask "/" {:request-method :post :body sent})]
      (s/put! sent "one")
      (let [^InputStream in (:body (value asked))
            next-piece #(let [buffer (byte-array 100)] (String. buffer 0 (max 0 (.read in buffer))))]
        (is (= "one" (next-piece)))
        (s/put! sent "two")
        (is (= "two" (next-piece)))
        (s/close! sent)
        (is (= "" (next-piece)))))))

(deftest events-are-sent-one-by-one
  (let [events (s/stream)]
    (with-server [ask (fn [_] (sse/response events nil))]
      (let [asked (ask "/" {})]
        (s/put! events {:event :tick :data "a"})
        (let [rsp (value asked)
              ^InputStream in (:body rsp)
              buffer (byte-array 100)]
          (is (str/starts-with? (get-in rsp [:headers "content-type"]) "text/event-stream"))
          (is (= "event: tick\ndata: a\n\n" (String. buffer 0 (.read in buffer))))
          (s/put! events "b")
          (is (= "data: b\n\n" (String. buffer 0 (.read in buffer))))
          (.close in)
          (weir.testing.Await/until "the source is closed"
                                    (fn []
                                      (s/try-put! events "more" 0)
                                      (s/closed? events))))))))

(deftest a-handler-hears-that-its-client-has-gone
  (let [seen (promise)
        closed (promise)]
    (with-server [ask (fn [req]
                        (d/on-realized (:aleph/closed req) #(deliver closed %) #(deliver closed %))
                        (deliver seen true)
                        (d/deferred))]
      (let [asked (ask "/" {})]
        (is (true? (value seen)))
        (http/cancel-request! asked)
        (is (true? (value closed)))))))

(deftest slow-handlers-run-side-by-side
  (let [first-waits (promise)]
    (with-server [ask (fn [req]
                        (case (:uri req)
                          "/first" {:status 200 :body (str (value first-waits))}
                          "/second" {:status 200 :body "second"}))]
      (let [waiting (ask "/first" {})]
        (is (= "second" (text (ask "/second" {}))))
        (deliver first-waits "first")
        (is (= "first" (text waiting)))))))

(deftest who-asks-too-much-is-turned-away
  (let [waiting (d/deferred)]
    (with-server [ask (constantly waiting) {:max-requests-in-flight 1
                                            :rejected-handler (fn [_] {:status 429})}]
      (let [asked [(ask "/" {}) (ask "/" {})]]
        (is (= 429 (:status (value (apply d/alt asked)))))
        (d/success! waiting {:status 200})
        (is (= #{200 429} (set (map (comp :status value) asked))))))))
