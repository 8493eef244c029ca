(ns aleph.http2-test
  "Options of `start-server` about the versions of HTTP, and the pieces of `aleph.http.http2`."
  (:require
   [aleph.http :as http]
   [aleph.http.compression :as compression]
   [aleph.http.http2 :as http2]
   [aleph.netty :as netty]
   [clojure.java.shell :refer [sh]]
   [clojure.string :as str]
   [clojure.test :refer [deftest is testing]]
   [manifold.deferred :as d]
   [manifold.stream :as s])
  (:import
   (aleph.http AlephHttp2FrameCodecBuilder)
   (clojure.lang ExceptionInfo)
   (io.netty.channel ChannelHandler ChannelInboundHandlerAdapter ChannelPipeline)
   (io.netty.channel.embedded EmbeddedChannel)
   (io.netty.handler.codec.compression CompressionOptions)
   (io.netty.handler.codec.http2 DefaultHttp2Headers DefaultHttp2HeadersFrame Http2Error Http2Exception
                                 Http2Exception$StreamException Http2FrameCodec Http2Headers
                                 Http2HeadersFrame Http2Settings)
   (io.netty.util ReferenceCountUtil)
   (weir.http HttpServer)))

(set! *warn-on-reflection* true)

(defmacro ^:private with-server [[port handler options] & body]
  `(with-open [server# ^HttpServer (http/start-server ~handler (merge {:port 0 :shutdown-timeout 0}
                                                                      ~options))]
     (let [~port (netty/port server#)]
       ~@body)))

(defn- curl [& args]
  (:out (apply sh "curl" "-sSk" "--max-time" "20" args)))

(def ^:private h2c {:http-versions [:http2 :http1] :use-h2c? true})

;;; options

(deftest versions-and-the-rest-have-to-go-together
  (doseq [[options message]
          {{:use-h2c? true} #"use-h2c\? may only be true when HTTP/2 is enabled\."
           {:http-versions [:http2]} #"HTTP/2 requires passing an ssl-context or manual-ssl\? true"
           {:http-versions [:http2] :use-h2c? true :ssl-context (netty/self-signed-ssl-context
                                                                 "localhost"
                                                                 {:application-protocol-config
                                                                  (netty/application-protocol-config
                                                                   [:http2])})}
           #"use-h2c\? must not be true when ssl-context is given\."
           (assoc h2c :pipeline-transform identity) #":pipeline-transform"
           (assoc h2c :reset-stream-handler 3) #":reset-stream-handler is 3"
           (assoc h2c :http2-settings {}) #":http2-settings is \{\} .*Http2Settings"}]
    (is (thrown-with-msg? IllegalArgumentException message
                          (http/start-server (fn [_]) (assoc options :port 0)))
        (pr-str options)))
  (testing "unknown versions"
    (let [e (is (thrown? ExceptionInfo
                         (http/start-server (fn [_]) {:port 0 :http-versions [:http1 :http3]})))]
      (is (= [:http3] (:unsupported-http-versions (ex-data e))))))
  (testing "a context that negotiates others"
    (is (thrown-with-msg?
         ExceptionInfo #"Desired HTTP version preference order differs from ALPN config\."
         (http/start-server
          (fn [_])
          {:port 0
           :http-versions [:http1 :http2]
           :ssl-context (netty/self-signed-ssl-context
                         "localhost"
                         {:application-protocol-config
                          (netty/application-protocol-config [:http2 :http1])})})))))

(deftest a-server-with-tls-speaks-what-the-client-prefers
  (with-server [port (fn [req] {:body (str (:protocol req) (:scheme req))})
                {:http-versions [:http2 :http1]
                 :ssl-context (netty/self-signed-ssl-context
                               "localhost"
                               {:application-protocol-config
                                (netty/application-protocol-config [:http2 :http1])})}]
    (is (= "HTTP/2.0:https" (curl "--http2" (str "https://localhost:" port "/"))))
    (is (= "HTTP/1.1:https" (curl "--http1.1" (str "https://localhost:" port "/"))))))

;;; requests

(deftest a-ring-request-of-http2-is-a-map
  (with-server [port (fn [req]
                       {:body (pr-str [(map? req) (:uri req) (:path req) (:request-method req)
                                       (some? (:aleph/writable? req)) @(:aleph/h2-exception req)
                                       (get-in req [:headers "host"])
                                       (d/realized? (:aleph/closed req))
                                       (into {} (select-keys req [:protocol :aleph/keep-alive?]))])})
                h2c]
    (is (= (pr-str [true "/a" "/a" :get true nil (str "localhost:" port) false
                    {:protocol "HTTP/2.0" :aleph/keep-alive? true}])
           (curl "--http2-prior-knowledge" (str "http://localhost:" port "/a"))))))

(deftest the-priority-of-a-request-is-told
  (with-server [port (fn [req] {:body (pr-str (:weir/priority req))}) h2c]
    (doseq [[field told] {"u=1, i" {:urgency 1 :incremental? true}
                          "u=9;x, i=?0" {:urgency 3 :incremental? false}
                          "nonsense" {:urgency 3 :incremental? false}}
            version ["--http2-prior-knowledge" "--http1.1"]]
      (is (= (pr-str told)
             (curl version "-H" (str "priority: " field) (str "http://localhost:" port "/")))))
    (is (= "nil" (curl (str "http://localhost:" port "/"))))))

(deftest streams-and-lazy-sequences-are-sent
  (with-server [port (fn [req]
                       {:body (case (:uri req)
                                "/stream" (s/->source ["a" "b" "c"])
                                "/seq" (map inc (range 5)))})
                h2c]
    (let [url #(str "http://localhost:" port %)]
      (is (= "abc" (curl "--http2-prior-knowledge" (url "/stream"))))
      (is (= "12345" (curl "--http2-prior-knowledge" (url "/seq")))))))

(deftest pipelines-may-be-changed
  (let [connections (promise)
        streams (promise)]
    (with-server [port (fn [_] {:body "fine"})
                  (assoc h2c
                         :http2-conn-pipeline-transform
                         #(deliver connections (vec (.names ^ChannelPipeline %)))
                         :http2-stream-pipeline-transform
                         #(deliver streams (vec (.names ^ChannelPipeline %)))
                         :http2-settings (doto (Http2Settings.) (.maxConcurrentStreams 7)))]
      (is (= "fine" (curl "--http2-prior-knowledge" (str "http://localhost:" port "/"))))
      (is (= ["http2-guard" "http2-frame-codec" "multiplex" "conn-go-away-handler" "conn-ex-handler"]
             (filter #{"http2-guard" "http2-frame-codec" "multiplex" "conn-go-away-handler"
                       "conn-ex-handler"}
                     (deref connections 10000 nil))))
      (is (some #{"handler"} (deref streams 10000 nil)))
      (is (str/includes? (:out (sh "nghttp" "-v" (str "http://localhost:" port "/")))
                         "SETTINGS_MAX_CONCURRENT_STREAMS(0x03):7")))))

(deftest a-response-says-how-much-of-its-body-is-sent-at-once
  (let [body (apply str (repeat 10000 "x"))
        file (doto (java.io.File/createTempFile "weir" ".txt") .deleteOnExit (spit body))
        sizes (fn [chunk-size body]
                (with-server [port (fn [_] {:body body :chunk-size chunk-size}) h2c]
                  (map parse-long
                       (map second (re-seq #"recv DATA frame <length=(\d+)"
                                           (:out (sh "nghttp" "-nv" (str "http://localhost:" port "/"))))))))]
    (doseq [body [file (.toPath file) (http/file file)]]
      (is (= [4000 4000 2000] (remove zero? (sizes 4000 body)))))
    (is (= [4000 4000 2000] (remove zero? (sizes 4000 (java.io.BufferedInputStream. (java.io.ByteArrayInputStream. (.getBytes ^String body)))))))
    (is (= [21] (sizes 0 file)) "Internal Server Error")))

(deftest an-exception-in-the-pipeline-may-choose-the-response
  (doseq [[data expected] {{:aleph/response-status 418 :aleph/public-error-message "no coffee"} "418 no coffee"
                           {:aleph/response-status 404} "404 "
                           {:aleph/public-error-message "sorry"} "500 sorry"
                           {:aleph/response-status 200 :aleph/public-error-message "no"} "500 no"}
          exception [#(ex-info "wanted by the test" data)
                     #(http2/stream-ex 1 "wanted by the test" {:data data})]]
    (with-server [port (fn [_] {:body "never"})
                  (assoc h2c :http2-stream-pipeline-transform
                         (fn [^ChannelPipeline pipeline]
                           (.addBefore pipeline "handler" "failing"
                                       (proxy [ChannelInboundHandlerAdapter] []
                                         (channelRead [_ msg]
                                           (ReferenceCountUtil/release msg)
                                           (throw (exception)))))))]
      (is (= expected
             (let [text (curl "--http2-prior-knowledge" "-i" (str "http://localhost:" port "/"))
                   [head body] (str/split text #"\r\n\r\n" 2)]
               (str (second (str/split head #" ")) " " body)))))))

;;; aleph.http.http2

(deftest headers-of-ring-become-those-of-netty-and-back
  (let [headers (DefaultHttp2Headers.)]
    (.status headers "200")
    (http2/add-header headers :X-One 1)
    (http2/add-header headers "x-two" ["a" "b"])
    (is (= {"x-one" "1" "x-two" "a,b"} (http2/headers->map headers)))
    (is (thrown? IllegalArgumentException (http2/add-header headers "Connection" "close")))
    (is (thrown? IllegalArgumentException (http2/add-header headers "x" "a\r\nb: c")))))

(deftest statuses-are-parsed
  (is (= ["200" "404"] (map str [(http2/parse-status 200) (http2/parse-status "404")])))
  (doseq [bad [nil 1000 "x" :ok]]
    (is (thrown? IllegalArgumentException (http2/parse-status bad)))))

(deftest exceptions-say-what-ends
  (let [^Http2Exception$StreamException stream (http2/stream-ex 3 "bad" {:data {:a 1}})
        ^Http2Exception connection (http2/conn-ex "worse" {:b 2} Http2Error/ENHANCE_YOUR_CALM)]
    (is (= 3 (.streamId stream)))
    (is (= {:a 1} (ex-data (.getCause stream))))
    (is (= Http2Error/ENHANCE_YOUR_CALM (.error connection)))
    (is (= {:b 2} (ex-data (.getCause connection))))))

(deftest a-stream-chooses-a-coding
  (let [channel (EmbeddedChannel. ^"[Lio.netty.channel.ChannelHandler;"
                                 (into-array ChannelHandler [(compression/h2-compression-handler)]))
        section (fn ^Http2Headers [& fields]
                  (reduce (fn [^Http2Headers h [k v]] (.add h ^CharSequence k ^CharSequence v))
                          (DefaultHttp2Headers. false) (partition 2 fields)))]
    (.writeInbound channel (object-array [(DefaultHttp2HeadersFrame.
                                           (section ":method" "GET" "accept-encoding" "gzip"))]))
    (.writeOutbound channel (object-array [(DefaultHttp2HeadersFrame.
                                            (section ":status" "200" "content-length" "9"))]))
    (let [^Http2HeadersFrame head (.readOutbound channel)]
      (is (= "gzip" (str (.get (.headers head) "content-encoding"))))
      (is (nil? (.get (.headers head) "content-length"))))))

(deftest a-codec-may-encode-bodies
  (let [builder (doto (AlephHttp2FrameCodecBuilder. true)
                  (.setCompression true (into-array CompressionOptions [])))]
    (is (instance? Http2FrameCodec (.build builder)))))
