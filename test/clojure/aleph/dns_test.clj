(ns aleph.dns-test
  "Resolvers against dnsmasq, as Debian has it, on loopback."
  (:require
   [aleph.flow :as flow]
   [aleph.http :as http]
   [aleph.netty :as netty]
   [aleph.tcp :as tcp]
   [clojure.string :as str]
   [clojure.test :refer [deftest is testing use-fixtures]]
   [manifold.deferred :as d]
   [manifold.stream :as s]
   [weir.netty.dns])
  (:import
   (io.netty.resolver.dns DnsAddressResolverGroup)
   (io.netty.util.concurrent Future)
   (java.io Closeable File)
   (java.net DatagramSocket InetAddress InetSocketAddress UnknownHostException)
   (java.util.concurrent ExecutionException)
   (weir.executor KeyedPool)
   (weir.http HttpClient)
   (weir.testing Await Program)))

(set! *warn-on-reflection* true)

(defn- free-port
  "Returns a port that is free for UDP and TCP alike."
  []
  (with-open [tcp (java.net.ServerSocket. 0)]
    (let [port (.getLocalPort tcp)]
      (try
        (with-open [_ (DatagramSocket. port)] port)
        (catch java.net.BindException _ nil)))))

(defn- dnsmasq
  "Starts a server that knows these names and nothing else. Returns it and its port."
  [records]
  (loop [tries 10]
    (let [port (or (free-port) 1)
          ^Program program
          (Program/start
           (into-array String
                       (into ["dnsmasq" "--keep-in-foreground" "--log-queries" "--log-facility=-" "--no-resolv"
                              "--no-hosts" "--conf-file=/dev/null" "--pid-file=" "--bind-interfaces"
                              "--listen-address=127.0.0.1" "--user=root" "--local=/#/" "--local-ttl=60"
                              (str "--port=" port)]
                             records)))
          started? (try
                     (.await program "started")
                     true
                     (catch AssertionError e ; somebody has taken the port meanwhile
                       (.close program)
                       (when (zero? tries) (throw e))))]
      (if started? [program port] (recur (dec tries))))))

(def ^:private ^:dynamic ^Program *dnsmasq*)
(def ^:private ^:dynamic *port*)

(defn- with-dnsmasq [f]
  (let [[server port] (dnsmasq ["--host-record=known.test,127.0.0.1"
                                "--host-record=both.test,127.0.0.1,::1"
                                "--host-record=host.inner.test,127.0.0.2"
                                "--host-record=xn--bcher-kva.test,127.0.0.3"
                                "--cname=alias.test,known.test"])]
    (with-open [_ ^Program server]
      (binding [*dnsmasq* server, *port* port]
        (f)))))

(use-fixtures :each with-dnsmasq)

(defn- group ^DnsAddressResolverGroup [options]
  (netty/dns-resolver-group (merge {:name-servers [(str "127.0.0.1:" *port*)] :address-types :ipv4-only
                                    :query-timeout 2000}
                                   options)))

(defn- look-up
  "Returns the addresses of a name, or what the look-up fails with."
  [^DnsAddressResolverGroup group host]
  (let [loop (.next ^io.netty.channel.EventLoopGroup @netty/nio-client-group)
        ^Future f (.resolveAll (.getResolver group loop) (InetSocketAddress/createUnresolved host 1))]
    (try
      (mapv #(.getHostAddress (.getAddress ^InetSocketAddress %)) (.get f))
      (catch ExecutionException e (ex-cause e)))))

(defmacro ^:private with-group [[g options] & body]
  `(with-open [~g (group ~options)] ~@body))

(defn- queries
  "Returns how often dnsmasq was asked for a name. Its log comes through a pipe, in order: once a name asked for
  now is there, so is all before it."
  [host]
  (let [marker (str "marker-" (random-uuid) ".test")]
    (with-group [g {}]
      (look-up g marker))
    (Await/until "dnsmasq's log has come" #(str/includes? (.output *dnsmasq*) marker)))
  (count (re-seq (re-pattern (str "query\\[[A-Z]+\\] " (java.util.regex.Pattern/quote host) " ")) (.output *dnsmasq*))))

(deftest names-and-aliases-are-found
  (with-group [g {}]
    (is (= ["127.0.0.1"] (look-up g "known.test")))
    (is (= ["127.0.0.1"] (look-up g "alias.test")))
    (is (instance? UnknownHostException (look-up g "unknown.test")))))

(deftest answers-are-kept-for-all-event-loops
  (with-group [g {}]
    (dotimes [_ 8] (is (= ["127.0.0.1"] (look-up g "known.test"))))
    (is (= 1 (queries "known.test"))))
  (testing "unless the time is limited"
    (with-group [g {:max-ttl 0}]
      (dotimes [_ 2] (look-up g "known.test"))
      (is (= 3 (queries "known.test"))))))

(deftest absence-is-remembered-when-told-so
  (with-group [g {:negative-ttl 60}]
    (dotimes [_ 20] (is (instance? UnknownHostException (look-up g "absent.test"))))
    ;; The next look-up, on another event loop, can come before the answer is stored.
    (is (<= 1 (queries "absent.test") 4)))
  (with-group [g {}]
    (dotimes [_ 2] (is (instance? UnknownHostException (look-up g "gone.test"))))
    (is (= 2 (queries "gone.test")))))

(deftest families-are-chosen
  (doseq [[types expected] {:ipv4-only ["127.0.0.1"]
                            :ipv6-only ["0:0:0:0:0:0:0:1"]
                            :ipv4-preferred ["127.0.0.1" "0:0:0:0:0:0:0:1"]
                            :ipv6-preferred ["0:0:0:0:0:0:0:1" "127.0.0.1"]}]
    (with-group [g {:address-types types}]
      (is (= expected (look-up g "both.test")) (str types)))))

(deftest short-names-are-looked-for-in-the-search-domains
  (with-group [g {:search-domains ["outer.test" "inner.test"] :ndots 1}]
    (is (= ["127.0.0.2"] (look-up g "host"))))
  (with-group [g {:search-domains [] :ndots 1}]
    (is (instance? UnknownHostException (look-up g "host")))))

(deftest foreign-letters-are-encoded
  (with-group [g {}]
    (is (= ["127.0.0.3"] (look-up g "bücher.test")))))

(deftest the-next-server-is-asked-when-one-is-silent
  (with-open [silent (DatagramSocket. 0 (InetAddress/getLoopbackAddress))]
    (with-group [g {:name-servers [(InetSocketAddress. "127.0.0.1" (.getLocalPort silent))
                                   (str "127.0.0.1:" *port*)]
                    :query-timeout 200}]
      (is (= ["127.0.0.1"] (look-up g "known.test"))))
    (with-group [g {:name-servers [(str "127.0.0.1:" (.getLocalPort silent))] :query-timeout 50
                    :max-queries-per-resolve 1}]
      (is (instance? UnknownHostException (look-up g "known.test"))))))

(deftest answers-that-are-too-long-come-over-tcp
  (let [addresses (map #(str "10.1." (quot % 200) "." (inc (rem % 200))) (range 400))
        [server port] (dnsmasq ["--edns-packet-max=512"
                                (str "--addn-hosts="
                                     (doto (File/createTempFile "hosts" "")
                                       (.deleteOnExit)
                                       (spit (str/join "\n" (map #(str % " many.test") addresses)))))])]
    (with-open [_ ^Program server]
      (with-group [g {:name-servers [(str "127.0.0.1:" port)] :max-payload-size 512}]
        (is (= (set addresses) (set (look-up g "many.test"))))))))

(deftest clients-use-them
  (with-open [^Closeable server (http/start-server (fn [_] {:status 200 :body "hello"})
                                                   {:port 0 :shutdown-timeout 0})
              ^Closeable pool (http/connection-pool {:dns-options {:name-servers [(str "127.0.0.1:" *port*)]}})
              g (group {})
              ^Closeable pool2 (http/connection-pool {:connection-options {:name-resolver g}})]
    (let [url (str "http://known.test:" (netty/port server) "/")]
      (is (= "hello" (:body @(http/get url {:pool pool :as :string}))))
      (is (= "hello" (:body @(http/get url {:pool pool2 :as :string}))))
      (is (thrown? UnknownHostException @(http/get "http://unknown.test/" {:pool pool})))
      (let [c @(tcp/client {:host "known.test" :port (netty/port server) :name-resolver g})]
        (is (some? c))
        (s/close! c))
      (testing "or have their own for one connection"
        (let [c @(tcp/client {:host "known.test" :port (netty/port server)
                              :dns-options {:name-servers [(str "127.0.0.1:" *port*)]}})]
          (is (some? c))
          (s/close! c))))))

(defn- noting-ends
  "Returns a function from options to resolvers that count in `closed` how often they were closed."
  [made closed]
  (fn [options]
    (swap! made inc)
    (proxy [DnsAddressResolverGroup] [(netty/dns-resolver-group-builder options)]
      (close []
        (swap! closed inc)
        (let [^DnsAddressResolverGroup this this]
          (proxy-super close))))))

(deftest pools-close-the-resolvers-that-they-have-made
  (with-open [g (group {})
              ^Closeable server (http/start-server (fn [_] {:status 200 :body "hello"})
                                                   {:port 0 :shutdown-timeout 0})]
    (let [made (atom 0), closed (atom 0)
          url (str "http://known.test:" (netty/port server) "/")
          dns {:name-servers [(str "127.0.0.1:" *port*)]}
          get! #(:body @(http/get url {:pool % :as :string}))]
      (with-redefs [weir.netty.dns/dns-resolver-group (noting-ends made closed)]
        (testing "once, and not those of others"
          (with-open [^Closeable pool (http/connection-pool {:dns-options dns})
                      ^Closeable pool2 (http/connection-pool {:connection-options {:name-resolver g}})]
            (is (= "hello" (get! pool)))
            (is (= "hello" (get! pool2)))
            (.trustingAnybody ^HttpClient pool)
            (is (= 0 @closed)))
          (is (= [1 1] [@made @closed]))
          (is (= ["127.0.0.1"] (look-up g "known.test"))))
        (testing "when no connection of a program's pool has them"
          (reset! made 0)
          (reset! closed 0)
          (let [pool (http/connection-pool {:dns-options dns :pool-builder-fn flow/instrumented-pool})]
            (dotimes [_ 2] (is (= "hello" (get! pool))))
            (is (= 0 @closed))
            (.shutdown (KeyedPool/of pool))
            (Await/until "they are closed" #(= 1 @closed))
            (is (= 2 @made) "one of them to check the options")))))))

(deftest websocket-clients-use-them ; #488
  (with-open [^Closeable server (http/start-server (fn [req] (d/chain (http/websocket-connection req)
                                                                      #(s/connect % %)))
                                                   {:port 0 :shutdown-timeout 0})
              g (group {})]
    (doseq [options [{:name-resolver g} {:dns-options {:name-servers [(str "127.0.0.1:" *port*)]}}]]
      (let [conn (deref (http/websocket-client (str "ws://known.test:" (netty/port server)) options) 20000 nil)]
        (s/put! conn "x")
        (is (= "x" (deref (s/take! conn) 20000 nil)))
        (s/close! conn))
      (is (thrown? UnknownHostException @(http/websocket-client "ws://unknown.test" options))))))

(deftest options-are-checked
  (doseq [[options message] [[{:name-servers [1]} #"name server: 1"]
                             [{:name-servers ["x:y"]} #"name server: x:y"]
                             [{:name-servers []} #"name servers: none"]
                             [{:address-types :ipv5-only} #":address-types is :ipv5-only"]
                             [{:query-timeout -1} #":query-timeout is -1"]
                             [{:min-ttl 5 :max-ttl 1} #"ttl: 5 to 1"]
                             [{:negative-ttl -1} #":negative-ttl is -1"]
                             [{:ndots -2} #":ndots is -2"]
                             [{:search-domains [1]} #":search-domains is 1"]
                             [{:transport :pigeon} #"transport: pigeon"]]]
    (is (thrown-with-msg? IllegalArgumentException message (group options)))))

(deftest every-option-is-taken
  (with-group [g {:max-payload-size 2048 :max-queries-per-resolve 4 :min-ttl 1 :max-ttl 60 :negative-ttl 1
                  :trace-enabled? true :opt-resources-enabled? false :decode-idn? false
                  :recursion-desired? false :ndots 1 :transport :nio}]
    (is (= ["127.0.0.1"] (look-up g "known.test"))))
  (is (some? (netty/dns-resolver-group-builder {}))))
