(ns weir.frame-test
  "Frames over streams, and the examples that use them."
  (:require
   [aleph.netty :as netty]
   [clojure.string :as str]
   [clojure.test :refer [deftest is testing]]
   [line-server]
   [manifold.deferred :as d]
   [manifold.stream :as s]
   [redis-client]
   [rpc]
   [statsd]
   [aleph.tcp :as tcp]
   [aleph.udp :as udp]
   [weir.frame :as frame])
  (:import
   (io.netty.channel Channel)
   (java.io Closeable)
   (java.net InetSocketAddress Socket)
   (weir.bytes.frame FrameException)
   (weir.stream Streams)
   (weir.testing Await Ports Program)))

(set! *warn-on-reflection* true)

(defn- value [d] (deref d 20000 :too-late))

(defn- frames-of
  "The frames of these pieces, and the class of the error that they end with."
  [f & pieces]
  (let [in (s/stream), out (s/stream)
        frames (f (s/splice out in))]
    (s/put-all! in (map #(.getBytes ^String %) pieces))
    (future (Await/until "all is taken" #(zero? (long (:pending-puts (s/description in) 0)))) (s/close! in))
    (loop [found []]
      (let [m (value (s/take! frames ::end))
            m (if (and (= ::end m) (instance? FrameException (Streams/failure frames nil))) ::error m)]
        (if (#{::end ::error :too-late} m)
          (conj found m)
          (recur (conj found (if (bytes? m) (String. ^bytes m) m))))))))

(deftest lines-are-cut
  (is (= ["a" "" "bc" "ä" "rest" ::end] (frames-of frame/lines "a\n\nb" "c\r" "\nä\n" "rest")))
  (is (= [::end] (frames-of frame/lines)))
  (is (= ["abc" ::error] (frames-of #(frame/lines % {:max-length 3}) "abc\nabcd\nx\n")))
  (is (= ["abc" ::end] (frames-of #(frame/lines % {:max-length 3}) "abc\r" "\n")))
  (is (= [::error] (frames-of #(frame/lines % {:max-length 3}) "abcde"))))

(deftest delimiters-are-found-across-pieces
  (is (= ["a" "b" ::end] (frames-of #(frame/delimited % "--") "a-" "-b-" "-")))
  (is (= ["a" ::error] (frames-of #(frame/delimited % "--") "a--b")) "the end within a frame"))

(deftest lengths-are-read
  (let [f #(frame/length-prefixed % {:length-bytes 1 :max-length 5})]
    (is (= ["abc" "" "d" ::end] (frames-of f "\u0003a" "bc\u0000\u0001" "d")))
    (is (= ["a" ::error] (frames-of f "\u0001a\u0003ab")))
    (is (= [::error] (frames-of f "\u0006abcdef")))))

(deftest frames-are-encoded
  (let [sent (fn [f & ms]
               (let [out (s/stream 10)
                     frames (f (s/splice out (s/stream)))]
                 (run! #(value (s/put! frames %)) ms)
                 (str/join (map #(if (bytes? %) (String. ^bytes %) %)
                                (repeatedly (count ms) #(value (s/take! out)))))))]
    (is (= "a\nb\n" (sent frame/lines "a" (.getBytes "b"))))
    (is (= "a;b;" (sent #(frame/delimited % ";") "a" "b")))
    (is (= "\u0000\u0000\u0000\u0003abc" (sent frame/length-prefixed "abc")))
    (is (= "\u0000\u0001a" (sent #(frame/length-prefixed % {:length-bytes 2}) "a")))))

(deftest options-are-checked
  (is (thrown-with-msg? IllegalArgumentException #":max-length is 0" (frame/lines (s/stream) {:max-length 0})))
  (is (thrown-with-msg? IllegalArgumentException #"lengthBytes: 5" (frame/length-prefixed (s/stream) {:length-bytes 5})))
  (is (thrown-with-msg? IllegalArgumentException #"delimiter: empty" (frame/delimited (s/stream) "")))
  (is (thrown-with-msg? IllegalArgumentException #":as is :json" (frame/delimited (s/stream) ";" {:as :json}))))

;; ---- the examples

(deftest the-line-server-answers-each-line
  (with-open [^Closeable server (line-server/start {:port 0 :shutdown-timeout 0})
              socket (Socket. "localhost" (int (netty/port server)))]
    (.write (.getOutputStream socket) (.getBytes "hello\nwor"))
    (.write (.getOutputStream socket) (.getBytes "ld\n"))
    (let [in (java.io.BufferedReader. (java.io.InputStreamReader. (.getInputStream socket)))]
      (is (= ["HELLO" "WORLD"] [(.readLine in) (.readLine in)])))))

(deftest calls-are-answered-in-any-order
  (let [slow (d/deferred)
        server (rpc/start-server {'+ +, 'slow (fn [] slow), 'fails (fn [] (throw (ex-info "no" {})))}
                                 {:port 0 :shutdown-timeout 0})]
    (with-open [^Closeable _ server]
      (let [call (value (rpc/client {:host "localhost" :port (netty/port server)}))
            first-call (call 'slow)]
        (is (= 6 (value (call '+ 1 2 3))))
        (is (not (d/realized? first-call)))
        (d/success! slow :done)
        (is (= :done (value first-call)))
        (is (thrown? Exception (value (call 'fails))))
        (is (= (range 100) (value (apply d/zip (map #(call '+ %) (range 100))))))
        (call)))))

(deftest metrics-are-counted
  (let [{:keys [socket stats]} (value (statsd/start {:port 0}))
        port (.getPort ^InetSocketAddress (.localAddress ^Channel (:aleph/channel (meta socket))))
        sender (value (udp/socket {}))]
    (doseq [m ["hits:1|c\nhits:2|c" "load:0.5|g" "time:12|ms" "not a metric"]]
      (value (s/put! sender {:host "127.0.0.1" :port port :message m})))
    (Await/until "all is counted" #(= {"hits" 3.0, "load" 0.5, "time" [12.0]} @stats))
    (run! s/close! [socket sender])))

(deftest redis-answers
  (let [port (Ports/free)]
    (with-open [^Program program (Program/start (into-array String ["redis-server" "--port" (str port) "--bind" "127.0.0.1"
                                                                    "--save" "" "--appendonly" "no"]))]
      (.await program "Ready to accept connections")
      (let [redis (value (redis-client/connect {:port port}))]
        (is (= "OK" (value (redis :set "k" "ä b"))))
        (is (= "ä b" (value (redis :get "k"))))
        (is (nil? (value (redis :get "none"))))
        (is (= 3 (value (redis :rpush "list" 1 2 3))))
        (is (= ["1" "2" "3"] (value (redis :lrange "list" 0 -1))))
        (is (thrown? Exception (value (redis :no-such-command))))
        (is (= (map str (range 1000))
               (do (run! #(redis :set % %) (range 1000))
                   (value (apply d/zip (map #(redis :get %) (range 1000)))))))
        (let [large (apply str (repeat 200000 "x"))]
          (is (= "OK" (value (redis :set "large" large))))
          (is (= large (value (redis :get "large")))))
        (redis)))))
