(ns aleph.http-websocket-test
  "WebSockets by Aleph's API, with both sides in this process. Marks such as [B] are of the behaviours
  where Aleph is followed only as far as it is right."
  (:require
   [aleph.http :as http]
   [aleph.netty :as netty]
   [aleph.versions :as versions]
   [clojure.string :as str]
   [clojure.test :refer [deftest is testing use-fixtures]]
   [manifold.bus :as bus]
   [manifold.deferred :as d]
   [manifold.stream :as s]
   [weir.websocket :as ws])
  (:import
   (io.netty.buffer ByteBuf)
   (io.netty.channel ChannelHandlerContext ChannelInboundHandlerAdapter)
   (io.netty.handler.codec.http.websocketx
    ContinuationWebSocketFrame TextWebSocketFrame WebSocketClientHandshakeException)
   (java.net ConnectException)
   (java.util.concurrent TimeoutException)))

(set! *warn-on-reflection* true)

(use-fixtures :each versions/each-websocket-version)

(def ^:private limit 20000)

(defn- realized [d]
  (let [v (deref d limit ::late)]
    (is (not= ::late v))
    v))

(defmacro with-server
  "Runs `body` with `url` bound to that of a server for `handler`."
  [[url handler options] & body]
  `(with-open [server# ^java.io.Closeable (http/start-server ~handler
                                                             (merge {:port 0 :shutdown-timeout 1} ~options))]
     (let [~url (str "ws://localhost:" (netty/port server#) "/")]
       ~@body)))

(defn- echo [options]
  (fn [req]
    (d/chain (http/websocket-connection req options)
             (fn [conn] (s/connect conn conn)))))

(defn- collector
  "A handler that delivers its connection to a promise."
  [p options]
  (fn [req]
    (d/chain (http/websocket-connection req options)
             (fn [conn] (deliver p conn) nil))))

(deftest messages-go-both-ways
  (doseq [options [{} {:executor :none}]]
    (with-server [url (echo {}) options]
      (let [conn (realized (http/websocket-client url))]
        (is (true? (realized (s/put! conn "hello"))))
        (is (= "hello" (realized (s/take! conn))))
        (testing "bytes of every kind are binary"
          (doseq [x [(.getBytes "bytes") (java.nio.ByteBuffer/wrap (.getBytes "bytes"))
                     ["by" "tes"]]]
            (is (true? (realized (s/put! conn x))))
            (is (= "bytes" (String. ^bytes (realized (s/take! conn)))))))
        (testing "any CharSequence is text"
          (realized (s/put! conn (StringBuilder. "built")))
          (is (= "built" (realized (s/take! conn)))))
        (testing "nil is an empty binary message [Q]"
          (realized (s/put! conn nil))
          (is (= 0 (alength ^bytes (realized (s/take! conn))))))
        (testing "Netty's frames go as they are"
          (realized (s/put! conn (TextWebSocketFrame. false 0 "in ")))
          (realized (s/put! conn (ContinuationWebSocketFrame. true 0 "parts")))
          (is (= "in parts" (realized (s/take! conn)))))
        (is (some? (:aleph/channel (meta conn))))
        (s/close! conn)
        (is (false? (realized (s/put! conn "late"))))
        (is (nil? (realized (s/take! conn))))
        (is (s/drained? conn))))))

(deftest what-cannot-be-sent-closes-the-connection
  (with-server [url (echo {}) {}]
    (let [conn (realized (http/websocket-client url))]
      (is (false? (realized (s/put! conn 12))))
      (is (nil? (realized (s/take! conn))))
      (is (s/closed? conn)))))

(deftest a-handlers-result-is-dropped
  (with-server [url (fn [req]
                      (let [conn @(http/websocket-connection (into {} req))] ; [B]: of a copy
                        (s/connect conn conn)
                        {:status 500 :body "dropped"}))
                {}]
    (let [conn (realized (http/websocket-client url))]
      (s/put! conn "x")
      (is (= "x" (realized (s/take! conn))))
      (s/close! conn))))

(deftest a-request-that-is-no-handshake-gets-400
  (let [error (promise)]
    (with-server [url (fn [req]
                        (-> (http/websocket-connection req)
                            (d/catch (fn [e] (deliver error e) {:status 400 :body "dropped"}))))
                  {}]
      (let [rsp (realized (http/get (str/replace url "ws:" "http:") {:throw-exceptions false}))]
        (is (= 400 (:status rsp)))
        (is (= "expected websocket request" (slurp (:body rsp))))
        (is (instance? io.netty.handler.codec.http.websocketx.WebSocketHandshakeException
                       (deref error limit nil)))))))

(deftest a-plain-map-cannot-be-upgraded
  (is (thrown-with-msg? IllegalArgumentException #"cannot be upgraded"
                        (http/websocket-connection {:request-method :get}))))

(deftest sub-protocols-are-chosen-by-the-server
  (with-server [url (echo {:sub-protocols ["b" "c"]}) {}]
    (let [conn (realized (http/websocket-client url {:sub-protocols "a,c,b"}))]
      (is (= "b" (get-in (s/description conn) [:sink :websocket-selected-subprotocol])))
      (s/close! conn))
    (testing "a client that asked for others fails"
      (is (thrown-with-msg? WebSocketClientHandshakeException #"Invalid subprotocol"
                            @(http/websocket-client url {:sub-protocols "x"})))))
  (testing "[B]: the header set by hand is reported"
    (let [p (promise)]
      (with-server [url (collector p {:headers {:sec-websocket-protocol "hand"}}) {}]
        (let [conn (realized (http/websocket-client url {:sub-protocols "hand"}))]
          (is (= "hand" (get-in (s/description (deref p limit nil))
                                [:sink :websocket-selected-subprotocol])))
          (is (= "hand" (get (get-in (s/description conn) [:sink :websocket-handshake-headers])
                             "sec-websocket-protocol")))
          (s/close! conn))))))

(deftest origins-are-checked
  (with-server [url (echo {:origin-check #(= "http://good" %)}) {}]
    (let [conn (realized (http/websocket-client url {:headers {:origin "http://good"}}))]
      (s/close! conn))
    (let [e (is (thrown? WebSocketClientHandshakeException @(http/websocket-client url)))]
      (is (= "Invalid handshake response getStatus: 403 Forbidden" (ex-message e)))
      (is (= 403 (:status (ex-data (ex-cause e)))))
      (is (= "origin not allowed" (:body (ex-data (ex-cause e))))))))

(deftest close-codes-are-told
  (let [p (promise)]
    (with-server [url (collector p {}) {}]
      (let [client (realized (http/websocket-client url))
            server (deref p limit nil)]
        (is (true? (realized (http/websocket-close! client 4001 "enough"))))
        (is (false? (realized (http/websocket-close! client 4002 "again"))))
        (is (false? (realized (s/put! client "late"))))
        (is (nil? (realized (s/take! server))))
        (testing "[B]: the server knows the peer's code"
          (is (= [4001 "enough"] ((juxt :websocket-close-code :websocket-close-msg)
                                  (:sink (s/description server))))))
        (is (nil? (realized (s/take! client))))
        (testing "[B]: the client has waited for the answer"
          (is (= 4001 (:websocket-close-code (:sink (s/description client)))))))))
  (testing "[B]: a client answers the server's Close"
    (let [p (promise)]
      (with-server [url (collector p {}) {}]
        (let [client (realized (http/websocket-client url))
              server (deref p limit nil)]
          (is (true? (realized (http/websocket-close! server 4003 "over"))))
          (is (nil? (realized (s/take! client))))
          (is (nil? (realized (s/take! server))))
          (is (= [4003 "over"] ((juxt :websocket-close-code :websocket-close-msg)
                                (:sink (s/description server)))))))))
  (testing "no code"
    (let [p (promise)]
      (with-server [url (collector p {}) {}]
        (let [client (realized (http/websocket-client url))
              server (deref p limit nil)]
          (is (true? (realized (http/websocket-close! server))))
          (is (nil? (realized (s/take! client))))
          (is (= -1 (:websocket-close-code (:sink (s/description client)))))
          (is (= "" (:websocket-close-msg (:sink (s/description client)))))))))
  (testing "codes that must not be sent, three of which are [B]"
    (with-server [url (echo {}) {}]
      (let [conn (realized (http/websocket-client url))]
        (doseq [code [0 999 1004 1005 1006 1015 5000]]
          (is (thrown? IllegalArgumentException (http/websocket-close! conn code))))
        (is (thrown? IllegalArgumentException
                     (http/websocket-close! conn 1000 (apply str (repeat 124 "x")))))
        (s/close! conn)))))

(deftest pings-are-answered
  (let [p (promise)]
    (with-server [url (collector p {}) {}]
      (let [client (realized (http/websocket-client url))
            server (deref p limit nil)]
        (is (true? (realized (http/websocket-ping client))))
        (is (true? (realized (http/websocket-ping server (d/deferred) "data"))))
        (is (thrown? IllegalArgumentException
                     (http/websocket-ping client (d/deferred) (apply str (repeat 126 "x")))))
        (s/close! client)
        (is (nil? (realized (s/take! client))))
        (is (false? (realized (http/websocket-ping client))))))))

(deftest compression-is-agreed-on
  (let [p (promise)
        text (apply str (repeat 1000 "the same again "))]
    (with-server [url (fn [req]
                        (deliver p (get-in req [:headers "sec-websocket-extensions"]))
                        ((echo {:compression? true :max-message-size 100000}) req))
                  {}]
      (let [conn (realized (http/websocket-client url {:compression? true
                                                       :max-message-size 100000}))]
        (is (= "permessage-deflate; client_max_window_bits" (deref p limit nil)))
        (is (= "permessage-deflate"
               (get-in (s/description conn) [:sink :websocket-selected-extensions])))
        (dotimes [_ 3]
          (realized (s/put! conn text))
          (is (= text (realized (s/take! conn)))))
        (s/close! conn))))
  (testing "[B]: a bomb is too big after decompression"
    (with-server [url (echo {:compression? true}) {}]
      (let [conn (realized (http/websocket-client url {:compression? true}))]
        (s/put! conn (apply str (repeat (* 2 1024 1024) " ")))
        (is (nil? (realized (s/take! conn))))
        (is (= 1009 (:websocket-close-code (:sink (s/description conn))))))))
  (testing "without extensions there is none"
    (with-server [url (echo {}) {}]
      (is (thrown-with-msg? IllegalArgumentException #":extensions\? is false"
                            @(http/websocket-client url {:compression? true :extensions? false}))))))

(deftest raw-streams-are-of-buffers-and-raw-frames-of-frames
  (doseq [[options check] [[{:raw-stream? true}
                            (fn [conn]
                              (let [^ByteBuf b (realized (s/take! conn))]
                                (is (= "ab" (.toString b java.nio.charset.StandardCharsets/UTF_8)))
                                (.release b)))]
                           [{:raw-frames? true}
                            (fn [conn]
                              (is (= "a" (.text ^TextWebSocketFrame (realized (s/take! conn)))))
                              (let [f ^ContinuationWebSocketFrame (realized (s/take! conn))]
                                (is (= "b" (.text f)))
                                (is (.isFinalFragment f))))]]]
    (let [p (promise)]
      (with-server [url (collector p options) {}]
        (let [client (realized (http/websocket-client url))]
          (s/put! client (TextWebSocketFrame. false 0 "a"))
          (s/put! client (ContinuationWebSocketFrame. true 0 "b"))
          (check (deref p limit nil))
          (s/close! client))))))

(deftest a-slow-reader-stops-the-sender
  (let [p (promise)]
    (with-server [url (collector p {}) {}]
      (let [client (realized (http/websocket-client url))
            server (deref p limit nil)
            message (apply str (repeat 60000 "x"))
            puts (loop [puts [] n 0]
                   (let [put (s/put! client message)]
                     (if (or (= n 1000)
                             (= ::stuck (deref put 300 ::stuck)))
                       (conj puts put)
                       (recur (conj puts put) (inc n)))))]
        (is (< (count puts) 1000))
        (is (not (d/realized? (peek puts))))
        (dotimes [_ (count puts)]
          (is (= 60000 (count (realized (s/take! server))))))
        (is (true? (realized (peek puts))))
        (s/close! client)))))

(deftest pipeline-transforms-see-frames
  (let [seen (atom [])]
    (with-server [url (echo {:pipeline-transform
                             (fn [^io.netty.channel.ChannelPipeline pipeline]
                               (.addBefore pipeline "websocket-handler" "spy"
                                           (proxy [ChannelInboundHandlerAdapter] []
                                             (channelRead [^ChannelHandlerContext ctx msg]
                                               (swap! seen conj (class msg))
                                               (.fireChannelRead ctx msg)))))})
                  {}]
      (let [conn (realized (http/websocket-client url))]
        (s/put! conn "x")
        (is (= "x" (realized (s/take! conn))))
        (is (= [TextWebSocketFrame] @seen))
        (s/close! conn)))))

(deftest clients-fail-as-they-should
  (is (thrown? IllegalArgumentException ; [B]: an AssertionError
               (http/websocket-client "http://localhost:1/")))
  (is (thrown? ConnectException @(http/websocket-client "ws://localhost:1/")))
  (testing "[B]: a server that does not answer"
    (with-open [silent (java.net.ServerSocket. 0)]
      (is (thrown? TimeoutException
                   @(http/websocket-client (str "ws://localhost:" (.getLocalPort silent))
                                           {:handshake-timeout 50})))))
  (with-server [url (constantly {:status 404 :headers {:x-why "no"} :body "nothing here"}) {}]
    (let [e (is (thrown? WebSocketClientHandshakeException @(http/websocket-client url)))]
      (is (= {:status 404 :body "nothing here"} (dissoc (ex-data (ex-cause e)) :headers)))
      (is (= "no" (get-in (ex-data (ex-cause e)) [:headers "x-why"]))))))

(deftest a-message-for-many-is-published-on-a-bus
  (let [topic (bus/event-bus)]
    (with-server [url (fn [req]
                        (d/chain (http/websocket-connection req {:compression? true})
                                 (fn [conn]
                                   (s/connect (bus/subscribe topic :news) conn)
                                   (s/put! conn "subscribed"))))
                  {}]
      (let [conns (mapv #(realized (http/websocket-client url {:compression? (odd? %)})) (range 4))]
        (doseq [conn conns]
          (is (= "subscribed" (realized (s/take! conn)))))
        (dotimes [i 3]
          (realized (bus/publish! topic :news (ws/prepare (str "news " i))))
          (doseq [conn conns]
            (is (= (str "news " i) (realized (s/take! conn))))))
        (run! s/close! conns)))))
