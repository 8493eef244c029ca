(ns org.httpkit.client-test
  "Requests with http-kit's client. [D] marks where the specification wants something else than http-kit
  does."
  (:require
   [clojure.java.io]
   [clojure.string :as str]
   [clojure.test :refer [are deftest is use-fixtures]]
   [org.httpkit.client :as http]
   [org.httpkit.server :as server]
   [org.httpkit.sni-client :as sni])
  (:import
   (java.io ByteArrayOutputStream IOException)
   (java.net ConnectException URI)
   (java.util.concurrent Executors RejectedExecutionException)
   (java.util.zip GZIPOutputStream)
   (org.httpkit DynamicBytes ProtocolException)
   (org.httpkit.client AbortException HttpClient IFilter TimeoutException)))

(set! *warn-on-reflection* true)

(defn- gzip ^bytes [^String s]
  (let [out (ByteArrayOutputStream.)]
    (with-open [z (GZIPOutputStream. out)] (.write z (.getBytes s)))
    (.toByteArray out)))

(def ^:private never (promise))

(defn- handler [{:keys [uri request-method query-string headers body] :as req}]
  (case uri
    "/echo" {:headers {"Content-Type" "text/edn"}
             :body (pr-str {:method request-method :query query-string :headers headers
                            :body (some-> body slurp)})}
    "/text" {:headers {"Content-Type" "text/plain; charset=latin1" "X-Two" ["a" "b"]}
             :body (.getBytes "ä" "latin1")}
    "/xml" {:headers {"Content-Type" "text/xml"}
            :body (.getBytes "<?xml version='1.0' encoding='latin1'?>ä" "latin1")}
    "/bytes" {:headers {"Content-Type" "application/octet-stream"} :body "bytes"}
    "/gzip" {:headers {"Content-Type" "text/plain" "Content-Encoding" "gzip"} :body (gzip "zipped")}
    "/big" {:headers {"Content-Type" "text/plain"} :body (str/join (repeat 1000 "x"))}
    "/404" {:status 404 :body "none"}
    "/never" (do (deref never 10000 nil) nil)
    "/loop" {:status 302 :headers {"Location" "/loop"}}
    "/lost" {:status 302}
    (if-let [[_ status] (re-matches #"/to/(\d+)" uri)]
      {:status (parse-long status) :headers {"Location" "/echo"}}
      {:status 500})))

(def ^:private port (atom nil))

(use-fixtures :once
  (fn [run]
    (let [stop (server/run-server handler {:port 0 :error-logger (fn [_ _])})]
      (reset! port (:local-port (meta stop)))
      (try (run) (finally (deliver never true) (stop :timeout 0))))))

(defn- url [path] (str "http://localhost:" @port path))

(defn- echoed [path opts]
  (read-string (:body @(http/request (assoc opts :url (url path))))))

(deftest a-response-is-a-map-with-its-options
  (let [{:keys [status headers body opts]} @(http/get (url "/text") {:mine 1})]
    (is (= [200 "ä" "a\nb"] [status body (:x-two headers)]))
    (is (= {:url (url "/text") :method :get :mine 1} opts))))

(defn- body-of [response] (:body response))

(deftest callbacks-and-their-results
  (is (= 200 @(http/get (url "/text") :status)))
  (is (= 404 @(http/get (url "/404") {} #(:status %))))
  ;; [D] §6.1: any IFn that is not a map, such as a var.
  (is (= "none" @(http/get (url "/404") #'body-of)))
  (let [{:keys [error opts]} @(http/get (url "/text") (fn [_] (throw (ex-info "expected" {}))))]
    (is (= ["expected" :get] [(ex-message error) (:method opts)]))))

(deftest every-verb
  (are [f method] (= method (:method (read-string (:body @(f (url "/echo"))))))
    http/get :get, http/delete :delete, http/post :post, http/put :put, http/options :options
    http/patch :patch, http/propfind :propfind, http/proppatch :proppatch, http/lock :lock
    http/unlock :unlock, http/report :report, http/acl :acl, http/copy :copy, http/move :move)
  (is (= "" (:body @(http/head (url "/text")))))
  (is (= :mkcol (:method (echoed "/echo" {:method :mkcol})))))

(deftest parameters
  (is (= "a=1&b=2+3" (:query (echoed "/echo?a=1" {:query-params {:b "2 3"}}))))
  (let [{:keys [body headers]} (echoed "/echo" {:method :post :form-params {:a {:b [1 2]}}
                                                :nested-param-style :array})]
    (is (= "a%5Bb%5D[]=1&a%5Bb%5D[]=2" body))
    (is (= "application/x-www-form-urlencoded" (headers "content-type"))))
  (are [expected m style] (= expected (http/query-string m style))
    "b=1&b=2" {:b [1 2]} nil
    "b[]=1&b[]=2" {:b [1 2]} :array
    "b[0]=1&b[1]=2" {:b [1 2]} :indexed
    "b=1%2C2" {:b [1 2]} :comma-separated
    "a=&k=%3Ax" {:a nil :k :x} nil
    ;; [D] §6.3: a vector whose second element is a map is no map entry.
    "v=a&v=%7B%3Ab+1%7D" {:v ["a" {:b 1}]} nil)
  (is (= "a+b*%C3%A4" (http/url-encode "a b*ä"))))

(deftest headers
  (let [{:keys [headers]} (echoed "/echo" {:headers {"X-A" 1 "X-B" ["c" "d"] "X-N" nil}
                                           :oauth-token "t" :basic-auth ["a" "b"]})]
    (is (= {"x-a" "1" "x-b" "c,d" "authorization" "Bearer t" "user-agent" "http-kit/2.0"
            "accept-encoding" "gzip, deflate"}
           (dissoc headers "host" "accept" "connection"))))
  (is (= "Basic YTpi" (get-in (echoed "/echo" {:basic-auth "a:b" :user-agent "me"})
                              [:headers "authorization"]))))

(deftest multipart
  (let [{:keys [body headers]} (echoed "/echo" {:method :post
                                                :form-params {:first 1}
                                                :multipart [{:name "n" :content "text"}
                                                            {:name "f" :content (.getBytes "bytes")
                                                             :filename "a.txt" :content-type "text/plain"}]})]
    (is (re-find #"^multipart/form-data; boundary=" (headers "content-type")))
    (is (re-find #"(?s)name=\"first\".*1.*name=\"n\".*text.*name=\"f\"; filename=\"a.txt\".*bytes" body)))
  (is (thrown-with-msg? IllegalArgumentException #":content is :x"
                        (http/post (url "/echo") {:multipart [{:name "n" :content :x}]})))
  ;; A filename and a type are sent only when they are given, but for the type of files.
  (let [{:keys [body]} (echoed "/echo" {:method :post
                                        :multipart [{:name "ä\"" :content (clojure.java.io/file "LICENSE")}
                                                    {:name "b" :content 7}]})]
    (is (re-find #"Content-Disposition: form-data; name=\"ä\\\"\"\r\nContent-Type: application/octet-stream\r\n\r\n" body))
    (is (re-find #"Content-Disposition: form-data; name=\"b\"\r\n\r\n7\r\n" body)))
  ;; [D] §6.4: the boundary is random.
  (is (apply not= (repeatedly 2 #(get-in (echoed "/echo" {:method :post :multipart [{:name "n" :content "1"}]})
                                         [:headers "content-type"])))))

(deftest bodies-by-as
  (are [expected path as f] (= expected (f (:body @(http/get (url path) {:as as}))))
    "ä" "/text" :auto identity
    "<?xml version='1.0' encoding='latin1'?>ä" "/xml" :text identity
    "bytes" "/bytes" :auto slurp
    "bytes" "/bytes" :text identity
    "zipped" "/gzip" :auto identity
    "zipped" "/gzip" :byte-array #(String. ^bytes %)
    "zipped" "/gzip" :stream slurp
    (seq (gzip "zipped")) "/gzip" :raw-byte-array seq
    "bytes" "/bytes" :none #(String. (.bytes ^DynamicBytes %)))
  (is (= "gzip" (-> @(http/get (url "/gzip")) :headers :content-encoding)))
  (is (thrown-with-msg? IllegalArgumentException #":as is :json" (http/get (url "/text") {:as :json}))))

(deftest filters-end-a-response
  (are [f] (instance? AbortException (:error @(http/get (url "/big") {:filter f})))
    (http/max-body-filter 10)
    (reify IFilter
      (^boolean accept [_ ^java.util.Map _] false)
      (^boolean accept [_ ^DynamicBytes _] true))
    (reify IFilter
      (^boolean accept [_ ^java.util.Map _] true)
      (^boolean accept [_ ^DynamicBytes b] (< (.length b) 10))))
  (is (= 1000 (count (:body @(http/get (url "/big") {:filter (http/max-body-filter 1000)}))))))

(deftest redirects
  (are [method status expected] (= expected (:method (echoed (str "/to/" status)
                                                             {:method method :body (when (= :post method) "x")})))
    :get 302 :get, :post 301 :get, :post 302 :get, :post 303 :get, :post 307 :post, :put 308 :put)
  (let [{:keys [opts]} @(http/get (url "/to/302"))]
    (is (= [(url "/echo") [(url "/to/302")]] ((juxt :url :trace-redirects) opts))))
  (is (= 302 (:status @(http/get (url "/to/302") {:follow-redirects false}))))
  (are [path opts] (instance? ProtocolException (:error @(http/get (url path) opts)))
    "/loop" {}
    "/to/302" {:max-redirects 0}
    "/lost" {}))

(deftest failures-are-errors-in-the-map
  (are [type opts] (instance? type (:error @(http/request opts)))
    ConnectException {:url "http://localhost:1/"}
    TimeoutException {:url (url "/never") :timeout 50}
    ProtocolException {:url "ftp://localhost/"}
    java.net.URISyntaxException {:url "http://localhost/a b"}
    ProtocolException {:url (url "/") :headers {"Transfer-Encoding" "chunked"}}
    IllegalArgumentException {:url (url "/") :headers {"a" "b\r\nc: d"}}
    ConnectException {:url (url "/") :proxy-url "http://localhost:1"}
    RejectedExecutionException {:url (url "/text")
                                :worker-pool (doto (Executors/newSingleThreadExecutor) .shutdown)})
  (is (re-find #"^idle timeout: 50" (ex-message (:error @(http/get (url "/never") {:idle-timeout 50}))))))

(deftest a-response-is-not-awaited-within-a-callback
  (is (instance? IllegalStateException
                 (:error @(http/get (url "/text") (fn [_] @(http/get (url "/text")))))))
  (is (= 200 (:status @(http/get (url "/text") {:deadlock-guard? false}
                                 (fn [_] @(http/get (url "/text") {:deadlock-guard? false})))))))

(deftest the-promise-may-be-given
  (let [p (promise)]
    (http/get (url "/text") {:response p})
    (is (= 200 (:status @p)))))

;; [D] §6.8: clients are java.io.Closeable.
(deftest a-client-that-is-stopped-sends-nothing
  (let [client (http/make-client {:max-connections 1})
        running (http/get (url "/never") {:client client})]
    (.close ^java.io.Closeable client)
    (is (re-find #"is stopped" (ex-message (:error @running))))
    (is (instance? IOException (:error @(http/get (url "/text") {:client client}))))
    (.stop ^HttpClient client)))

(deftest default-clients-of-old-programs
  (binding [http/*default-client* sni/default-client]
    (is (= 200 (:status @(http/get (url "/text"))))))
  (binding [http/*default-client* http/legacy-client]
    (is (= 200 (:status @(http/get (url "/text")))))))

(deftest engines-are-set-up-for-a-host
  (let [params #(.getSSLParameters (sni/ssl-configurer %2 (http/make-ssl-engine) (URI. %1)))]
    (is (= ["HTTPS" 1] ((juxt #(.getEndpointIdentificationAlgorithm ^javax.net.ssl.SSLParameters %)
                              #(count (.getServerNames ^javax.net.ssl.SSLParameters %)))
                        (params "https://example.com/" {}))))
    (is (empty? (.getServerNames ^javax.net.ssl.SSLParameters (params "https://127.0.0.1/" {}))))
    (is (= "" (.getEndpointIdentificationAlgorithm
               ^javax.net.ssl.SSLParameters (params "https://a/" {:hostname-verification? false}))))))
