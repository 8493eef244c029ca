(ns aleph.http-client-pools-test
  "Single connections without a pool, and pools that programs bring."
  (:require
   [aleph.client-servers :refer [await-true echo failure value with-server]]
   [aleph.flow :as flow]
   [aleph.http :as http]
   [aleph.http.client :as client]
   [aleph.http.client-middleware :as mw]
   [clojure.string :as str]
   [clojure.test :refer [deftest is testing]]
   [manifold.deferred :as d]
   [weir.tls :as tls])
  (:import
   (aleph.utils ConnectionTimeoutException PoolTimeoutException RequestCancellationException)
   (io.aleph.dirigiste IPool IPool$AcquireCallback Pools)
   (io.netty.handler.proxy HttpProxyHandler Socks5ProxyHandler)
   (java.io IOException)
   (java.net ConnectException InetSocketAddress ServerSocket URI)
   (java.util.concurrent ConcurrentLinkedQueue)
   (weir.executor KeyedPool)))

(set! *warn-on-reflection* true)

(defn- address ^InetSocketAddress [url]
  (let [uri (URI. url)] (InetSocketAddress. (.getHost uri) (.getPort uri))))

;; ---- one connection

(defn- port-and-echo [seen]
  (fn [req]
    (swap! seen conj (:remote-port req))
    (if (= "/404" (:uri req)) {:status 404} (echo req))))

(deftest a-connection-serves-one-request-after-the-other
  (let [open (atom #{})]
    (with-server [url (fn [req] (swap! open conj (get-in req [:headers "x-n"])) (echo req))
                  {:statistics? true}]
      (let [conn (value (client/http-connection (address url) false {}))]
        (is (= "/a" (-> (conn {:request-method :get :uri "/a" :as :clojure}) value :body :uri)))
        (testing "wherever the URL leads, and the Host field tells"
          (let [{:keys [uri query-string headers]}
                (:body (value (conn {:request-method :get :url "http://else.where/b?c=d" :as :clojure})))]
            (is (= ["/b" "c=d" "else.where"] [uri query-string (get headers "host")]))))
        (testing "statuses are nobody's here"
          (with-server [failing (constantly {:status 500})]
            (let [conn (value (client/http-connection (address failing) false nil))]
              (is (= 500 (:status (value (conn {:request-method :get})))))
              (client/close-connection conn))))
        (client/close-connection conn)
        (is (instance? IllegalStateException (failure (conn {:request-method :get}))))))))

(deftest a-connection-that-is-closed-is-not-replaced
  (with-server [url (fn [_] {:status 200 :headers {"connection" "close"} :body "last"})]
    (let [conn (value (client/http-connection (address url) false {}))]
      (is (= "last" (:body (value (conn {:request-method :get :as :string})))))
      (is (instance? IllegalStateException (failure (conn {:request-method :get})))))))

(deftest a-connection-that-cannot-be-made-says-why
  (is (instance? ConnectException (failure (client/http-connection (InetSocketAddress. "localhost" 1) false {}))))
  (is (thrown-with-msg? IllegalArgumentException #":remote-address" (client/http-connection "localhost:80" false {}))))

(deftest a-connection-over-tls
  (let [made (tls/self-signed "localhost")]
    (with-server [url echo {:ssl-context made}]
      (let [conn (value (client/http-connection
                         (address url) true {:ssl-context {:trust-store (:certificate-chain made)}}))]
        (is (= 200 (:status (value (conn {:request-method :get})))))
        (client/close-connection conn)))))

(deftest smaller-parts
  (is (= (URI. "http://h:80") (client/req->domain {:url "http://u:p@h/x?y"}) (client/req->domain {:host "h" :port 80})))
  (is (= (URI. "https://xn--bcher-kva.de:443") (client/req->domain {:url "https://bücher.de"})))
  (is (instance? HttpProxyHandler (client/proxy-handler {:host "localhost" :port 3128})))
  (is (instance? Socks5ProxyHandler (client/proxy-handler {:host "localhost" :protocol :socks5})))
  (is (nil? (client/proxy-handler {})))
  (is (some? (client/ssl-context [:http1])))
  (is (some? (client/ssl-context nil [:http1] true))))

;; ---- pools

(defn- counting
  "A pool of a program's own: keeps what is released, and counts."
  [{:keys [generate destroy]} counts]
  (let [idle (ConcurrentLinkedQueue.)
        taken (fn [f] (swap! counts update :taken (fnil f 0)))]
    (reify KeyedPool
      (acquire [_ k acquirer]
        (let [object (or (.poll idle) (do (swap! counts update :made (fnil inc 0)) (generate k)))]
          (swap! counts update :keys (fnil conj #{}) (str k))
          (taken inc)
          (when-not (.take acquirer object)
            (taken dec)
            (.add idle object))))
      (release [_ _ object] (.add idle object) (taken dec) nil)
      (dispose [_ k object] (destroy k object) (swap! counts update :disposed (fnil inc 0)) (taken dec))
      (shutdown [_] nil))))

(defn- pool-of [counts options]
  (http/connection-pool (merge {:pool-builder-fn #(counting % counts)} options)))

(defn- settled [counts] (await-true (str "nothing is out: " @counts) #(zero? (:taken @counts))))

(deftest requests-go-over-the-pool-of-a-program
  (let [counts (atom {})
        pool (pool-of counts nil)]
    (with-server [url #(if (= "/" (:uri %)) {:status 302 :headers {"location" "/x"}} (echo %))]
      (dotimes [_ 3]
        (is (= "/x" (:uri (:body (value (http/get url {:pool pool :as :clojure})))))))
      (settled counts)
      (is (= 1 (:made @counts)))
      (is (= #{url} (:keys @counts)))
      (is (nil? (:disposed @counts)))
      (testing "with middleware of the pool, made once for each connection"
        (let [counts (atom {}), made (atom 0)
              pool (pool-of counts {:middleware (fn [c] (swap! made inc)
                                                  (let [c (mw/wrap-request c)]
                                                    #(c (assoc-in % [:headers "x-mine"] "1"))))})]
          (dotimes [_ 2]
            (is (= "1" (get-in (value (http/get (str url "/y") {:pool pool :as :clojure}))
                               [:body :headers "x-mine"]))))
          (is (= 1 @made)))))))

(deftest a-stale-connection-of-such-a-pool-is-passed-over
  (let [counts (atom {}), pool (pool-of counts nil), closers (atom [])]
    (with-server [url (fn [req] (swap! closers conj (:aleph/closed req)) {:status 200 :body "ok"}) {:keep-alive-timeout 100}]
      (is (= "ok" (:body (value (http/get url {:pool pool :as :string})))))
      (settled counts)
      (value (first @closers)) ; the server has closed it
      (is (= "ok" (:body (value (http/get url {:pool pool :as :string})))))
      (settled counts)
      (is (= [2 1] ((juxt :made :disposed) @counts))))))

(deftest what-fails-is-disposed
  (let [counts (atom {}), pool (pool-of counts nil)]
    (testing "nobody listens"
      (is (instance? ConnectException (failure (http/get "http://localhost:1/" {:pool pool}))))
      (settled counts)
      (is (= 1 (:disposed @counts))))
    (testing "a handshake that lasts"
      (with-open [silent (ServerSocket. 0)]
        (is (instance? ConnectionTimeoutException
                       (failure (http/get (str "https://localhost:" (.getLocalPort silent))
                                          {:pool pool :connection-timeout 50}))))
        (settled counts)
        (is (= 2 (:disposed @counts)))))
    (testing "a request that is cancelled"
      (let [came (promise)]
        (with-server [url (fn [_] (deliver came true) (d/deferred))]
          (let [r (http/get url {:pool pool})]
            (is (true? (value came)))
            (http/cancel-request! r)
            (is (instance? RequestCancellationException (failure r)))
            (settled counts)
            (is (= 3 (:disposed @counts)))))))
    (testing "a body that is closed early"
      (with-server [url (fn [_] {:status 200 :body (byte-array 10000000)})]
        (.close ^java.io.InputStream (:body (value (http/get url {:pool pool}))))
        (settled counts)
        (is (= 4 (:disposed @counts)))))))

(deftest the-reference-pool-with-a-controller-of-the-program
  (let [asked (atom 0)
        controller (Pools/fixedController 1 1)
        pool (http/connection-pool {:pool-controller-builder-fn (fn [] (swap! asked inc) controller)})]
    (is (= 1 @asked))
    (with-server [url (fn [req] (if (= "/wait" (:uri req)) (d/deferred) (echo req)))]
      (is (= 200 (:status (value (http/get (str url "/x") {:pool pool})))))
      (let [waiting (http/get (str url "/wait") {:pool pool})]
        (is (instance? PoolTimeoutException (failure (http/get (str url "/x") {:pool pool :pool-timeout 50}))))
        (http/cancel-request! waiting))
      (is (= 200 (:status (value (http/get (str url "/x") {:pool pool}))))))))

(deftest a-pool-of-dirigiste
  (let [held (atom nil)
        pool (http/connection-pool
              {:pool-builder-fn
               (fn [{:keys [generate destroy controller]}]
                 (is (instance? io.aleph.dirigiste.IPool$Controller controller))
                 (reify IPool
                   (^void acquire [_ k ^IPool$AcquireCallback callback]
                     (.handleObject callback (or @held (reset! held (generate k)))))
                   (release [_ _ _])
                   (dispose [_ k object] (reset! held nil) (destroy k object))
                   (shutdown [_])))})]
    (is (instance? IPool pool))
    (with-server [url echo]
      (dotimes [_ 2]
        (is (= 200 (:status (value (http/get url {:pool pool})))))))))

(deftest what-is-no-pool-is-refused
  (is (thrown-with-msg? IllegalArgumentException #"KeyedPool"
                        (http/connection-pool {:pool-builder-fn (constantly 1)})))
  (is (instance? IllegalArgumentException (failure (http/get "http://localhost:1/" {:pool 1}))))
  (is (instance? IOException (failure (http/get "http://localhost:1/" {:pool (http/connection-pool {:pool-builder-fn flow/instrumented-pool})})))))

(deftest statistics-of-such-a-pool
  (let [told (promise)
        pool (http/connection-pool {:pool-builder-fn flow/instrumented-pool :control-period 50
                                    :stats-callback #(when (seq %) (deliver told %))})]
    (with-server [url echo]
      (value (http/get url {:pool pool}))
      (is (= [url] (keys (value told)))))))
