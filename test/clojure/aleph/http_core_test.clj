(ns aleph.http-core-test
  (:require
   [aleph.http :as http]
   [aleph.http.common :as common]
   [aleph.http.core :as core]
   [aleph.http.schema :as schema]
   [aleph.http.server :as server]
   [clj-commons.byte-streams :as bs]
   [clojure.java.io :as io]
   [clojure.string :as str]
   [clojure.test :refer [deftest is testing]]
   [manifold.stream :as s]
   [weir.tls :as tls])
  (:import
   (aleph.http AlephChannelInitializer)
   (io.netty.bootstrap ServerBootstrap)
   (io.netty.channel Channel ChannelFuture ChannelHandler ChannelHandlerContext ChannelInboundHandlerAdapter
                     MultiThreadIoEventLoopGroup)
   (io.netty.channel.embedded EmbeddedChannel)
   (io.netty.channel.nio NioIoHandler)
   (io.netty.channel.socket.nio NioServerSocketChannel)
   (io.netty.handler.codec.http DefaultHttpHeaders HttpMethod HttpObjectAggregator
                                HttpRequest HttpServerCodec)
   (io.netty.handler.ssl SslContext SslContextBuilder)
   (io.netty.util ReferenceCountUtil)
   (java.io ByteArrayInputStream File)
   (java.net InetSocketAddress)
   (java.util Date)
   (java.util.concurrent CompletableFuture TimeUnit)
   (weir.http HttpServer)))

(set! *warn-on-reflection* true)

(deftest headers-go-both-ways
  (let [h (DefaultHttpHeaders.)]
    (core/map->headers! h {:x-one 1, "set-cookie" ["a=1" "b=2"], "Date" (Date. 0)})
    (is (= ["a=1" "b=2"] (.getAll h "Set-Cookie")))
    (let [m (core/headers->map h)]
      (is (= "1" (get m "X-One") (:x-one m)))
      (is (= "Thu, 01 Jan 1970 00:00:00 GMT" (get m "date")))
      (is (= ["a=1" "b=2"] (common/get-header-values m "SET-COOKIE") (http/get-all m "set-cookie"))))
    (is (= "X-Request-Id" (core/normalize-header-key "x-request-id")))))

(deftest a-header-that-cannot-be-sent-is-refused
  (is (thrown-with-msg? IllegalArgumentException #"X-One"
                        (core/map->headers! (DefaultHttpHeaders.) {"x-one" nil})))
  (is (thrown? IllegalArgumentException (core/map->headers! (DefaultHttpHeaders.) {"a b" "c"}))))

(deftest a-request-map-becomes-a-message-and-one-again
  (let [req {:request-method :post, :uri "/a", :query-string "b=c", :headers {"host" "x"}}
        msg (core/ring-request->netty-request req)
        back (core/netty-request->ring-request msg true nil "body")]
    (is (= HttpMethod/POST (.method msg)))
    (is (= "/a?b=c" (.uri msg)))
    (is (= (merge req {:scheme :https, :body "body"})
           (select-keys back [:request-method :uri :query-string :headers :scheme :body])))
    (is (nil? (core/ring-request-ssl-session back)))))

(deftest a-full-request-has-its-body
  (let [msg (core/ring-request->full-netty-request {:request-method "put", :body "äb"})]
    (is (= "äb" (.toString (.content msg) java.nio.charset.StandardCharsets/UTF_8)))
    (ReferenceCountUtil/release msg))
  (is (thrown-with-msg? IllegalArgumentException #":body is a manifold|:body is a weir"
                        (core/ring-request->full-netty-request {:request-method :put, :body (s/stream)}))))

(deftest a-response-map-becomes-a-message-and-one-again
  (let [msg (core/ring-response->netty-response {:headers {"x-a" "b"}})]
    (is (= 200 (.code (.status msg))))
    (is (false? (core/has-content-length? msg)))
    (core/try-set-content-length! msg 5)
    (core/try-set-content-length! msg 6)
    (is (= "5" (.get (.headers msg) "content-length")))
    (let [rsp (core/netty-response->ring-response msg true nil)]
      (is (= 200 (:status rsp)))
      (is (= "b" (get-in rsp [:headers "x-a"])))
      (is (false? (:aleph/keep-alive? rsp))))))

(defn- answering
  "A handler for Netty's own codec that answers by `send-message`."
  [sent body]
  (proxy [ChannelInboundHandlerAdapter] []
    (channelRead [^ChannelHandlerContext ctx ^HttpRequest msg]
      (let [keep-alive? (= "/keep" (.uri msg))]
        (ReferenceCountUtil/release msg)
        (.addListener ^ChannelFuture
                      (core/send-message (.channel ctx) keep-alive? false
                                         (core/ring-response->netty-response {:status 200})
                                         (body))
                      (reify io.netty.util.concurrent.GenericFutureListener
                        (operationComplete [_ f]
                          (.complete ^CompletableFuture sent
                                     (.isSuccess ^io.netty.util.concurrent.Future f)))))))))

(defn- with-netty-server [handler f]
  (let [group (MultiThreadIoEventLoopGroup. 1 (NioIoHandler/newFactory))]
    (try
      (let [initializer (AlephChannelInitializer.
                         (fn [^Channel ch]
                           (.addLast (.pipeline ch)
                                     ^"[Lio.netty.channel.ChannelHandler;"
                                     (into-array ChannelHandler
                                                 [(HttpServerCodec.)
                                                  (HttpObjectAggregator. 1024)
                                                  (handler)]))))
            bootstrap (ServerBootstrap.)
            _ (.group bootstrap group)
            _ (.channel bootstrap NioServerSocketChannel)
            _ (.childHandler bootstrap initializer)
            ^ChannelFuture bound (.bind bootstrap (InetSocketAddress. "localhost" 0))
            channel (.channel (.syncUninterruptibly bound))]
        (f (str "http://localhost:" (.getPort ^InetSocketAddress (.localAddress channel)))))
      (finally
        (.syncUninterruptibly (.shutdownGracefully group 0 1000 TimeUnit/MILLISECONDS))))))

(deftest send-message-sends-every-kind-of-body-through-nettys-codec
  (let [file (doto (File/createTempFile "weir" ".txt") .deleteOnExit (spit "from a file"))]
    (doseq [[body expected framing] [[(constantly "text") "text" "content-length"]
                                     [(constantly nil) "" "content-length"]
                                     [#(.getBytes "bytes") "bytes" "content-length"]
                                     [(constantly file) "from a file" "content-length"]
                                     [#(list "a" "b" 1) "ab1" "transfer-encoding"]
                                     [#(s/->source ["x" "y"]) "xy" "transfer-encoding"]
                                     [#(io/input-stream (ByteArrayInputStream. (.getBytes "stream")))
                                      "stream" "transfer-encoding"]]
            path ["/keep" "/close"]]
      (testing (str expected path)
        (let [sent (CompletableFuture.)]
          (with-netty-server
            #(answering sent body)
            (fn [url]
              (let [rsp @(http/get (str url path))]
                (is (= expected (bs/to-string (:body rsp))))
                (is (contains? (:headers rsp) framing))
                (is (true? (.get sent 10 TimeUnit/SECONDS)))))))))))

(deftest send-message-to-a-closed-channel-fails-and-closes-the-body
  (let [ch (doto (EmbeddedChannel.) .close)
        body (s/stream)
        ^ChannelFuture sent (core/send-message ch true false (core/ring-response->netty-response {}) body)]
    (.runPendingTasks ch)
    (is (some? (.cause sent)))
    (is (s/closed? body))))

(deftest a-request-of-the-server-has-a-tls-session-only-with-tls
  (with-open [^HttpServer server (server/start-server
                                  (fn [req] {:status 200, :body (pr-str (core/ring-request-ssl-session req))})
                                  {:port 0})]
    (is (= "nil" (bs/to-string (:body @(http/get (str "http://localhost:" (.port server)))))))))

(deftest an-error-response-is-a-500-in-plain-text
  (is (= {:status 500, :headers {"content-type" "text/plain"}, :body "Internal Server Error"}
         (server/error-response (ex-info "on purpose" {})))))

(def ^:private pair (delay (tls/self-signed "localhost")))

(deftest a-tls-context-is-held-against-the-versions
  (let [builder (SslContextBuilder/forServer ^java.security.PrivateKey (:private-key @pair)
                                             ^"[Ljava.security.cert.X509Certificate;"
                                             (into-array java.security.cert.X509Certificate
                                                         (:certificate-chain @pair)))]
    (is (instance? SslContext (common/ensure-consistent-alpn-config builder [:http1])))
    (is (thrown-with-msg? clojure.lang.ExceptionInfo #"no ALPN config"
                          (common/ensure-consistent-alpn-config builder [:http2 :http1])))))

(deftest requests-are-checked-by-schema
  (is (schema/valid-request? {:request-method :get, :server-name "a", :server-port 80, :x 1}))
  (is (nil? (schema/explain-request {:request-method "GET"})))
  (is (= [[:request-method]] (map :path (:errors (schema/explain-request {})))))
  (is (= #{[:scheme] [:server-port]}
         (set (map :path (:errors (schema/explain-request
                                   {:request-method :get, :scheme "http", :server-port "80"}))))))
  (is (false? (schema/valid-request? nil))))

(deftest the-date-is-that-of-a-date-header
  (is (str/ends-with? (common/rfc-1123-date-string) " GMT")))

(deftest websocket-handshakes-are-told-by-their-headers
  (is (true? (server/websocket-upgrade-request?
              {:headers {:connection "keep-alive, Upgrade", :upgrade "WebSocket"}})))
  (is (true? (server/websocket-upgrade-request?
              {:headers {"connection" "upgrade", "upgrade" "websocket"}})))
  (is (false? (server/websocket-upgrade-request?
               {:headers {"connection" "close", "upgrade" "websocket"}})))
  (is (false? (server/websocket-upgrade-request? {:headers {"connection" "upgrade", "upgrade" "h2c"}})))
  (is (false? (server/websocket-upgrade-request? {:headers {}}))))
