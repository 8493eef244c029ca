(ns aleph.websocket-client-test
  "How WebSocket clients find their server, whom they trust, and what they do when nothing moves. Those
  behind proxies are in aleph.proxy-test."
  (:require
   [aleph.http :as http]
   [aleph.netty :as netty]
   [aleph.versions :as versions]
   [clojure.test :refer [deftest is testing use-fixtures]]
   [manifold.deferred :as d]
   [manifold.stream :as s]
   [weir.tls :as tls])
  (:import
   (io.netty.channel ChannelHandlerContext ChannelInboundHandlerAdapter ChannelPipeline)
   (io.netty.handler.codec.http.websocketx PingWebSocketFrame)
   (io.netty.resolver AddressResolverGroup InetNameResolver)
   (io.netty.util ReferenceCountUtil)
   (io.netty.util.concurrent Promise)
   (java.io Closeable)
   (java.net BindException InetAddress InetSocketAddress ServerSocket UnknownHostException)
   (java.util.concurrent CancellationException)
   (javax.net.ssl SSLHandshakeException)
   (weir.testing Await)))

(set! *warn-on-reflection* true)

(use-fixtures :each versions/each-websocket-version)

(def ^:private limit 20000)
(def ^:private made (tls/self-signed "localhost"))
(def ^:private trusting {:ssl-context {:trust-store (:certificate-chain made)}})

(defn- realized [d]
  (let [v (deref d limit ::late)]
    (is (not= ::late v))
    v))

(defn- echo [options]
  (fn [req]
    (d/chain (http/websocket-connection req options)
             (fn [conn] (s/connect conn conn)))))

(defmacro ^:private with-server [[port handler options] & body]
  `(with-open [server# ^Closeable (http/start-server ~handler (merge {:port 0 :shutdown-timeout 0} ~options))]
     (let [~port (netty/port server#)]
       ~@body)))

(defn- echoed
  "Returns what a server at `url` sends back."
  [url options]
  (let [conn (realized (http/websocket-client url options))]
    (s/put! conn "there and back")
    (let [m (realized (s/take! conn))]
      (s/close! conn)
      m)))

;;; ---- wss

(deftest wss-verifies-certificate-and-name
  (with-server [port (echo {}) {:ssl-context made}]
    (let [url (str "wss://localhost:" port "/")]
      (is (= "there and back" (echoed url trusting)))
      (testing "a certificate that nobody vouches for"
        (is (thrown-with-msg? SSLHandshakeException #"unknown CA" @(http/websocket-client url))))
      (testing "the name of another host"
        (let [by-address (str "wss://127.0.0.1:" port "/")]
          (is (thrown-with-msg? SSLHandshakeException #"another host name"
                                @(http/websocket-client by-address trusting)))
          (is (= "there and back" (echoed by-address (assoc trusting :ssl-endpoint-id-alg nil))))))))
  (testing "TLS where there is none"
    (with-server [port (echo {}) {}]
      (is (thrown-with-msg? SSLHandshakeException #"does not speak TLS"
                            @(http/websocket-client (str "wss://localhost:" port "/")))))))

(deftest insecure-trusts-every-certificate-for-every-name
  (with-server [port (echo {:compression? true}) {:ssl-context (tls/self-signed "elsewhere.example")}]
    (is (= "there and back" (echoed (str "wss://localhost:" port "/")
                                    {:insecure? true :compression? true})))))

;;; ---- addresses and names

(deftest a-local-address-is-connected-from
  (let [seen (promise)]
    (with-server [port (fn [req] (deliver seen (:remote-addr req)) ((echo {}) req)) {}]
      (is (= "there and back" (echoed (str "ws://127.0.0.1:" port)
                                      {:local-address (InetSocketAddress. "127.0.0.2" 0)})))
      (is (= "127.0.0.2" (deref seen limit nil)))
      (testing "one that is not ours"
        (is (thrown? BindException
                     @(http/websocket-client (str "ws://127.0.0.1:" port)
                                             {:local-address (InetSocketAddress. "192.0.2.1" 0)}))))
      (is (thrown-with-msg? IllegalArgumentException #":local-address is \"x\""
                            (http/websocket-client "ws://localhost" {:local-address "x"}))))))

(defn- resolving
  "Resolvers that know one name."
  ^AddressResolverGroup [known addresses]
  (let [answer (fn [^Promise promise name found]
                 (if (= known name)
                   (.setSuccess promise found)
                   (.setFailure promise (UnknownHostException. name))))]
    (proxy [AddressResolverGroup] []
      (newResolver [executor]
        (.asAddressResolver
         ^InetNameResolver
         (proxy [InetNameResolver] [executor]
           (doResolve [name promise] (answer promise name (first addresses)))
           (doResolveAll [name promise] (answer promise name addresses))))))))

(deftest names-are-resolved-by-the-resolver-given ; #488
  (with-server [port (echo {}) {}]
    (let [options {:name-resolver (resolving "chat.test" [(InetAddress/getByName "127.0.0.1")])}]
      (is (= "there and back" (echoed (str "ws://chat.test:" port) options)))
      (is (thrown? UnknownHostException @(http/websocket-client "ws://other.test/" options))))
    (is (thrown-with-msg? IllegalArgumentException #":name-resolver is :pigeon"
                          (http/websocket-client "ws://localhost" {:name-resolver :pigeon}))))
  (testing "the next address is tried when one refuses, as RFC 8305 has it"
    (with-server [port (echo {}) {:socket-address (InetSocketAddress. "127.0.0.1" 0)}]
      (is (= "there and back"
             (echoed (str "ws://two.test:" port)
                     {:name-resolver (resolving "two.test" [(InetAddress/getByName "127.0.0.9")
                                                            (InetAddress/getByName "127.0.0.1")])}))))))

;;; ---- giving up

(deftest whoever-realizes-the-deferred-gives-the-attempt-up
  (with-open [silent (ServerSocket. 0)]
    (let [d (http/websocket-client (str "ws://localhost:" (.getLocalPort silent)))]
      (with-open [socket (.accept silent)]
        (.setSoTimeout socket limit)
        (is (pos? (.read (.getInputStream socket))) "the handshake has begun")
        (d/error! d (CancellationException. "not any more"))
        (is (thrown? CancellationException @d))
        (is (<= 0 (count (.readAllBytes (.getInputStream socket)))) "the connection is closed")))))

;;; ---- heartbeats

(defn- before-the-session
  "A :pipeline-transform that shows `f` each frame before the session sees it, which it does not when `f`
  returns false."
  [f]
  (fn [^ChannelPipeline pipeline]
    (.addBefore pipeline "websocket-handler" "spy"
                (proxy [ChannelInboundHandlerAdapter] []
                  (channelRead [^ChannelHandlerContext ctx msg]
                    (if (false? (f msg))
                      (ReferenceCountUtil/release msg)
                      (.fireChannelRead ctx msg)))))))

(deftest heartbeats-ping-when-nothing-moves
  (let [beats (atom [])
        note #(when (instance? PingWebSocketFrame %)
                (swap! beats conj (.toString (.content ^PingWebSocketFrame %)
                                             java.nio.charset.StandardCharsets/UTF_8)))]
    (testing "of a client"
      (with-server [port (echo {:pipeline-transform (before-the-session note)}) {}]
        (let [conn (realized (http/websocket-client (str "ws://localhost:" port)
                                                    {:heartbeats {:send-after-idle 20 :payload "beat"
                                                                  :timeout limit}}))]
          (Await/until "the second beat" #(< 1 (count @beats)))
          (is (= #{"beat"} (set @beats)))
          (is (not (s/closed? conn)) "the answers keep it open")
          (s/close! conn))))
    (testing "of a server, without a payload"
      (reset! beats [])
      (with-server [port (echo {:heartbeats {:send-after-idle 20}}) {}]
        (let [conn (realized (http/websocket-client (str "ws://localhost:" port)
                                                    {:pipeline-transform (before-the-session note)}))]
          (Await/until "the second beat" #(< 1 (count @beats)))
          (is (= #{""} (set @beats)))
          (s/close! conn))))))

(defn- deaf [msg]
  (not (instance? PingWebSocketFrame msg)))

(deftest a-peer-that-does-not-answer-is-given-up-without-a-close-frame ; [Q]
  (testing "by a client"
    (with-server [port (echo {:pipeline-transform (before-the-session deaf)}) {}]
      (let [conn (realized (http/websocket-client (str "ws://localhost:" port)
                                                  {:heartbeats {:send-after-idle 20 :timeout 20}}))]
        (is (nil? (realized (s/take! conn))))
        (is (nil? (:websocket-close-code (:sink (s/description conn))))))))
  (testing "by a server"
    (with-server [port (echo {:heartbeats {:send-after-idle 20 :timeout 20}}) {}]
      (let [conn (realized (http/websocket-client (str "ws://localhost:" port)
                                                  {:pipeline-transform (before-the-session deaf)}))]
        (is (nil? (realized (s/take! conn))))
        (is (nil? (:websocket-close-code (:sink (s/description conn)))))))))

(deftest heartbeats-need-no-key ; [B]: a server's handshake failed
  (with-server [port (echo {:heartbeats {}}) {}]
    (is (= "there and back" (echoed (str "ws://localhost:" port) {:heartbeats {}}))))
  (doseq [[heartbeats message] [[{:send-after-idle 0} #":send-after-idle is 0"]
                                [{:timeout -1} #":timeout is -1"]
                                [{:payload (apply str (repeat 126 "x"))} #"125"]
                                [7 #":heartbeats is 7"]]]
    (is (thrown-with-msg? IllegalArgumentException message
                          (http/websocket-client "ws://localhost" {:heartbeats heartbeats})))))
