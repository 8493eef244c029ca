(ns aleph.http-client-test
  "The client as Aleph programs use it, over real sockets."
  (:require
   [aleph.client-servers :refer [echo failure value with-server]]
   [aleph.http :as http]
   [aleph.http.client-middleware :as middleware]
   [clojure.string :as str]
   [clojure.test :refer [deftest is testing]]
   [manifold.deferred :as d]
   [manifold.stream :as s]
   [weir.codecs :as codecs])
  (:import
   (aleph.utils ConnectionTimeoutException RequestCancellationException RequestTimeoutException)
   (io.netty.buffer ByteBuf)
   (java.io ByteArrayInputStream Closeable InputStream)
   (java.net MalformedURLException)))

(set! *warn-on-reflection* true)

(defn- echoed [req] (:body (value (http/request (merge {:as :clojure :request-method :get} req)))))

(deftest the-example-of-every-readme
  (with-server [url (fn [_] {:status 200 :headers {"content-type" "text/plain"} :body "hello!"})]
    (is (= "hello!" (-> (value (http/get url)) :body slurp)))
    (is (= "hello!" (value (d/chain (http/get url) :body slurp))))
    (let [rsp (value (http/get url))]
      (is (= 200 (:status rsp)))
      (is (instance? ByteArrayInputStream (:body rsp)))
      (is (= "text/plain; charset=UTF-8" (get-in rsp [:headers "Content-Type"])))
      (is (true? (:aleph/keep-alive? rsp)))
      (is (every? nat-int? ((juxt :connection-time :request-time) rsp))))))

(deftest every-verb-is-sent
  (with-server [url (fn [req] {:status 200 :headers {"x-method" (name (:request-method req))}})]
    (doseq [[verb f] {"get" http/get "post" http/post "put" http/put "patch" http/patch
                      "options" http/options "trace" http/trace "delete" http/delete}]
      (is (= verb (get-in (value (f url)) [:headers "x-method"]))))
    (is (= "head" (get-in (value (http/head url {:follow-redirects false})) [:headers "x-method"])))))

(deftest parameters-join-the-query
  (with-server [url echo]
    (let [query (fn [options] (:query-string (echoed (merge {:url (str url "/?x=1")} options))))]
      (is (= "x=1" (query nil)))
      (is (= "x=1&a=1&a=2" (query {:query-params {:a [1 2]}})))
      (is (= "x=1&a[]=1&a[]=2" (str/replace (query {:query-params {:a [1 2]} :multi-param-style :array})
                                            #"%5B%5D" "[]")))
      (is (= "x=1&a%5Bb%5D=1" (query {:query-params {:a {:b 1}}})))
      (is (= "x=1&a=%7B%3Ab+1%7D" (query {:query-params {:a {:b 1}} :ignore-nested-query-string true})))
      (is (= "x=1&%C3%A4+b=%3Ak" (query {:query-params [["ä b" :k]]}))))))

(deftest forms-are-bodies-of-unsafe-methods-only
  (with-server [url echo]
    (let [post (echoed {:url url :request-method :post :form-params {:a [1 2] :b "ä"}})]
      (is (= "a=1&a=2&b=%C3%A4" (:body post)))
      (is (= "application/x-www-form-urlencoded" (get-in post [:headers "content-type"]))))
    (is (= "{:a 1}" (:body (echoed {:url url :request-method :put :form-params {:a 1} :content-type :edn}))))
    (is (nil? (:body (echoed {:url url :form-params {:a 1}}))))))

(deftest headers-are-sent-as-they-are-given
  (with-server [url echo]
    (let [headers (:headers (echoed {:url url
                                     :headers {"X-A" ["1" "2"] :x-b 3}
                                     :basic-auth "me:se:cret" :accept :json :accept-encoding [:gzip "br"]
                                     :content-type :json :character-encoding "utf-8"}))]
      (is (= {"x-a" "1,2" "x-b" "3" "authorization" "Basic bWU6c2U6Y3JldA=="
              "accept" "application/json" "accept-encoding" "gzip, br"
              "content-type" "application/json; charset=utf-8"}
             (dissoc headers "host"))))
    (is (= "Bearer t" (get-in (echoed {:url url :oauth-token "t"}) [:headers "authorization"])))
    (testing "user info of a URL is basic auth; [B] a password keeps its colons"
      (is (= "Basic bWU6c2U6Y3JldA=="
             (get-in (echoed {:url (str/replace url "http://" "http://me:se:cret@")})
                     [:headers "authorization"]))))
    (testing "[B] nothing gets out of a header"
      (is (instance? IllegalArgumentException
                     (failure (http/get url {:headers {"x" "a\r\nevil: 1"}}))))
      (is (instance? IllegalArgumentException (failure (http/get url {:headers {"x" nil}})))))))

(deftest bodies-come-as-they-are-wanted
  (with-server [url (fn [_] {:status 200
                             :headers {"content-type" "text/plain; charset=iso-8859-1"}
                             :body (byte-array (map unchecked-byte [0xe4 0x62]))})]
    (is (= "äb" (:body (value (http/get url {:as :string})))))
    (is (= [-28 98] (vec (:body (value (http/get url {:as :byte-array}))))))
    (let [^ByteBuf piece (value (s/take! (:body (value (http/get url {:raw-stream? true})))))]
      (is (= 2 (.readableBytes piece)))
      (.release piece))))

(deftest json-is-read-by-the-library-that-is-there
  (with-server [url (fn [_] {:status 200 :body "{\"a\": [1]}"})]
    (is (= {:a [1]} (:body (value (http/get url {:as :json})))))
    (is (= {"a" [1]} (:body (value (http/get url {:as :json-string-keys})))))
    (is (= "{\"a\": [1]}" (:body (value (http/get url {:as :json :coerce :exceptional})))))
    (testing "of an exceptional status when that is asked for"
      (with-server [bad (fn [_] {:status 400 :body "[1]"})]
        (is (= "[1]" (:body (ex-data (failure (http/get bad {:as :json}))))))
        (is (= [1] (:body (ex-data (failure (http/get bad {:as :json :coerce :always}))))))
        (is (= "[1]" (:body (ex-data (failure (http/get bad {:as :string}))))))))
    (with-redefs [codecs/json? (constantly false)]
      (is (= "{\"a\": [1]}" (:body (value (http/get url {:as :json})))) "without one, a string")
      (is (= :cheshire-not-loaded
             (:type (ex-data (failure (http/post url {:form-params {:a 1} :content-type :json})))))))))

(deftest an-exceptional-status-is-a-failure
  (with-server [url (fn [_] {:status 404 :headers {"x" "y"} :body "nothing here"})]
    (let [e (failure (http/get url))]
      (is (= "status: 404" (ex-message e)))
      (is (= 404 (:status (ex-data e))))
      (is (true? (:aleph/error-status? (ex-data e))))
      (is (= "nothing here" (slurp (:body (ex-data e))))))
    (is (= 404 (:status (value (http/get url {:throw-exceptions? false})))))
    (is (= 404 (:status (value (http/get url {:throw-exceptions false})))))
    (is (= 404 (:status (value (http/get url {:unexceptional-status #{404}})))))))

(defn- redirecting [req]
  (let [[_ status path] (re-matches #"/(\d+)(/.*)" (:uri req))]
    (if status
      {:status (parse-long status) :headers {"location" path} :body "moved"}
      (echo req))))

(deftest redirects-are-followed-by-their-rules
  (with-server [url redirecting]
    (doseq [[status method sent] [[301 :get :get] [302 :head nil] [303 :get :get] [303 :post :get]
                                  [307 :get :get] [308 :get :get]]]
      (let [rsp (value (http/request {:request-method method :url (str url "/" status "/x")
                                      :body (when (= method :post) "b") :as :clojure}))]
        (is (= 200 (:status rsp)))
        (is (= [(str url "/x")] (:trace-redirects rsp)))
        (when sent
          (is (= [sent "/x" nil] ((juxt :request-method :uri :body) (:body rsp)))))))
    (doseq [status [301 302 307 308]]
      (is (= status (:status (value (http/post (str url "/" status "/x"))))))
      (is (= (if (< status 303) [:get nil] [:post "b"])
             ((juxt :request-method :body)
              (:body (value (http/post (str url "/" status "/x")
                                       {:body "b" :force-redirects true :as :clojure})))))))
    (doseq [status [300 304 305]]
      (is (= status (:status (value (http/get (str url "/" status "/x") {:throw-exceptions false}))))))
    (is (= 302 (:status (value (http/get (str url "/302/x") {:follow-redirects? false})))))))

(deftest the-limit-of-redirects-is-exact
  (with-server [url (fn [req] {:status 302 :headers {"location" (str "/" (inc (parse-long (subs (:uri req) 1))))}})]
    (let [e (failure (http/get (str url "/0") {:max-redirects 3}))]
      (is (= "too many redirects: 4" (ex-message e)))
      (is (= 3 (:max-redirects (ex-data e)))))
    (let [rsp (value (http/get (str url "/0") {:max-redirects 3 :throw-exceptions false}))]
      (is (= 302 (:status rsp)))
      (is (= "/4" (get-in rsp [:headers "location"]))))))

(deftest credentials-stay-with-their-origin
  (with-server [other echo]
    (with-server [url (fn [req] {:status 302
                                 :headers {"location" (if (= "/same" (:uri req)) "/end" other)}})]
      (let [sent (fn [headers] (select-keys headers ["authorization" "cookie" "x-mine"]))
            options {:basic-auth ["a" "b"] :headers {"cookie" "c=d" "x-mine" "1"} :as :clojure}]
        (is (= {"x-mine" "1"} (sent (:headers (:body (value (http/get url options)))))))))))

(deftest middleware-sees-every-hop
  (with-server [url redirecting]
    (let [seen (atom [])
          middleware (fn [client] (fn [req] (swap! seen conj (:url req)) (client req)))
          rsp (value (http/get (str url "/302/301/x") {:middleware middleware}))]
      (is (= 200 (:status rsp)))
      (is (= [(str url "/302/301/x") (str url "/301/x") (str url "/x")] @seen))
      (is (= [(str url "/301/x") (str url "/x")] (:trace-redirects rsp))))
    (is (= 200 (:status (value (http/get "http://nowhere.invalid/"
                                         {:middleware (fn [client] #(client (assoc % :url (str url "/x"))))})))))))

(deftest a-request-can-be-cancelled
  (let [pool (http/connection-pool {:connections-per-host 1})]
    (with-server [url (fn [_] (d/deferred))]
      (let [r (http/get url {:pool pool})]
        (is (true? (http/cancel-request! r)))
        (is (false? (http/cancel-request! r)))
        (is (instance? RequestCancellationException (failure r))))
      (testing "also when something is made of its response"
        (let [r (http/get url {:pool pool :as :json})]
          (is (true? (http/cancel-request! r)))))
      (is (instance? RequestTimeoutException
                     (failure (http/get url {:pool pool :request-timeout 20}))))
      (is (= :late (value (d/timeout! (http/get url {:pool pool}) 20 :late)))))
    (.close ^Closeable pool)))

(deftest what-cannot-be-sent-fails-the-deferred
  (is (= "no protocol: foo" (ex-message (failure (http/get "foo")))))
  (is (instance? MalformedURLException (failure (http/get "ftp://localhost/"))))
  (is (instance? java.net.UnknownHostException (failure (http/get "http://nowhere.invalid/"))))
  (doseq [bad [{:url "http://localhost/"}
               {:request-method 7 :url "http://localhost/"}
               {:request-method :get :server-name "localhost" :server-port "80"}
               {:request-method :get :server-name "localhost" :scheme "http"}]]
    (is (str/starts-with? (ex-message (failure (http/request bad))) "Invalid spec:")))
  (testing "an option is never accepted and ignored"
    (is (instance? IllegalArgumentException (failure (http/get "http://localhost/" {:ntlm-auth ["u" "p"]}))))
    (is (thrown? IllegalArgumentException (http/connection-pool {:connection-options {:force-h2c? true
                                                                                       :http-versions [:http1]}})))
    (is (thrown? IllegalArgumentException (http/connection-pool {:connections-per-host 0})))))

(deftest a-request-may-be-made-of-its-parts
  (with-server [url redirecting]
    (let [port (parse-long (peek (str/split url #":")))]
      (is (= {:request-method :get :uri "/a%20b" :query-string "q=%7C"}
             (select-keys (echoed {:scheme :http :server-name "localhost" :server-port port
                                   :uri "/a b" :query-string "q=|"})
                          [:request-method :uri :query-string]))))))

(deftest a-proxy-hands-bodies-through
  (with-server [backend (fn [req] {:status 200 :body (:body req)})]
    (with-server [proxy (fn [req]
                          (d/chain (http/post backend {:body (:body req)})
                                   #(select-keys % [:status :body])))]
      (let [bytes (byte-array (repeatedly 500000 #(unchecked-byte (rand-int 256))))]
        (is (= (seq bytes)
               (seq (:body (value (http/post proxy {:body bytes :as :byte-array}))))))
        (is (= (seq bytes)
               (seq (:body (value (http/post proxy {:body (ByteArrayInputStream. bytes) :as :byte-array}))))))))))

(deftest statuses-are-told-apart
  (is (middleware/success? {:status 201}))
  (is (middleware/missing? {:status 404}))
  (is (not (middleware/unexceptional-status? 208))))
