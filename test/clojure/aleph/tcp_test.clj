(ns aleph.tcp-test
  "TCP as Aleph programs use it, over real sockets and every transport of this machine."
  (:require
   [aleph.netty :as netty]
   [aleph.tcp :as tcp]
   [clj-commons.byte-streams :as bs]
   [clojure.test :refer [deftest is testing]]
   [manifold.deferred :as d]
   [manifold.stream :as s]
   [weir.tls :as tls])
  (:import
   (io.netty.bootstrap Bootstrap ServerBootstrap)
   (io.netty.buffer ByteBuf)
   (io.netty.channel ChannelOption)
   (io.netty.resolver AddressResolverGroup InetNameResolver)
   (java.io Closeable File)
   (java.net BindException ConnectException InetSocketAddress Socket UnknownHostException)
   (java.security KeyStore)
   (java.security.cert Certificate)
   (java.util.concurrent Executors ExecutorService)
   (java.util.concurrent.atomic AtomicLong)
   (java.util.function LongSupplier)
   (javax.net.ssl KeyManagerFactory SSLContext SSLHandshakeException SSLServerSocket SSLSession
                  SSLSocket)
   (weir.testing Await)))

(set! *warn-on-reflection* true)

(defmacro ^:private with-server [[port handler options] & body]
  `(let [server# (tcp/start-server ~handler (merge {:port 0 :shutdown-timeout 0} ~options))]
     (try
       (let [~port (netty/port server#)] ~@body)
       (finally (.close ^Closeable server#)))))

(defn- value [d] (deref d 20000 :too-late))

(defn- connect [port & {:as options}]
  (value (tcp/client (merge {:host "localhost" :port port} options))))

(defn- failure [d]
  (try
    (throw (AssertionError. (str "succeeded with " (value d))))
    (catch Exception e e)))

(defn- read-text
  "Takes until `n` characters have come."
  [s n]
  (loop [text ""]
    (if (< (count text) n)
      (let [m (value (s/take! s ::end))]
        (if (= ::end m) text (recur (str text (bs/to-string m)))))
      text)))

(defn- until-closed [s] (read-text s Long/MAX_VALUE))

(defn- echo [s _] (s/connect s s))

(def ^:private transports
  (cond-> [:nio]
    (netty/epoll-available?) (conj :epoll)
    (netty/kqueue-available?) (conj :kqueue)
    (netty/io-uring-available?) (conj :io-uring)))

(deftest what-is-sent-comes-back-over-every-transport
  (doseq [transport transports]
    (testing transport
      (with-server [port echo {:transport transport}]
        (let [c (connect port :transport transport)]
          (doseq [m ["foo" (.getBytes "foo") (java.nio.ByteBuffer/wrap (.getBytes "foo"))
                     (io.netty.buffer.Unpooled/copiedBuffer (.getBytes "foo"))
                     (java.io.ByteArrayInputStream. (.getBytes "foo")) ["f" "oo"]]]
            (is (true? (value (s/put! c m))))
            (is (= "foo" (read-text c 3)) (str (class m))))
          (is (true? (value (s/put! c nil))) "nil writes nothing")
          (s/close! c)
          (is (false? (value (s/put! c "x")))))))))

(deftest the-handler-knows-the-connection-even-after-its-end
  (let [seen (promise)]
    (with-server [port (fn [s info]
                         (s/on-closed s #(deliver seen info)))]
      (let [c (connect port)]
        (s/close! c)
        (let [info (value seen)]
          (is (= port (:server-port info)))
          (is (string? (:server-name info)))
          (is (contains? #{"127.0.0.1" "0:0:0:0:0:0:0:1"} (:remote-addr info)))
          (is (nil? (:ssl-session info)))
          (is (instance? aleph.tcp.TcpConnection info)))))))

(deftest the-end-of-the-peer-closes-and-drains
  (with-server [port (fn [s _] (d/chain (s/put! s "bye") (fn [_] (s/close! s))))]
    (let [c (connect port)]
      (is (= "bye" (until-closed c)))
      (is (s/drained? c))
      (Await/until "the sink is closed" #(s/closed? c)))))

(deftest streams-tell-about-their-connection
  (with-server [port echo]
    (let [c (connect port)
          {:keys [type sink source]} (s/description c)]
      (is (some? (:aleph/channel (meta c))))
      (is (= "splice" type))
      (is (= {:direction :outbound :closed? false :writable? true}
             (select-keys (:connection sink) [:direction :closed? :writable?])))
      (is (= (:local-address (:connection sink)) (:local-address (:connection source))))
      (is (= :inbound (:direction (:connection source))))
      (is (true? (netty/instrument! c)))
      (is (map? (get-in (s/description c) [:sink :connection :throughput])))
      (testing "and so do the maps by channel"
        (let [ch (:aleph/channel (meta c))
              counted #(get % ch)]
          (s/put! c "12345")
          (is (= 5 (alength ^bytes (value (s/take! c)))))
          (is (= 5 (long (counted netty/channel-inbound-counter)) (long (counted netty/channel-outbound-counter))))
          (is (<= 0 (long (counted netty/channel-inbound-throughput))))
          (is (= "5" (str (counted netty/channel-outbound-counter))))
          (s/close! c)
          (Await/until "a closed channel is in none of them"
                       #(not-any? counted [netty/channel-inbound-counter netty/channel-outbound-counter
                                           netty/channel-inbound-throughput
                                           netty/channel-outbound-throughput]))))
      (s/close! c))))

(deftest raw-streams-are-of-buffers
  (with-server [port (fn [s _] (s/connect s s)) {:raw-stream? true}]
    (let [c (connect port :raw-stream? true)]
      (s/put! c "foo")
      (let [m (value (s/take! c))]
        (is (instance? ByteBuf m))
        (is (= "foo" (bs/to-string (netty/release-buf->array m)))))
      (s/close! c))))

(deftest a-handler-that-throws-closes-the-connection ; [B]
  (with-server [port (fn [_ _] (throw (IllegalStateException. "deliberate")))]
    (is (= "" (until-closed (connect port))))))

(deftest connections-beyond-the-limit-wait
  (let [served (s/stream 8)]
    (with-server [port (fn [c _] (s/put! served c)) {:max-connections 1}]
      (let [a (connect port), b (connect port)]
        (is (some? (value (s/take! served))))
        (is (= ::nobody @(s/try-take! served ::nobody 50 ::nobody)))
        (s/close! a)
        (is (some? (value (s/take! served))))
        (s/close! b)))))

(deftest what-cannot-be-sent-closes-the-connection
  (with-server [port echo]
    (let [c (connect port)]
      (is (false? (value (s/put! c (Object.)))))
      (is (= "" (until-closed c))))))

(deftest all-that-was-put-arrives-before-the-end
  (let [n 3000000]
    (with-server [port (fn [s _]
                         (s/put! s (byte-array n))
                         (s/close! s))]
      (let [c (connect port)]
        (is (= n (value (s/reduce (fn [^long sum ^bytes m] (+ sum (alength m))) 0 c))))))))

(deftest an-executor-calls-the-handler-and-takers
  (let [^ExecutorService executor (Executors/newSingleThreadExecutor
                                   (netty/enumerating-thread-factory "its-own" true))
        threads (atom #{})
        note! #(swap! threads conj (.getName (Thread/currentThread)))]
    (try
      (with-server [port (fn [s _]
                           (note!)
                           (d/chain (s/take! s) (fn [m] (note!) (s/put! s m))))
                    {:executor executor}]
        (let [c (connect port)]
          (s/put! c "x")
          (is (= "x" (read-text c 1)))
          (is (= #{"its-own-1"} @threads))
          (s/close! c)))
      (finally (.shutdown executor)))))

(deftest half-closed-connections-still-carry-the-other-direction
  (with-server [port (fn [s _]
                       (d/chain (s/reduce (fn [n ^bytes m] (+ (long n) (alength m))) 0 s)
                                (fn [n] (s/put! s (str "got " n)))
                                (fn [_] (s/close! s))))
                {:allow-half-closure? true}]
    (testing "a socket of the JDK"
      (with-open [socket (Socket. "localhost" (int port))]
        (.write (.getOutputStream socket) (.getBytes "12345"))
        (.shutdownOutput socket)
        (is (= "got 5" (slurp (.getInputStream socket))))))
    (testing "a client of ours"
      (let [c (connect port :allow-half-closure? true)]
        (value (s/put! c "123"))
        (is (true? (value (tcp/shutdown-output! c))))
        (is (false? (value (s/put! c "late"))))
        (is (= "got 3" (until-closed c)))))))

(deftest unix-domain-sockets-work-as-well
  (doseq [transport transports]
    (testing transport
      (let [file (File. (System/getProperty "java.io.tmpdir") (str "weir-" (random-uuid) ".sock"))
            server (tcp/start-server echo {:unix-socket file :transport transport :shutdown-timeout 0})]
        (try
          (let [c (value (tcp/client {:unix-socket (str file) :transport transport}))]
            (s/put! c "foo")
            (is (= "foo" (read-text c 3)))
            (s/close! c))
          (finally (.close ^Closeable server)))))))

(deftest tls-is-done-before-the-handler-is-called
  (let [made (tls/self-signed "localhost")
        seen (promise)]
    (with-server [port (fn [s info] (deliver seen info) (echo s info)) {:ssl-context made}]
      (let [c (connect port :ssl-context {:trust-store (:certificate-chain made)})]
        (s/put! c "foo")
        (is (= "foo" (read-text c 3)))
        (is (instance? SSLSession (:ssl-session (value seen))))
        (s/close! c))
      (let [c (connect port :ssl? true :insecure? true)]
        (s/put! c "foo")
        (is (= "foo" (read-text c 3)))
        (s/close! c))
      (testing "nobody is trusted by default, and names are verified"
        (is (instance? SSLHandshakeException (failure (tcp/client {:host "localhost" :port port :ssl? true}))))
        (let [e (failure (tcp/client {:host "127.0.0.1" :port port
                                      :ssl-context {:trust-store (:certificate-chain made)}}))]
          (is (re-find #"for another host name" (ex-message e)))))
      (testing "the check of the name can be switched off"
        (let [c (connect port :host "127.0.0.1" :ssl-endpoint-id-alg nil
                         :ssl-context {:trust-store (:certificate-chain made)})]
          (s/put! c "foo")
          (is (= "foo" (read-text c 3)))
          (s/close! c))))))

(defn- jdk-server
  "A listening socket of the JDK's TLS."
  ^SSLServerSocket [{:keys [private-key certificate-chain]}]
  (let [store (doto (KeyStore/getInstance "PKCS12")
                (.load nil nil)
                (.setKeyEntry "key" ^java.security.Key private-key (char-array "secret")
                              ^"[Ljava.security.cert.Certificate;" (into-array Certificate certificate-chain)))
        managers (doto (KeyManagerFactory/getInstance "PKIX")
                   (.init store (char-array "secret")))
        context (doto (SSLContext/getInstance "TLSv1.3")
                  (.init ^"[Ljavax.net.ssl.KeyManager;" (.getKeyManagers managers) nil nil))]
    (.createServerSocket (.getServerSocketFactory context) 0)))

(deftest the-end-of-tls-is-that-of-the-connection
  ;; TLS 1.3 leaves the other direction open, and the JDK waits for our end before it closes the socket.
  (let [made (tls/self-signed "localhost")]
    (with-open [listening (jdk-server made)]
      (let [c (tcp/client {:host "localhost" :port (.getLocalPort listening)
                           :ssl-context {:trust-store (:certificate-chain made)}})]
        (with-open [^SSLSocket peer (.accept listening)]
          (.write (.getOutputStream peer) (.getBytes "bye"))
          (.shutdownOutput peer)
          (is (= "bye" (until-closed (value c))))
          (Await/until "the sink is closed" #(s/closed? (value c))))))))

(deftest failures-to-connect-are-errors-of-the-deferred
  (with-server [port echo]
    (is (thrown? BindException (tcp/start-server echo {:port port}))))
  (let [port (with-open [s (java.net.ServerSocket. 0)] (.getLocalPort s))]
    (is (instance? ConnectException (failure (tcp/client {:host "localhost" :port port})))))
  (is (instance? UnknownHostException (failure (tcp/client {:host "no-such-host.invalid" :port 1})))))

(deftest options-are-checked
  (doseq [[options message] [[{} #":host is nil"]
                             [{:host "localhost"} #":port is nil"]
                             [{:host "localhost" :port 1 :transport :pigeon} #"transport: pigeon"]
                             [{:host "localhost" :port 1 :executor :none} #":executor is :none"]
                             [{:host "localhost" :port 1 :connect-timeout -1} #":connect-timeout is -1"]
                             [{:host "localhost" :port 1 :name-resolver 1} #":name-resolver is 1"]]]
    (is (thrown-with-msg? IllegalArgumentException message (tcp/client options))))
  (is (thrown-with-msg? IllegalArgumentException #":port is nil" (tcp/start-server echo {})))
  (is (thrown-with-msg? IllegalArgumentException #":handler is 1" (tcp/start-server 1 {:port 0}))))

(defn- never-resolves
  "A resolver that delivers `asked` and never answers."
  ^AddressResolverGroup [asked]
  (proxy [AddressResolverGroup] []
    (newResolver [executor]
      (let [^InetNameResolver names (proxy [InetNameResolver] [executor]
                                      (doResolve [_ _] (deliver asked true))
                                      (doResolveAll [_ _] (deliver asked true)))]
        (.asAddressResolver names)))))

(deftest a-deferred-that-is-realized-gives-the-attempt-up
  (let [asked (promise)
        d (tcp/client {:host "somewhere" :port 1 :name-resolver (never-resolves asked)})]
    (is (true? (value asked)))
    (testing "[B] and the caller has not waited for the name"
      (is (not (d/realized? d))))
    (d/error! d (IllegalStateException. "not wanted any more"))
    (is (instance? IllegalStateException (failure d)))))

;; Back-pressure, end to end: a relay of three lines between a fast sender and a reader that waits. The
;; kernel's buffers grow to tens of megabytes unless their size is set.

(def ^:private kernel-buffer (int (* 256 1024)))

(defn- small-buffers [^ServerBootstrap b]
  (.childOption b ChannelOption/SO_SNDBUF kernel-buffer))

(deftest a-relay-holds-a-slow-reader-with-flat-memory
  (let [sent (AtomicLong.)
        chunk (byte-array 65536)
        total (* 256 1024 1024)
        chunks (quot total (alength chunk))]
    (with-server [source-port (fn [out _]
                                (d/loop [i 0]
                                  (if (< i chunks)
                                    (d/chain (s/put! out chunk)
                                             (fn [ok?]
                                               (when ok?
                                                 (.addAndGet sent (alength chunk))
                                                 (d/recur (inc i)))))
                                    (s/close! out))))
                  {:bootstrap-transform small-buffers}]
      (with-server [port (fn [client _] ; the relay
                           (d/chain (tcp/client {:host "localhost" :port source-port
                                                 :bootstrap-transform
                                                 (fn [^Bootstrap b]
                                                   (.option b ChannelOption/SO_RCVBUF kernel-buffer))})
                                    (fn [server] (s/connect server client))))
                    {:bootstrap-transform small-buffers}]
        (with-open [reader (Socket.)
                    ^Closeable other-server (tcp/start-server echo {:port 0 :shutdown-timeout 0})]
          (.setReceiveBufferSize reader kernel-buffer)
          (.connect reader (InetSocketAddress. "localhost" (int port)))
          (let [other (connect (netty/port other-server))
                in (.getInputStream reader)
                buffer (byte-array 65536)
                read! (fn [n] (loop [left (long n), got 0]
                                (let [k (if (pos? left)
                                          (.read in buffer 0 (int (min left (alength buffer))))
                                          -1)]
                                  (if (neg? k) got (recur (- left (long k)) (+ got (long k)))))))
                settled #(Await/settled "the sender is stopped"
                                        (reify LongSupplier (getAsLong [_] (.get sent)))
                                        (fn []
                                          @(s/put! other "a")
                                          (value (s/take! other))))]
            (read! 1)
            (let [first-stop (long (settled))]
              ;; What lies in between: the buffers of four sockets and of two streams.
              (is (< first-stop (* 8 1024 1024)) (str first-stop " bytes in between"))
              (read! (* 64 1024 1024))
              (let [second-stop (long (settled))]
                (is (< (- second-stop (* 64 1024 1024)) (* 8 1024 1024))
                    (str (- second-stop (* 64 1024 1024)) " bytes in between"))))
            (is (= (- total 1 (* 64 1024 1024)) (read! total)))))))))
