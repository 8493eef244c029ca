(ns aleph.http2-websocket-test
  "Which version of HTTP a WebSocket takes, and what is different over HTTP/2. What is the same is in
  aleph.http-websocket-test and aleph.websocket-client-test, which run over both."
  (:require
   [aleph.http :as http]
   [aleph.netty :as netty]
   [clojure.test :refer [deftest is testing]]
   [manifold.deferred :as d]
   [manifold.stream :as s]
   [weir.tls :as tls])
  (:import
   (clojure.lang ExceptionInfo)
   (io.netty.handler.codec.http.websocketx WebSocketClientHandshakeException)
   (io.netty.handler.codec.http2 Http2Settings)
   (java.io Closeable)
   (java.util Arrays Random)
   (weir.net.tls Alpn TlsOptions)
   (weir.testing Await)))

(set! *warn-on-reflection* true)

(def ^:private limit 20000)
(def ^:private made (tls/self-signed "localhost"))
(def ^:private trusted {:trust-store (:certificate-chain made)})
(def ^:private both [:http2 :http1])
(def ^:private h2c {:http-versions both :use-h2c? true})

(defn- realized [d]
  (let [v (deref d limit ::late)]
    (is (not= ::late v))
    v))

(defn- telling
  "A handler whose sockets first say which protocol they came by, and then echo."
  [options]
  (fn [req]
    (d/chain (http/websocket-connection req options)
             (fn [conn]
               (s/put! conn (:protocol req))
               (s/connect conn conn)))))

(defmacro ^:private with-server [[url handler options] & body]
  `(let [options# ~options]
     (with-open [server# ^Closeable (http/start-server ~handler (merge {:port 0 :shutdown-timeout 0} options#))]
       (let [~url (str (if (:ssl-context options#) "wss" "ws") "://localhost:" (netty/port server#) "/")]
         ~@body))))

(defn- protocol
  "Returns what a server has said first."
  [url options]
  (let [conn (realized (http/websocket-client url options))
        said (realized (s/take! conn))]
    (s/close! conn)
    said))

(def ^:private without-connect
  {:http2-settings (doto (Http2Settings.) (.connectProtocolEnabled false))})

(deftest a-websocket-takes-http1-unless-asked
  (with-server [url (telling {}) h2c]
    (is (= "HTTP/1.1" (protocol url nil)))
    (testing "without TLS nobody can say what the server speaks"
      (is (= "HTTP/1.1" (protocol url {:http-versions [:http1]})))
      (is (= "HTTP/1.1" (protocol url {:http-versions both}))))
    (testing "unless it is known"
      (is (= "HTTP/2.0" (protocol url {:http-versions [:http2]})))))
  (with-server [url (telling {}) {:ssl-context made :http-versions both}]
    (is (= "HTTP/1.1" (protocol url {:ssl-context trusted})))
    (is (= "HTTP/1.1" (protocol url {:ssl-context trusted :http-versions [:http1]})))
    (testing "even if its TLS would negotiate HTTP/2"
      (is (= "HTTP/1.1" (protocol url {:ssl-context (TlsOptions/client trusted (Alpn/config ["h2" "http/1.1"]))}))))))

(deftest versions-are-agreed-on-inside-tls
  (with-server [url (telling {}) {:ssl-context made :http-versions both}]
    (is (= "HTTP/2.0" (protocol url {:ssl-context trusted :http-versions both})))
    (is (= "HTTP/2.0" (protocol url {:insecure? true :http-versions [:http2]})))
    (testing "by a ready context, too, which must say the same"
      (let [context (TlsOptions/client trusted (Alpn/config ["h2" "http/1.1"]))]
        (is (= "HTTP/2.0" (protocol url {:ssl-context context :http-versions both})))
        (is (thrown-with-msg? ExceptionInfo #"more HTTP versions than desired"
                              (http/websocket-client url {:ssl-context context :http-versions [:http1]}))))))
  (testing "a server of HTTP/1.1"
    (with-server [url (telling {}) {:ssl-context made}]
      (is (= "HTTP/1.1" (protocol url {:ssl-context trusted :http-versions both})))
      (is (thrown-with-msg? WebSocketClientHandshakeException #"no version of HTTP inside TLS \(expected: h2\)"
                            @(http/websocket-client url {:ssl-context trusted :http-versions [:http2]}))))))

(deftest a-server-that-takes-no-extended-connect-gets-http1-on-another-connection
  (with-server [url (telling {}) (merge {:ssl-context made :http-versions both} without-connect)]
    (is (= "HTTP/1.1" (protocol url {:ssl-context trusted :http-versions both})))
    (is (= "HTTP/1.1" (protocol url {:insecure? true :http-versions both})))
    (is (= "HTTP/1.1" (protocol url {:ssl-context (TlsOptions/client trusted (Alpn/config ["h2" "http/1.1"]))
                                     :http-versions both})))
    (is (thrown-with-msg? WebSocketClientHandshakeException #"ENABLE_CONNECT_PROTOCOL"
                          @(http/websocket-client url {:ssl-context trusted :http-versions [:http2]}))))
  (with-server [url (telling {}) (merge h2c without-connect)]
    (is (thrown-with-msg? WebSocketClientHandshakeException #"ENABLE_CONNECT_PROTOCOL"
                          @(http/websocket-client url {:http-versions [:http2]})))))

(deftest versions-are-checked
  (doseq [[versions message] [[:http2 #":http-versions is :http2 \(expected: a vector of :http1 and :http2\)"]
                              [[] #":http-versions is \[\]"]
                              [[:http3] #":http-versions is :http3"]]]
    (is (thrown-with-msg? IllegalArgumentException message
                          (http/websocket-client "ws://localhost" {:http-versions versions})))))

(defn- noise ^bytes [size]
  (let [bytes (byte-array size)]
    (.nextBytes (Random. size) bytes)
    (Arrays/fill bytes (int (quot size 3)) (int (quot size 2)) (byte 7))
    bytes))

(deftest a-message-may-be-larger-than-every-window
  (doseq [compression? [false true]
          tls? [false true]]
    (with-server [url (telling {:max-message-size 4000000 :compression? compression?})
                  (if tls? {:ssl-context made :http-versions both} h2c)]
      (let [conn (realized (http/websocket-client url {:http-versions [:http2] :max-message-size 4000000
                                                       :compression? compression? :ssl-context trusted}))
            message (noise 3000000)]
        (is (= "HTTP/2.0" (realized (s/take! conn))))
        (is (true? (realized (s/put! conn message))))
        (is (Arrays/equals message ^bytes (realized (s/take! conn))))
        (s/close! conn)))))

(deftest many-sockets-live-at-the-same-time
  (with-server [url (telling {}) h2c]
    (let [conns (mapv realized (repeatedly 100 #(http/websocket-client url {:http-versions [:http2]})))]
      (doseq [conn conns]
        (is (= "HTTP/2.0" (realized (s/take! conn)))))
      (doseq [[i conn] (map-indexed vector conns)]
        (s/put! conn (str i)))
      (doseq [[i conn] (map-indexed vector conns)]
        (is (= (str i) (realized (s/take! conn)))))
      (run! s/close! conns)
      (Await/until "all connections are closed"
                   #(every? s/drained? conns)))))

(deftest a-server-that-stops-says-so
  (let [server (http/start-server (telling {}) (merge {:port 0 :shutdown-timeout 5} h2c))
        conn (realized (http/websocket-client (str "ws://localhost:" (netty/port server)) {:http-versions [:http2]}))]
    (is (= "HTTP/2.0" (realized (s/take! conn))))
    (.close ^Closeable server)
    (is (nil? (realized (s/take! conn))))
    (is (= 1001 (:websocket-close-code (:sink (s/description conn)))))))
