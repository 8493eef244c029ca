(ns weir.http.ring-request-test
  (:require
    [clojure.data :as data]
    [clojure.pprint :as pprint]
    [clojure.string :as str]
    [clojure.test :refer [are deftest is testing]]
    [clojure.test.check.clojure-test :refer [defspec]]
    [clojure.test.check.generators :as gen]
    [clojure.test.check.properties :as prop]
    [clojure.walk :as walk]
    [weir.http.messages :as messages :refer [request]]
    [weir.http.view-model :as model])
  (:import
    (io.netty.channel.embedded EmbeddedChannel)
    (io.netty.channel.unix DomainSocketAddress)
    (java.io ByteArrayInputStream)
    (java.security.cert Certificate X509Certificate)
    (java.util.concurrent.atomic AtomicBoolean)
    (javax.net.ssl SSLPeerUnverifiedException SSLSession)
    (weir.http Endpoints HeaderMap MapView RequestMessage RingRequest ServerNamePolicy)))

(set! *warn-on-reflection* true)

(def ^:private aleph-keys
  #{:request-method :uri :query-string :headers :body :scheme :server-name :server-port :remote-addr
    :protocol :aleph/keep-alive? :aleph/request-arrived :aleph/channel})

;;; a plain map made without the view, from the same parts

(defn- expected-map
  [{:keys [method path query fields secure? protocol body arrived keep-alive? closed writable]
    :as parts} message]
  (let [fields (into {} (map (fn [[k v]] [(str/lower-case k) v])) fields)
        optional {:content-type (get fields "content-type")
                  :content-length (some-> (get fields "content-length") parse-long)
                  :character-encoding (when (get fields "content-type") "utf-8")
                  :aleph/closed closed
                  :aleph/writable? writable
                  :path (when (= protocol "HTTP/2.0") path)
                  :ssl-session (:session parts)
                  :ssl-client-cert (:cert parts)}]
    (into {:request-method (keyword (str/lower-case method))
           :uri path
           :query-string query
           :headers fields
           :body body
           :scheme (if secure? :https :http)
           :server-name "127.0.0.1"
           :server-port 8080
           :remote-addr "10.1.2.3"
           :protocol protocol
           :aleph/keep-alive? keep-alive?
           :aleph/request-arrived arrived
           :aleph/channel nil
           :weir/exchange message}
          (filter (comp some? val))
          optional)))

(def ^:private gen-path
  (gen/fmap #(str "/" (str/join "/" %))
            (gen/vector (gen/one-of [gen/string-alphanumeric (gen/elements ["%20" "a:b" ".." "#" "é" "://"])]) 0 4)))

(def ^:private gen-query
  (gen/one-of [(gen/return nil) (gen/elements ["" "?" "a=b&c" "u=http://x/?y"]) gen/string-alphanumeric]))

(def ^:private gen-parts
  (gen/let [method (gen/elements ["GET" "HEAD" "POST" "PUT" "PATCH" "DELETE" "OPTIONS" "TRACE" "CONNECT"
                                  "fOo" "get" "PROPFIND"])
            path gen-path
            query gen-query
            origin (gen/elements ["" "" "http://example.com" "https://u:p@[::1]:8443" "h-2.x+://a"])
            fields (gen/vector-distinct-by
                     (comp str/lower-case first)
                     (gen/elements [["Host" "h:1"] ["host" "h"] ["Content-Length" "12"] ["X-A" ""]
                                    ["CONTENT-TYPE" "text/plain; Charset=\"utf-8\""]])
                     {:max-elements 4})
            protocol (gen/elements ["HTTP/1.0" "HTTP/1.1" "HTTP/2.0"])
            [secure? keep-alive?] (gen/tuple gen/boolean gen/boolean)
            body (gen/elements [nil :a-body])
            closed (gen/elements [nil :deferred])
            writable (gen/elements [nil true])
            arrived gen/large-integer]
    {:method method :path path :query query :fields fields :protocol protocol :secure? secure?
     :keep-alive? keep-alive? :body body :closed closed :writable writable :arrived arrived
     :target (str origin path (when query (str "?" query)))}))

(def ^:private gen-key
  (gen/frequency
    [[4 (gen/elements (conj (vec aleph-keys) :weir/exchange))]
     [2 (gen/elements [:content-type :content-length :character-encoding :aleph/closed :path
                       :aleph/writable? :aleph/h2-exception :ssl-session :ssl-client-cert])]
     [2 (gen/elements [:params :session :x/y "uri" 'uri nil 7])]]))

(def ^:private gen-val
  (gen/one-of [gen/small-integer (gen/return nil) gen/string-alphanumeric]))

(def ^:private looked-up
  (conj aleph-keys :weir/exchange :content-type :content-length :character-encoding :aleph/closed
        :path :aleph/writable? :aleph/h2-exception :ssl-session :ssl-client-cert
        :params :x/y "uri" 'uri nil 7))

(defspec a-request-cannot-be-told-from-a-plain-map 300
  (prop/for-all [parts gen-parts
                 ops (model/ops-gen gen-key gen-val)]
    (let [message (messages/request-message parts)]
      (nil? (model/first-difference (RingRequest. message) (expected-map parts message)
                                    ops looked-up :readable? false)))))

(defn- by-call-sites
  "Looks keys up at compiled keyword call sites, shared by every kind of target."
  [m]
  [(:uri m) (:request-method m) (:query-string m) (:content-type m) (:aleph/closed m) (:params m)
   (:uri m ::none) (:content-type m ::none) (:params m ::none)])

(defspec keyword-call-sites-follow-the-kind-of-target 200
  (prop/for-all [parts gen-parts
                 targets (gen/vector (gen/tuple (gen/elements [:view :plain :response :nil])
                                                (model/ops-gen gen-key gen-val))
                                     1 8)]
    (let [message (messages/request-message parts)
          plain (expected-map parts message)]
      (every? (fn [[kind ops]]
                (case kind
                  :nil (= [nil nil nil nil nil nil ::none ::none ::none] (by-call-sites nil))
                  :plain (= [(:path parts) (:path parts)] ((juxt first #(nth % 6)) (by-call-sites plain)))
                  :response (= [nil ::none] ((juxt first #(nth % 6)) (by-call-sites (messages/response {}))))
                  :view (let [changes (filter (comp #{:assoc :dissoc} first) ops)
                              change (fn [m] (reduce (fn [m [op k v]] (if (= op :assoc) (assoc m k v) (dissoc m k)))
                                                     m changes))]
                          (= (by-call-sites (change plain))
                             (by-call-sites (change (RingRequest. message)))))))
              targets))))

(deftest target-forms
  (are [target uri query] (= [uri query]
                             ((juxt :uri :query-string) (request {:target target}))
                             (let [r (request {:target target})] [(.path r) (.query r)]))
    "/" "/" nil
    "/a/b" "/a/b" nil
    "/a%20b/c" "/a%20b/c" nil
    "/a?" "/a" ""
    "/a?b=c" "/a" "b=c"
    "/a?b?c" "/a" "b?c"
    "?q" "/" "q"
    "" "/" nil
    "//x" "//x" nil
    "/x://y" "/x://y" nil
    "*" "*" nil
    "example.com:443" "example.com:443" nil
    "[::1]:443" "[::1]:443" nil
    "http://host/a/b?c" "/a/b" "c"
    "HTTP://host:80/a" "/a" nil
    "http://host" "/" nil
    "http://host/" "/" nil
    "http://host?q" "/" "q"
    "http://user:pw@host/a?u=http://b/c" "/a" "u=http://b/c"
    "/go?u=http://b/c" "/go" "u=http://b/c"))

(deftest method-tokens
  (are [token k] (= k (:request-method (request {:method token})))
    "GET" :get, "HEAD" :head, "POST" :post, "PUT" :put, "PATCH" :patch, "DELETE" :delete
    "OPTIONS" :options, "TRACE" :trace, "CONNECT" :connect, "fOo" :foo, "get" :get, "QUERY" :query
    "M-SEARCH" :m-search)
  (is (= "fOo" (.method (request {:method "fOo"})))))

(deftest the-real-protocol-version-is-told
  (are [version] (= version (:protocol (request {:protocol version})))
    "HTTP/1.0" "HTTP/1.1" "HTTP/2.0"))

(deftest keys-are-those-of-aleph-and-what-has-a-value
  (testing "a bare request has Aleph's keys and the exchange"
    (is (= (conj aleph-keys :weir/exchange) (set (keys (request {}))))))
  (testing "query-string and body are there even when nil"
    (is (= [[:query-string nil] [:body nil]]
           (map #(find (request {}) %) [:query-string :body]))))
  (testing "the others when they have a value"
    (let [r (request {:fields [["Content-Type" "a/b; charset=x"] ["Content-Length" "3"]]
                      :closed :c :protocol "HTTP/2.0" :writable (AtomicBoolean. true) :error (atom nil)})]
      (is (= #{:content-type :content-length :character-encoding :aleph/closed :path
               :aleph/writable? :aleph/h2-exception}
             (reduce disj (set (keys r)) (conj aleph-keys :weir/exchange)))))))

(deftest content-keys
  (let [r (request {:fields [["Content-Type" "text/html;charset=UTF-8"] ["Content-Length" "5000000000"]]})]
    (is (= "text/html;charset=UTF-8" (:content-type r)))
    (is (= 5000000000 (:content-length r)))
    (is (instance? Long (:content-length r)))
    (is (= "UTF-8" (:character-encoding r))))
  (are [length] (nil? (:content-length (request {:fields [["Content-Length" length]]})))
    "x" "" "-1" "99999999999999999999"))

(deftest server-name-is-the-local-address-by-default
  (let [r (request {:fields [["Host" "example.com:81"]]})]
    (is (= ["127.0.0.1" 8080 "10.1.2.3"] ((juxt :server-name :server-port :remote-addr) r)))))

(deftest server-name-can-come-from-the-host-header
  (are [parts name port]
       (= [name port] ((juxt :server-name :server-port)
                       (request (assoc parts :policy ServerNamePolicy/HOST_HEADER))))
    {:fields [["Host" "example.com:81"]]} "example.com" 81
    {:fields [["Host" "example.com"]]} "example.com" 80
    {:fields [["Host" "example.com"]] :secure? true} "example.com" 443
    {:fields [["Host" "example.com:"]]} "example.com" 80
    {:fields [["Host" "[::1]"]]} "[::1]" 80
    {:fields [["Host" "[::1]:8443"]] :secure? true} "[::1]" 8443
    {:fields [["Host" "a:99999"]]} "a" 80
    {:fields [["Host" "a:99999999999999999999"]]} "a" 80
    {:fields [["Host" "a:x"]]} "a" 80
    {:fields [["Host" ""]]} "127.0.0.1" 8080
    {:fields [["Host" ":81"]]} "127.0.0.1" 8080
    {} "127.0.0.1" 8080
    {:target "http://u:p@other:82/x?y@z" :fields [["Host" "example.com"]]} "other" 82))

(deftest unix-sockets-have-names-too
  (let [address (DomainSocketAddress. "/tmp/s")
        r (request {:endpoints (Endpoints. address address)})]
    (is (= ["localhost" 0 "unix:"] ((juxt :server-name :server-port :remote-addr) r)))
    (is (identical? address (.remoteAddress r)))))

(deftest changes-keep-the-view-and-the-metadata
  (let [r (with-meta (request {:target "/a?b"}) {:m 1})]
    (doseq [x [r (assoc r :uri "/z") (assoc r :params {}) (dissoc r :uri) (merge r {:a 1}) (into r {:a 1})
               (update r :uri str "/") (assoc-in r [:headers "x"] "y")]]
      (is (instance? RingRequest x))
      (is (identical? (.message ^RingRequest r) (:weir/exchange x)))
      (is (= {:m 1} (meta x))))
    (is (identical? r (dissoc r :nothing)))
    (is (identical? (:headers r) (:headers (assoc r :a 1))))))

(deftest a-plain-copy-still-carries-the-exchange
  (let [r (request {})]
    (is (not (instance? MapView (into {} r))))
    (is (instance? RequestMessage (:weir/exchange (into {} r))))
    (is (instance? RequestMessage (:weir/exchange (select-keys r [:weir/exchange]))))))

(deftest headers-stay-a-header-map-when-changed
  (let [r (assoc-in (request {:fields [["A" "1"]]}) [:headers "b"] "2")]
    (is (instance? HeaderMap (:headers r)))
    (is (= {"a" "1" "b" "2"} (:headers r)))))

(deftest the-channel-is-found-by-its-aleph-name
  (let [ch (EmbeddedChannel.)
        r (request {:channel ch})]
    (is (identical? ch (:aleph/channel r)))
    (is (identical? ch (.ch r)))
    (.finishAndReleaseAll ch)))

(defn- message-over-tls
  ^RequestMessage [certificates]
  (let [session (reify SSLSession
                  (getPeerCertificates [_]
                    (if certificates
                      (into-array Certificate certificates)
                      (throw (SSLPeerUnverifiedException. "peer not authenticated")))))]
    (reify RequestMessage
      (sslSession [_] session))))

(deftest the-client-certificate-is-the-leaf-that-tls-has-verified
  (let [leaf (proxy [X509Certificate] [])]
    (is (identical? leaf (.clientCertificate (message-over-tls [leaf (proxy [X509Certificate] [])]))))
    (is (nil? (.clientCertificate (message-over-tls nil))))
    (is (nil? (.clientCertificate (reify RequestMessage))))
    (let [session (reify SSLSession)
          r (request {:cert leaf :session session :secure? true})]
      (is (= [leaf session :https] ((juxt :ssl-client-cert :ssl-session :scheme) r))))))

(deftest java-reads-a-request-through-an-interface
  (let [body (ByteArrayInputStream. (byte-array 0))
        r (request {:method "POST" :target "/p?q" :fields [["Host" "h"]] :secure? true :body body})]
    (is (= ["POST" "/p" "q" "https" "HTTP/1.1" "h"]
           [(.method r) (.path r) (.query r) (.scheme r) (.protocol r) (.get (.headers r) "HOST")]))
    (is (identical? body (.body r)))
    (is (= (messages/address [10 1 2 3] 50000) (.remoteAddress r)))
    (is (= (messages/address [127 0 0 1] 8080) (.localAddress r)))
    (is (nil? (.clientCertificate r)))))

(deftest a-request-prints-as-a-map
  (let [r (dissoc (request {:target "/a"}) :weir/exchange :aleph/channel)]
    (is (= r (read-string (pr-str r))))
    (is (= (str r) (pr-str r)))))

(deftest clojures-own-tools-take-a-request-for-a-map
  (let [r (dissoc (request {:target "/a" :fields [["A" "1"]]}) :weir/exchange :aleph/channel)
        plain (into {} (update r :headers (partial into {})))]
    (is (= plain (read-string (with-out-str (pprint/pprint r)))))
    (is (= plain (binding [*print-dup* true] (read-string (pr-str r)))))
    (is (= plain (walk/postwalk identity r) (walk/prewalk identity r)))
    (is (= {"uri" "/a"} (select-keys (walk/stringify-keys r) ["uri"])))
    (is (= [nil nil plain] (data/diff r plain)))
    (is (= (update-keys plain str) (update-keys r str)))
    (is (= plain (reduce-kv assoc {} (eval r))))
    (is (thrown? UnsupportedOperationException (.put ^java.util.Map r :a 1)))))
