(ns aleph.client-middleware-test
  "The steps of the client's request maps, alone and around a client; cookies and hooks."
  (:require
   [aleph.client-servers :refer [echo failure value with-server]]
   [aleph.http :as http]
   [aleph.http.client-middleware :as mw]
   [clojure.edn :as edn]
   [clojure.test :refer [deftest is testing]]
   [manifold.deferred :as d]
   [weir.http.cache :as cache])
  (:import
   (java.io Closeable)
   (java.net MalformedURLException)))

(set! *warn-on-reflection* true)

;; ---- each step alone

(deftest a-url-becomes-its-parts
  (is (= {:request-url "http://u:p@h.org:81/a b?c=d#e" :scheme :http :server-name "h.org" :server-port 81
          :uri "/a%20b" :path "/a%20b" :user-info "u:p" :query-string "c=d"}
         (mw/wrap-url {:url "http://u:p@h.org:81/a b?c=d#e"})))
  (is (= {:uri "/" :server-port nil} (select-keys (mw/parse-url "https://h.org") [:uri :server-port])))
  (is (thrown? MalformedURLException (mw/parse-url "foo")))
  (is (= {:request-method :put} (mw/wrap-method {:method :put}))))

(deftest a-bad-request-is-told-by-key-value-and-rule
  (doseq [[req part] [[{} ":request-method"]
                      [{:request-method :get :server-port "80"} ":server-port is \"80\""]
                      [{:request-method :get :scheme "http"} ":scheme is \"http\""]
                      [{:request-method :get :content-type 1} ":content-type is 1"]]]
    (let [message (try (mw/wrap-validation req) (catch IllegalArgumentException e (ex-message e)))]
      (is (re-find #"^Invalid spec: " (str message)))
      (is (.contains (str message) ^String part))))
  (is (= {:request-method "GET" :x 1} (mw/wrap-validation {:request-method "GET" :x 1}))))

(deftest parameters-are-flattened-and-encoded
  (is (= {:query-params {"a[b]" 1 :c 2}} (mw/wrap-nested-params {:query-params {:a {:b 1} :c 2}})))
  (is (= {:form-params {"a[b][c]" 1}} (mw/wrap-nested-params {:form-params {:a {:b {:c 1}}}})))
  (is (= {:a {:b 1}} (:query-params (mw/wrap-nested-params {:query-params {:a {:b 1}}
                                                            :ignore-nested-query-string true}))))
  (is (= {:a {:b 1}} (:form-params (mw/wrap-nested-params {:form-params {:a {:b 1}} :content-type :json}))))
  (is (= {"a[b]" 1} (:form-params (mw/wrap-nested-params
                                   {:form-params {:a {:b 1}} :flatten-nested-keys [:form-params]}))))
  (is (thrown? IllegalArgumentException
               (mw/wrap-nested-params {:query-params {:a 1} :flatten-nested-keys []
                                       :ignore-nested-query-string true})))
  (is (= "x=1&a=1&a=2" (:query-string (mw/wrap-query-params {:query-string "x=1"
                                                             :query-params {:a [1 2]}}))))
  (is (= "a[]=%E4+b" (mw/generate-query-string {"a" ["ä b"]} "text/plain; charset=iso-8859-1" :array)))
  (is (= "a=%C3%A4" (mw/generate-query-string-with-encoding {:a "ä"} "UTF-8")))
  (is (= ["" "[]" "[3]"] (map #(mw/multi-param-suffix 3 %) [:default :array :indexed]))))

(deftest headers-are-made-of-options
  (is (= {:headers {"authorization" "Basic dTpwOnE="} :user-info "u:p:q"}
         (mw/wrap-basic-auth (mw/wrap-user-info {:user-info "u:p:q"})))
      "[B] a password keeps its colons")
  (is (= ["Basic Og==" "Basic Og==" "Basic "] (map mw/basic-auth-value [nil [] ""])))
  (is (= {:headers {"authorization" "Bearer t"}} (mw/wrap-oauth {:oauth-token "t"})))
  (is (= {:headers {"accept" "application/json"}} (mw/wrap-accept {:accept :json})))
  (is (= {:headers {"accept-encoding" "gzip, br"}} (mw/wrap-accept-encoding {:accept-encoding [:gzip "br"]})))
  (is (= {"content-type" "application/json; charset=utf-8"}
         (:headers (mw/wrap-content-type {:content-type :json :character-encoding "utf-8"}))))
  (is (= {:content-type :text/html :content-type-params {:charset "utf-8" :q "a;b"}}
         (mw/parse-content-type "Text/HTML; Charset=utf-8; q=\"a;b\"")))
  (is (nil? (mw/parse-content-type "")))
  (is (= ["UTF-8" "x"] (map mw/detect-charset [nil "a/b; charset=x"]))))

(deftest forms-become-bodies
  (is (= {:request-method :post :content-type "application/x-www-form-urlencoded" :body "a=1"}
         (mw/wrap-form-params {:request-method :post :form-params {:a 1}})))
  (is (= "{:a 1}" (:body (mw/wrap-form-params {:request-method :put :form-params {:a 1} :content-type :edn}))))
  (is (= {:request-method :get :form-params {:a 1}}
         (mw/wrap-form-params {:request-method :get :form-params {:a 1}}))))

(deftest cookies-are-read-and-written
  (is (= {:name "a" :value "b" :domain ".h.org" :path "/p" :http-only? true :secure? true :max-age 5}
         (into {} (mw/decode-set-cookie-header
                   "a=b; Domain=.h.org; Path=/p; HttpOnly; Secure; Max-Age=5"))))
  (is (nil? (mw/decode-set-cookie-header "")))
  (is (= "a=b; c=d" (mw/write-cookies mw/default-cookie-spec [{:name "a" :value "b"} {:name "c" :value "d"}])))
  (is (= [{:name "x" :path "/a/b"}]
         (mw/reduce-to-unique-cookie-names [{:name "x" :path "/a/b"} {:name "x" :path "/"}])))
  (let [cookie (mw/map->Cookie {:name "a" :value "b" :domain "d" :max-age 3 :path "/" :secure? true
                                :http-only? false})]
    (is (= cookie (mw/netty-cookie->cookie (mw/cookie->netty-cookie cookie)))))
  (is (false? (mw/cookie-expired? {:name "a" :value "" :max-age 200 :created (- (System/currentTimeMillis) 1000)}))
      "[B] seconds")
  (is (mw/match-cookie-domain? "a.h.org" ".h.org"))
  (is (not (mw/match-cookie-path? "/ab" "/a"))))

(deftest a-cookie-header-has-its-order-of-precedence
  (let [store (mw/in-memory-cookie-store [{:name "s" :value "1" :domain "h.org" :path "/"}])
        req {:url "http://h.org/" :cookie-store store}]
    (is (= "s=1" (get-in (mw/wrap-cookies req) [:headers "cookie"])))
    (is (= "c=2" (get-in (mw/wrap-cookies (assoc req :cookies [{:name "c" :value "2"}])) [:headers "cookie"])))
    (is (= "c=2" (get-in (mw/wrap-cookies (assoc req :cookies {:c "2"})) [:headers "cookie"])))
    (is (= {"Cookie" "x"} (:headers (mw/wrap-cookies (assoc req :headers {"Cookie" "x"})))))))

;; ---- cookies over the wire

(defn- cookie-server [{:keys [uri headers]}]
  (case uri
    "/set" {:status 302 :headers {"location" "/show" "set-cookie" ["a=1; Path=/" "b=2; Domain=foreign.org"]}}
    "/show" {:status 200 :headers {"set-cookie" "c=3"} :body (str (get headers "cookie"))}))

(deftest cookies-of-a-redirect-apply-to-the-next-hop
  (with-server [url cookie-server]
    (let [store (mw/in-memory-cookie-store)
          rsp (value (http/get (str url "/set") {:cookie-store store :as :string}))]
      (is (= "a=1" (:body rsp)))
      (is (= ["c"] (map :name (:cookies rsp))))
      (is (= #{["a" "localhost"] ["c" "localhost"]}
             (set (map (juxt :name :domain) (mw/get-cookies store)))) "[B] none for foreign domains")
      (is (= "c=3; a=1" (->> (http/get (str url "/show") {:cookie-store store :as :string})
                             value :body (re-seq #"\w=\d") sort reverse (clojure.string/join "; "))))
      (is (= "" (:body (value (http/get (str url "/show") {:as :string}))))))))

(deftest a-program-may-bring-its-own-store-and-spec
  (with-server [url cookie-server]
    (let [kept (atom [])
          store (reify mw/CookieStore
                  (get-cookies [_] @kept)
                  (add-cookies! [_ cookies] (swap! kept into cookies)))
          spec (reify mw/CookieSpec
                 (parse-cookie [_ s] (mw/parse-cookie mw/default-cookie-spec s))
                 (write-cookies [_ cookies] (str "mine:" (count cookies)))
                 (match-cookie-origin? [_ _ _] true))]
      (is (= "mine:1" (:body (value (http/get (str url "/set") {:cookie-store store :cookie-spec spec
                                                                 :as :string})))))
      (is (= ["a" "c"] (map :name @kept))))))

(deftest cookies-of-clj-http
  (with-server [url cookie-server]
    (is (= "x=1; y=2" (:body (value (http/get (str url "/show") {:cookies {:x "1" "y" {:value 2}} :as :string})))))
    (is (= {"c" "3"} (update-vals (:cookies (value (http/get (str url "/show") {:decode-cookies true})))
                                  :value)))
    (is (nil? (:cookies (value (http/get (str url "/show") {:cookie-policy :none
                                                            :cookie-store (mw/in-memory-cookie-store)})))))))

;; ---- middleware around the client

(deftest middleware-of-a-request-sees-every-hop
  (with-server [url #(if (= "/" (:uri %)) {:status 302 :headers {"location" "/x"}} (echo %))]
    (let [seen (atom [])
          rsp (value (http/get url {:middleware (fn [client]
                                                  (fn [req]
                                                    (swap! seen conj (:url req))
                                                    (d/chain (client req) #(assoc % :mine true))))
                                    :as :clojure}))]
      (is (:mine rsp))
      (is (= "/x" (:uri (:body rsp))))
      (is (= [url (str url "/x")] @seen))
      (is (= [(str url "/x")] (:trace-redirects rsp))))))

(deftest middleware-of-a-pool-stands-in-for-the-default
  (with-server [url echo]
    (let [made (atom 0)
          middleware (fn [client]
                       (swap! made inc)
                       (let [client (mw/wrap-request client)]
                         (fn [req] (client (assoc-in req [:headers "x-mine"] "1")))))]
      (with-open [^Closeable pool (http/connection-pool {:middleware middleware})]
        (dotimes [_ 2]
          (let [{:keys [status body]} (value (http/post (str url "/p?x=1")
                                                        {:pool pool :query-params {:a 1} :form-params {:b 2}
                                                         :basic-auth "u:p" :as :clojure}))]
            (is (= 200 status))
            (is (= {:uri "/p" :query-string "x=1&a=1" :body "b=2"} (select-keys body [:uri :query-string :body])))
            (is (= ["1" "Basic dTpw"] (map (:headers body) ["x-mine" "authorization"])))))
        (is (= 1 @made))))
    (testing "without wrap-request the options of request maps mean nothing"
      (with-open [^Closeable pool (http/connection-pool {:middleware identity})]
        (is (= {:request-method :get :uri "/"}
               (-> (value (http/get url {:pool pool :query-params {:a 1} :as :string}))
                   :body slurp edn/read-string (select-keys [:request-method :uri]))))))
    (is (thrown? IllegalArgumentException (http/connection-pool {:middleware 1})))))

(deftest an-error-status-comes-through-the-middleware
  (with-server [url (constantly {:status 404 :body "{:a 1}"})]
    (with-open [^Closeable pool (http/connection-pool {:middleware mw/wrap-request})]
      (is (= {:status 404 :body {:a 1}}
             (select-keys (ex-data (failure (http/get url {:pool pool :as :clojure}))) [:status :body])))
      (is (= 404 (:status (value (http/get url {:pool pool :throw-exceptions false}))))))))

;; ---- what was sent, hooks, and other keys

(deftest a-saved-request-is-in-the-response
  (with-server [url echo]
    (let [rsp (value (http/post url {:save-request? true :debug-body? true :debug true :form-params {:a 1}
                                     :basic-auth "u:secret"}))]
      (is (= {:request-method :post :body "a=1"} (select-keys (:aleph/request rsp) [:request-method :body])))
      (is (= "POST" (str (.method ^io.netty.handler.codec.http.HttpRequest (:aleph/netty-request rsp)))))
      (is (= "a=1" (:aleph/request-body rsp))))
    (with-open [^Closeable pool (http/connection-pool {:middleware mw/wrap-request})]
      (let [rsp (value (http/post url {:pool pool :save-request? true :debug-body? true :form-params {:a 1}}))]
        (is (= "a=1" (:aleph/request-body rsp) (:body (:aleph/request rsp))))
        (is (= "POST" (str (.method ^io.netty.handler.codec.http.HttpRequest (:aleph/netty-request rsp)))))))))

(deftest an-interceptor-sees-every-hop
  (with-server [url #(if (= "/" (:uri %)) {:status 302 :headers {"location" "/x"}} (echo %))]
    (let [seen (atom [])]
      (value (http/get url {:response-interceptor (fn [rsp ctx] (swap! seen conj [(:status rsp) (:url ctx)]))}))
      (is (= [[302 (str url "/")] [200 (str url "/x")]] @seen)))
    (is (= "no" (ex-message (failure (http/get url {:response-interceptor (fn [_ _] (throw (Exception. "no")))})))))))

(deftest a-retry-handler-decides-about-failures
  (let [seen (atom [])
        e (failure (http/get "http://localhost:1/" {:retry-handler (fn [e n ctx]
                                                                     (swap! seen conj n)
                                                                     (is (= :get (:request-method (:request ctx))))
                                                                     (and (instance? java.net.ConnectException e)
                                                                          (< n 3)))}))]
    (is (instance? java.net.ConnectException e))
    (is (= [1 2 3] @seen))))

(deftest progress-is-told-both-ways
  (with-server [url (fn [req] {:status 200 :body (slurp (:body req))})]
    (let [up (atom []) down (atom [])
          ^String body (apply str (repeat 100000 "x"))]
      (is (= body (:body (value (http/post url {:body body :as :string
                                                :on-upload #(swap! up conj [%1 %2])
                                                :on-download #(swap! down conj [%1 %2])})))))
      (is (= [100000 100000] (peek @up) (peek @down)))
      (reset! up [])
      (value (http/post url {:body (java.io.ByteArrayInputStream. (.getBytes body)) :length 100000
                             :on-upload #(swap! up conj [%1 %2])}))
      (is (apply < (map first @up)))
      (is (= [100000 100000] (peek @up))))))

(deftest coercions-by-content-type
  (with-server [url (fn [{:keys [query-string]}]
                      (let [[type body] (edn/read-string (java.net.URLDecoder/decode ^String query-string "UTF-8"))]
                        {:status 200 :headers {"content-type" type} :body body}))]
    (let [get-as (fn [as type body]
                   (value (http/get (str url "/?" (java.net.URLEncoder/encode (pr-str [type body]) "UTF-8")) {:as as})))
          auto (fn [type body] (:body (get-as :auto type body)))]
      (is (= {:a 1} (auto "application/json; charset=utf-8" "{\"a\":1}")))
      (is (= {:a 1} (auto "application/problem+json" "{\"a\":1}")))
      (is (= {:a 1} (auto "application/edn" "{:a 1}")))
      (is (= {:a "1" :b "ä c"} (auto "application/x-www-form-urlencoded" "a=1&b=%C3%A4+c")))
      (is (= "x" (auto "text/plain" "x")))
      (is (bytes? (auto "image/png" "x")))
      (is (= {:content-type :text/plain :content-type-params {:charset "utf-8"}}
             (select-keys (get-as :auto "text/plain; charset=utf-8" "x") [:content-type :content-type-params])))
      (is (= "x" (slurp (:body (get-as :reader "text/plain" "x")))))
      (is (= "x" (:body (get-as "iso-8859-1" "text/plain" "x"))))
      (is (instance? java.io.InputStream (:body (get-as :unheard-of "text/plain" "x"))) "unchanged")
      (is (nil? (:body (get-as :clojure "application/edn" ""))))
      (is (instance? Exception (failure (http/get (str url "/?" (java.net.URLEncoder/encode "[\"a/b\" \"{\"]" "UTF-8"))
                                                  {:as :clojure})))))))

(deftest responses-are-cached-when-a-program-wants-that
  (let [n (atom 0)]
    (with-server [url (fn [_] {:status 200 :headers {"cache-control" "max-age=100"} :body (str (swap! n inc))})]
      (with-open [^Closeable pool (http/connection-pool {})]
        (let [fetch #((juxt :cached :body) (value (http/get url (merge {:pool pool :as :string} %))))]
          (is (= [:miss "1"] (fetch {:cache true})))
          (is (= [:hit "1"] (fetch {:cache true :cache-config {:max-object-size 10}})))
          (is (= [nil "2"] (fetch {})))
          (is (= [:miss "3"] (fetch {:cache (cache/http-cache)})) "a cache of its own")
          (is (instance? IllegalArgumentException (failure (http/get url {:cache 1})))))))))
