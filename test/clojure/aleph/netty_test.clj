(ns aleph.netty-test
  (:require
   [aleph.netty :as netty]
   [clj-commons.byte-streams :as bs]
   [clojure.test :refer [deftest is testing]]
   [manifold.deferred :as d]
   [manifold.stream :as s])
  (:import
   (io.netty.buffer ByteBuf Unpooled)
   (io.netty.channel Channel ChannelHandler ChannelHandlerContext)
   (io.netty.channel.embedded EmbeddedChannel)
   (io.netty.handler.logging LogLevel)
   (io.netty.handler.ssl SslContext)
   (io.netty.handler.timeout IdleStateEvent)
   (io.netty.util.concurrent DefaultPromise GlobalEventExecutor)
   (java.io Closeable)
   (java.net InetSocketAddress)
   (java.util.concurrent CancellationException)))

(set! *warn-on-reflection* true)

(defn- text [^ByteBuf buf]
  (String. (netty/release-buf->array buf)))

(defn- embedded ^EmbeddedChannel [handlers]
  (EmbeddedChannel. ^"[Lio.netty.channel.ChannelHandler;" (into-array ChannelHandler handlers)))

(deftest everything-becomes-a-buffer
  (doseq [x ["foo" (.getBytes "foo") (io.netty.util.AsciiString. "foo")
             (java.nio.ByteBuffer/wrap (.getBytes "foo")) (Unpooled/copiedBuffer (.getBytes "foo"))
             (java.io.ByteArrayInputStream. (.getBytes "foo"))
             [(.getBytes "f") "oo"]]] ; [B]: this hung
    (is (= "foo" (text (netty/to-byte-buf x))) (str (class x))))
  (is (= "" (text (netty/to-byte-buf nil))))
  (testing "arrays are copied"
    (let [a (.getBytes "foo"), buf (netty/to-byte-buf a)]
      (aset a 0 (byte 0))
      (is (= "foo" (text buf)))))
  (is (thrown? IllegalArgumentException (netty/to-byte-buf (Object.))))
  (let [ch (EmbeddedChannel.)]
    (is (= "foo" (text (netty/to-byte-buf ch "foo"))))
    (.finish ch))
  (let [buf (Unpooled/buffer), more (Unpooled/copiedBuffer (.getBytes "d"))]
    (run! #(netty/append-to-buf! buf %) ["a" (.getBytes "b") (java.nio.ByteBuffer/wrap (.getBytes "c")) more])
    (is (zero? (.refCnt more)))
    (is (= "abcd" (text buf))))
  (let [bufs (mapv #(Unpooled/copiedBuffer (.getBytes ^String %)) ["a" "b"])]
    (is (= "ab" (String. (netty/bufs->array bufs))))
    (run! netty/release bufs)))

(deftest streams-of-buffers-are-cut-to-size
  (doseq [x ["abcdefg" (.getBytes "abcdefg") (java.io.ByteArrayInputStream. (.getBytes "abcdefg"))]]
    (let [found (mapv text (s/stream->seq (netty/to-byte-buf-stream x 3)))]
      (is (= "abcdefg" (apply str found)))
      (is (every? #(<= (count %) 3) found)))))

(deftest references-are-counted
  (let [buf (Unpooled/buffer)]
    (is (identical? buf (netty/acquire buf)))
    (is (= 2 (.refCnt buf)))
    (netty/release buf)
    (netty/release buf)
    (is (zero? (.refCnt buf))))
  (is (= "x" (netty/acquire "x") (netty/release "x"))))

(deftest futures-become-deferreds
  (is (nil? (netty/wrap-future nil)))
  (let [p (DefaultPromise. GlobalEventExecutor/INSTANCE), d (netty/wrap-future p)]
    (.setSuccess p 1)
    (is (= 1 @d)))
  (let [p (DefaultPromise. GlobalEventExecutor/INSTANCE)]
    (.cancel p true)
    (is (thrown? CancellationException @(netty/wrap-future p)))))

(deftest handlers-are-made-of-events
  (let [seen (atom [])
        handler (netty/channel-handler
                 :channel-read ([_ ctx msg]
                                (swap! seen conj msg)
                                (.fireChannelRead ctx (str msg "!")))
                 :write ([_ ctx msg promise]
                         (.write ctx (str msg "?") promise)))
        ch (embedded [handler])]
    (.writeInbound ch (object-array ["in"]))
    (.writeOutbound ch (object-array ["out"]))
    (is (= ["in"] @seen))
    (is (= "in!" (.readInbound ch)))
    (is (= "out?" (.readOutbound ch)))
    (.finish ch))
  (testing "as one map, and what is left out is passed on"
    (let [active (promise)
          handler (netty/channel-inbound-handler {:user-event-triggered ([_ _ e] (deliver active e))})
          ch (embedded [handler (netty/channel-outbound-handler)])]
      (.fireUserEventTriggered (.pipeline ch) ::event)
      (is (= ::event @active))
      (.writeInbound ch (object-array ["in"]))
      (is (= "in" (.readInbound ch)))
      (.finish ch)))
  (is (thrown? Exception (eval `(netty/channel-handler :no-such-event ([_# _#]))))))

(deftest idle-channels-are-closed
  (let [ch (EmbeddedChannel.)]
    (netty/add-idle-handlers (.pipeline ch) 0)
    (is (nil? (.get (.pipeline ch) "idle")))
    (netty/add-idle-handlers (.pipeline ch) 1000)
    (is (some? (.get (.pipeline ch) "idle")))
    (netty/remove-if-present (.pipeline ch) io.netty.handler.timeout.IdleStateHandler)
    (is (nil? (.get (.pipeline ch) "idle")))
    (.fireUserEventTriggered (.pipeline ch) IdleStateEvent/ALL_IDLE_STATE_EVENT)
    (.runPendingTasks ch)
    (is (not (.isOpen ch)))
    (.finish ch)))

(deftest a-paused-channel-hands-on-later
  (let [pause (netty/pause-handler), ch (embedded [pause])]
    (.writeInbound ch (object-array ["held"]))
    (is (nil? (.readInbound ch)))
    (.remove (.pipeline ch) ^ChannelHandler pause)
    (is (= "held" (.readInbound ch)))
    (.finish ch)))

(deftest attributes-are-kept-by-channels
  (let [ch (EmbeddedChannel.), k (netty/attribute "aleph.netty-test")]
    (netty/set-attribute ch k 1)
    (is (= 1 (netty/get-attribute ch k)))
    (.finish ch)))

(deftest names-are-coerced
  (is (= LogLevel/WARN (netty/coerce-log-level :warn) (netty/coerce-log-level LogLevel/WARN)))
  (is (thrown? IllegalArgumentException (netty/coerce-log-level :loud)))
  (is (thrown? IllegalArgumentException (netty/coerce-ssl-provider :none)))
  (is (thrown? IllegalArgumentException (netty/set-logger! :paper)))
  (is (thrown? IllegalArgumentException (netty/leak-detector-level! :some)))
  (is (thrown-with-msg? IllegalArgumentException #":http9" ; [B]: a NullPointerException
                        (netty/application-protocol-config [:http9])))
  (is (= ["h2" "http/1.1"]
         (.supportedProtocols (netty/application-protocol-config [:http2 :http1]))
         (.supportedProtocols (netty/application-protocol-config ["h2" "http/1.1"]))))
  (is (= [:nio :epoll :kqueue]
         [(netty/determine-transport nil false) (netty/determine-transport nil true)
          (netty/determine-transport :kqueue true)]))
  (is (pos? (long (netty/get-default-event-loop-threads))))
  (is (= [15 30000 "HTTPS" 53] [netty/default-shutdown-timeout netty/default-connect-timeout
                                netty/default-ssl-endpoint-id-alg netty/dns-default-port])))

(deftest a-protocol-of-ones-own
  (let [closed (promise)
        server (netty/start-server
                {:pipeline-builder
                 (fn [^io.netty.channel.ChannelPipeline p]
                   (.addLast p "echo"
                             ^ChannelHandler (netty/channel-inbound-handler
                                              :channel-read ([_ ctx msg] (netty/write-and-flush ctx msg)))))
                 :socket-address (InetSocketAddress. 0)
                 :on-close #(deliver closed true)
                 :shutdown-timeout 0})
        group (netty/make-channel-group)
        input (promise)
        ch (deref (netty/create-client-chan
                   {:remote-address (InetSocketAddress. "localhost" (int (netty/port server)))
                    :pipeline-builder
                    (fn [^io.netty.channel.ChannelPipeline p]
                      (let [in (promise)]
                        (.addLast p "tracker" ^ChannelHandler (netty/channel-tracking-handler group))
                        (.addLast p "handler"
                                  ^ChannelHandler
                                  (netty/channel-inbound-handler
                                   :handler-added ([_ ctx] (deliver in (netty/source ctx))
                                                   (deliver input @in))
                                   :channel-read ([_ ctx msg] (netty/put! (netty/channel ctx) @in msg))))))})
                  20000 :too-late)
        out (netty/sink ch)]
    (is (re-find #"^AlephServer\[channel:.+, transport:nio\]$" (pr-str server)))
    (is (contains? (set group) ch))
    (is (= ch @(netty/maybe-ssl-handshake-future ch)))
    (is (nil? (netty/channel-ssl-session ch)))
    (is (= "127.0.0.1" (netty/channel-remote-address ch)))
    (is (= ::on-loop @(netty/safe-execute ch ::on-loop)))
    (is (true? @(s/put! out "foo")))
    (is (= "foo" (text @(s/take! @input))))
    (is (= ch (:aleph/channel (meta out))))
    (s/close! out)
    (is (nil? @(s/take! @input)))
    (.close ^Closeable server)
    (netty/wait-for-close server)
    (is (true? (deref closed 20000 :too-late)))))

(deftest contexts-are-made
  (is (.isServer ^SslContext (netty/self-signed-ssl-context)))
  (is (.isServer ^SslContext (netty/self-signed-ssl-context "example.com" {:protocols ["TLSv1.3"]})))
  (is (.isClient ^SslContext (netty/ssl-client-context)))
  (is (.isClient ^SslContext (netty/insecure-ssl-client-context)))
  (is (thrown-with-msg? IllegalArgumentException #"ssl context arguments invalid" (netty/ssl-server-context)))
  (let [ch (EmbeddedChannel.), context (netty/ssl-client-context)
        handler (netty/ssl-handler ch context (InetSocketAddress/createUnresolved "example.com" 443))]
    (is (= ["example.com" 443 "HTTPS"]
           [(.getPeerHost (.engine handler)) (.getPeerPort (.engine handler))
            (.getEndpointIdentificationAlgorithm (.getSSLParameters (.engine handler)))]))
    (.finish ch)))
