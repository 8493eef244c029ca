(ns aleph.http-header-case-test
  (:require
   [aleph.http :as http]
   [aleph.netty :as netty]
   [clojure.string :as str]
   [clojure.test :refer [deftest is testing]])
  (:import
   (java.io BufferedReader InputStreamReader)
   (java.net InetAddress ServerSocket)
   (weir.testing RawClient)))

(set! *warn-on-reflection* true)

(def ^:private fields
  {"content-type" "text/plain", "ETag" "\"1\"", "x-MIXED-case" "a", :location "/"})

(defn- names
  "The names of the header fields in `head`, in a set."
  [head]
  (into #{} (keep #(second (re-matches #"([^:]+): .*" %))) (rest (str/split-lines head))))

(defn- response-names [options]
  (with-open [server (http/start-server (fn [_] {:status 200, :headers fields, :body "x"})
                                        (merge {:port 0} options))
              client (RawClient. (netty/port server))]
    (.send client "GET / HTTP/1.0\r\n\r\n")
    (names (.readHead client))))

(deftest names-of-response-headers-are-spelled-as-the-option-says
  (let [title #{"Content-Type" "ETag" "X-Mixed-Case" "Location" "Server" "Date" "Connection" "content-length"}]
    (is (= title (response-names {})))
    (is (= title (response-names {:header-case :title})))
    (is (= #{"content-type" "ETag" "x-MIXED-case" "location" "Server" "Date" "Connection" "content-length"}
           (response-names {:header-case :as-given})))
    (is (= (into #{} (map str/lower-case) title)
           (response-names {:header-case :lower})))))

(defn- request-names
  "What a client sends to a server that answers and closes."
  [options request]
  (with-open [listening (ServerSocket. 0 1 (InetAddress/getLoopbackAddress))]
    (let [head (future
                 (with-open [socket (.accept listening)]
                   (let [in (BufferedReader. (InputStreamReader. (.getInputStream socket)))
                         lines (doall (take-while seq (repeatedly #(.readLine in))))]
                     (.write (.getOutputStream socket)
                             (.getBytes "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"))
                     (str/join "\n" lines))))]
      (with-open [pool (http/connection-pool {:connection-options (merge {:keep-alive? false} options)})]
        @(http/request (merge {:request-method :post
                               :url (str "http://127.0.0.1:" (.getLocalPort listening))
                               :headers {"x-MIXED-case" "a"}
                               :body "x"
                               :pool pool}
                              request))
        (names @head)))))

(deftest names-of-request-headers-are-spelled-as-the-option-says
  (is (= #{"Host" "X-Mixed-Case" "Connection" "Content-Length"}
         (request-names {} {})))
  (is (= #{"Host" "x-MIXED-case" "Connection" "Content-Length"}
         (request-names {:header-case :as-given} {})))
  (is (= #{"host" "x-mixed-case" "connection" "content-length"}
         (request-names {:header-case :lower} {})))
  (is (= #{"host" "x-mixed-case" "connection" "transfer-encoding"}
         (request-names {:header-case :lower} {:body ["x"]}))))

(deftest an-unknown-spelling-is-refused
  (testing "by both sides"
    (is (thrown-with-msg? IllegalArgumentException #":header-case is :upper .*:title, :as-given or :lower"
                          (http/start-server identity {:port 0, :header-case :upper})))
    (is (thrown-with-msg? IllegalArgumentException #":header-case"
                          (http/connection-pool {:connection-options {:header-case "lower"}})))))
