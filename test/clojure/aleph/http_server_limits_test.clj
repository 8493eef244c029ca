(ns aleph.http-server-limits-test
  "Limits, timeouts and other options of start-server that decide what becomes of a connection."
  (:require
   [aleph.http :as http]
   [aleph.netty :as netty]
   [aleph.versions :as versions]
   [clojure.string :as str]
   [clojure.test :refer [are deftest is use-fixtures]]
   [manifold.deferred :as d]
   [manifold.stream :as s]
   [weir.http :as weir])
  (:import
   (weir.http HttpServer)
   (weir.testing RawClient RawClient$Response)))

(set! *warn-on-reflection* true)

(use-fixtures :each versions/each-version)

(defn- with-server* [handler options f]
  (let [^HttpServer server (http/start-server handler (merge {:port 0 :shutdown-timeout 0} options))]
    (try
      (with-open [client (versions/raw-client (netty/port server))]
        (f client))
      (finally
        (.close server)
        (netty/wait-for-close server)))))

(defmacro ^:private with-client
  "Evaluates `body` with a raw client of a server."
  [[client handler options] & body]
  `(with-server* ~handler ~options (fn [~(vary-meta client assoc :tag `RawClient)] ~@body)))

(defn- hello [_] {:status 200 :body "hello"})

(defn- status [^RawClient client ^String request]
  (.status ^RawClient$Response (.read (.send client request))))

(def ^:private post
  "POST /a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")

(deftest slow-clients-are-cut
  (with-client [client hello {:keep-alive-timeout 50}]
    (is (.atEnd client)))
  (with-client [client hello {:body-timeout 50}]
    (is (= 408 (status client "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n"))))
  (with-client [client hello {:body-timeout 50, :min-body-rate 1000000}]
    (is (= 408 (status client "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na")))))

(versions/http1-test slow-heads-are-cut
  "HTTP/2 has field blocks instead: weir.http.server.Http2FloodTest."
  (with-client [client hello {:header-timeout 50}]
    (is (= 408 (status client "GET / HT")))))

(deftest requests-beyond-the-limit-go-to-the-rejected-handler
  (let [waiting (d/deferred)]
    (with-client [client (constantly waiting) {:max-requests-in-flight 1
                                               :rejected-handler (fn [req] {:status 429 :body (:uri req)})}]
      (.send client "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n")
      (d/success! waiting {:status 200 :body ""})
      (is (= [200 429] [(.status (.read client)) (.status (.read client))])))))

(deftest the-continue-handler-decides
  (doseq [executor [:none nil]
          :let [options (fn [decide] {:continue-handler decide :continue-executor executor})]]
    (with-client [client (fn [req] {:status 200 :body (slurp (:body req))})
                  (options (fn [req] (and (nil? (:body req)) (= "/a" (:uri req)))))]
      (is (= 100 (status client post)))
      (is (= "ok" (.text (.read (.send client "ok"))))))
    (are [expected decision] (with-client [client hello (options (constantly decision))]
                               (= expected (status client post)))
      417 false
      417 nil
      403 {:status 403}
      403 (d/success-deferred {:status 403})
      500 :something
      500 (d/error-deferred (ex-info "wanted by the test" {})))))

(versions/http1-test bad-values-say-what-is-wrong
  "No request is made."
  (are [option value] (thrown-with-msg? IllegalArgumentException (re-pattern (str option "|address range"))
                                        (http/start-server hello {:port 0 option value}))
    :keep-alive-timeout -1
    :header-timeout "1"
    :body-timeout -1
    :min-body-rate -1
    :write-timeout :none
    :max-requests-in-flight -1
    :proxy-protocol-from "10.0.0.0/8"
    :proxy-protocol-from ["10.0.0.0/33"]
    :forwarded-from [10]
    :forwarded-header :x-real-ip
    :continue-handler 1
    :continue-executor :some))

(deftest trailers-go-both-ways
  (with-client [client (fn [req]
                         (let [body (slurp (:body req))]
                           {:status 200
                            :body body
                            :trailers (fn [] {"x-length" (count body), "x-got" (get @(:trailers req) "x-sent")})}))
                {}]
    (.send client (str "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                       "3\r\nabc\r\n0\r\nX-Sent: y\r\n\r\n"))
    (let [response (.read client)]
      (is (= ["abc" ["3"] ["y"]]
             [(.text response) (.trailers response "x-length") (.trailers response "x-got")])))))

(deftest early-hints-come-before-the-response
  (with-client [client (fn [req]
                         (weir/early-hints! (into {} req) "</a.css>; rel=preload")
                         {:status 200 :body "done"})
                {}]
    (let [^RawClient$Response hints (.read (.get client "/"))]
      (is (= [103 "</a.css>; rel=preload"] [(.status hints) (.header hints "link")]))
      (is (= "done" (.text (.read client)))))))

(deftest trusted-proxies-say-who-the-client-is
  (let [seen (fn [req] {:status 200 :body (pr-str (select-keys req [:remote-addr :scheme :server-name]))})
        request "GET / HTTP/1.1\r\nHost: a\r\nForwarded: for=192.0.2.7;proto=https;host=a.example\r\n\r\n"]
    (with-client [client seen {:forwarded-from #{"127.0.0.1"} :forwarded-header :forwarded
                               :proxy-protocol-from ["10.0.0.0/8"]}]
      (is (= {:remote-addr "192.0.2.7" :scheme :https :server-name "a.example"}
             (read-string (.text (.read (.send client request)))))))
    (with-client [client seen {:proxy-protocol-from ["127.0.0.0/8"]}]
      (is (= {:remote-addr "192.0.2.8" :scheme :http :server-name "192.0.2.9"}
             (read-string (.text (-> client
                                  (.raw (.getBytes "PROXY TCP4 192.0.2.8 192.0.2.9 1 2\r\n"))
                                  (.send ^String request)
                                  .read))))))))

(deftest a-handler-takes-the-connection
  (with-client [client (fn [req]
                         (d/chain (weir/hijack (into {} req) {"x" "y"}) (fn [stream] (s/connect stream stream)))
                         nil)
                {}]
    (.send client "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\nearly")
    (let [head (.readHead client)]
      (is (str/includes? head " 200"))
      (is (= "y" (RawClient$Response/header head "x"))))
    (is (= "early late" (.readText (.send client " late") 10)))))
