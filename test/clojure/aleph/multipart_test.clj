(ns aleph.multipart-test
  "Forms with files, as the client sends them and as a handler reads them."
  (:require
   [aleph.http :as http]
   [aleph.http.encoding :as encoding]
   [aleph.http.multipart :as multipart]
   [aleph.versions :as versions]
   [clojure.string :as str]
   [clojure.test :refer [deftest is testing use-fixtures]]
   [manifold.stream :as s])
  (:import
   (io.netty.handler.codec.http DefaultHttpRequest HttpMethod HttpVersion)
   (java.io ByteArrayInputStream Closeable File IOException InputStream)
   (weir.http HttpServer)
   (weir.http.multipart MultipartException)))

(set! *warn-on-reflection* true)

(use-fixtures :each versions/each-version)

(defn- with-server* [handler options f]
  (let [^HttpServer server (http/start-server handler (merge {:port 0 :shutdown-timeout 0} options))]
    (try
      (f (str "http://localhost:" (.port server)))
      (finally (.close server)))))

(defmacro ^:private with-server [[url handler options] & body]
  `(with-server* ~handler ~options (fn [~url] ~@body)))

(defn- value [response] (deref response 20000 :too-late))

(defn- failure [f]
  (try
    (let [v (f)]
      (throw (AssertionError. (str "succeeded with " v))))
    (catch Exception e e)))

(defn- temp-file ^File [^String suffix ^String content]
  (doto (File/createTempFile "weir-test" suffix)
    (.deleteOnExit)
    (spit content)))

(defn- text [{:keys [^File file content]}]
  (cond
    file (slurp file)
    (string? content) content
    :else (slurp content)))

(defn- parts-of
  "Reads all parts; contents become strings."
  [req options]
  (let [parts (multipart/decode-request req options)]
    (loop [all []]
      (let [part (deref (s/take! parts ::end) 20000 ::too-late)]
        (if (= ::end part)
          all
          (recur (conj all (assoc part :content (text part)))))))))

(defn- decoded [parts options]
  (let [seen (promise)]
    (with-server [url (fn [req]
                        (deliver seen [(try (parts-of req options) (catch Throwable t t)) (:headers req)])
                        {:status 200})]
      (value (http/post url {:multipart parts :throw-exceptions false}))
      (value seen))))

(deftest parts-arrive-as-they-were-sent
  (let [file (temp-file ".png" "picture")
        [parts headers] (decoded [{:part-name "a" :content "ä"}
                                  {:name "b" :content "x" :charset "iso-8859-1"}
                                  {:part-name "f" :content file}
                                  {:part-name "g" :content (ByteArrayInputStream. (.getBytes "stream"))
                                   :file-name "o\"ne.txt"}
                                  {:part-name "h" :content (.getBytes "{}") :mime-type "application/json" :charset "utf-8"}
                                  {:part-name "i" :content nil}
                                  {:content (.toPath file) :file-name "other"}]
                                 {})]
    (is (re-matches #"multipart/form-data; boundary=[0-9a-f]+" (get headers "content-type")))
    (is (= (when-not versions/*http2?* "chunked") (get headers "transfer-encoding")))
    (is (= ["a" "b" "f" "g" "h" "i" (.getName file)] (map :part-name parts)))
    (is (= ["ä" "x" "picture" "stream" "{}" "" "picture"] (map :content parts)))
    (is (= [nil nil "image/png" "text/plain" "application/json" nil "application/octet-stream"]
           (map :mime-type parts)))
    (is (= [nil nil (.getName file) "o\"ne.txt"] (take 4 (map :name parts))))
    (is (re-matches #"[0-9a-f-]{36}" (:name (nth parts 4))))
    (is (= [false false true true true false true] (map :file? parts)))
    (is (= [nil nil "binary"] (take 3 (map :transfer-encoding parts))))
    (is (= [2 1 7] (take 3 (map :size parts))))
    (is (every? :memory? parts))))

(defn- raw-body [parts]
  (slurp (.open (multipart/->multipart parts nil))))

(deftest headers-of-parts-have-their-order
  (let [[delimiter & lines] (str/split (raw-body [{:part-name "p" :content "c"}]) #"\r\n")]
    (is (= ["content-disposition: form-data; name=\"p\"" "content-length: 1"
            "content-type: text/plain; charset=UTF-8" "" "c" (str delimiter "--")]
           lines)))
  (is (= ["content-disposition: form-data; name=\"p\"; filename=\"f.txt\"" "content-length: 1"
          "content-type: text/plain" "content-transfer-encoding: binary" "" "c"]
         (butlast (rest (str/split (raw-body [{:part-name "p" :content "c" :file-name "f.txt"}]) #"\r\n")))))
  (testing "of a stream, the length only if somebody says it"
    (let [part {:part-name "p" :file-name "f" :content (ByteArrayInputStream. (.getBytes "c"))}]
      (is (not (str/includes? (raw-body [part]) "content-length")))
      (is (str/includes? (raw-body [(assoc part :length 1)]) "content-length: 1"))))
  (testing "nothing gets out of a header"
    (is (str/includes? (raw-body [{:part-name "a\r\nevil: 1" :content ""}]) "name=\"a%0D%0Aevil: 1\"")))
  (is (re-matches #"--[0-9a-f]+--\r\n" (raw-body []))))

(deftest bad-parts-fail-before-anything-is-sent
  (doseq [parts [[{:content "x"}] [{:part-name "a" :content (File. "/nowhere")}] [{:part-name "a" :content 7}] "x"]]
    (is (instance? IllegalArgumentException (failure #(value (http/post "http://localhost:1/" {:multipart parts})))))))

(deftest large-files-are-streamed-through-temporary-files
  (let [content (apply str (repeat 200000 "0123456789"))
        file (temp-file ".bin" content)
        seen (promise)]
    (with-server [url (fn [req]
                        (let [parts (multipart/decode-request req)
                              ^File one (:file @(s/take! parts))
                              first-there? (.exists one)
                              ^File two (:file @(s/take! parts))]
                          (deliver seen {:lengths [first-there? (.exists one) (.length two)]
                                         :end @(s/take! parts :end)
                                         :gone (not (.exists two))})
                          {:status 200}))]
      (value (http/post url {:multipart [{:part-name "a" :content file} {:part-name "b" :content file}]}))
      (is (= {:lengths [true false 2000000] :end :end :gone true} (value seen))
          "[B] a part's file is there until the next part is taken"))))

(deftest files-stay-until-the-program-cleans-up
  (let [seen (promise)
        file (temp-file ".bin" (apply str (repeat 20000 "x")))]
    (with-server [url (fn [req]
                        (let [[parts cleanup] (multipart/decode-request req {:manual-cleanup? true :memory-limit 10})
                              files (mapv :file (s/stream->seq parts))
                              there (mapv #(.exists ^File %) files)]
                          (cleanup)
                          (deliver seen [there (mapv #(.exists ^File %) files)])
                          {:status 200}))]
      (value (http/post url {:multipart [{:part-name "a" :content file} {:part-name "b" :content file}]}))
      (is (= [[true true] [false false]] (value seen))))))

(defn- form [type ^String body]
  {:headers {"content-type" type} :body (when body (ByteArrayInputStream. (.getBytes body)))})

(deftest url-encoded-forms-are-read-to-their-last-field
  (is (= [["a" "1"] ["b" "ä x"] ["c" ""]]
         (map (juxt :part-name :content)
              (parts-of (form "application/x-www-form-urlencoded" "a=1&b=%C3%A4+x&&c") {})))
      "[B] the last field was lost"))

(defn- broken [body options]
  (failure #(parts-of (form "multipart/form-data; boundary=x" body) options)))

(deftest what-is-no-well-formed-form-fails
  (is (thrown? IllegalArgumentException (multipart/decode-request (form "text/plain" "a=1"))) "[B]")
  (is (thrown? IllegalArgumentException (multipart/decode-request (form "multipart/form-data" "a=1"))))
  (is (= [] (parts-of (form "multipart/form-data; boundary=x" nil) {})) "[B] no body is no part")
  (testing "[B] truncated and malformed bodies ended the stream as if they were complete"
    (doseq [body ["" "--x" "--x\r\n" "--x\r\ncontent-disposition: form-data; name=a\r\n\r\nabc"
                  "--xy\r\n" "--x\r\nno colon\r\n\r\n\r\n--x--" "--x\r\na: b\rc\r\n\r\n\r\n--x--"
                  "--x\r\n: b\r\n\r\n\r\n--x--"]]
      (is (instance? IOException (broken body {})) (pr-str body))))
  (testing "limits"
    (let [part "--x\r\ncontent-disposition: form-data; name=a\r\n\r\nabc\r\n"]
      (is (instance? MultipartException (broken (str part part "--x--") {:max-parts 1})))
      (is (instance? MultipartException (broken (str part "--x--") {:max-part-size 2})))
      (is (instance? MultipartException (broken (str "--x\r\n" (apply str (repeat 2000 "header: value\r\n"))) {}))))
    (is (instance? MultipartException
                   (failure #(parts-of (form "application/x-www-form-urlencoded"
                                             (str "a=" (apply str (repeat 1100000 "x")))) {}))))))

(deftest an-upload-that-is-cut-short-fails-the-reader
  (let [started (promise)
        seen (promise)]
    (with-server [url (fn [req]
                        (deliver started true)
                        (deliver seen (try (parts-of req {}) (catch Throwable t t)))
                        {:status 200})]
      (let [endless (proxy [InputStream] []
                      (read
                        ([] 65)
                        ([b off len] (if (realized? seen) -1 (int len)))))
            rsp (http/post url {:multipart [{:part-name "a" :content endless :file-name "f"}]})]
        (is (true? (value started)))
        (http/cancel-request! rsp)
        (is (instance? IOException (value seen)))))))

(deftest raw-bodies-are-read-too
  (let [seen (promise)]
    (with-server [url (fn [req] (deliver seen (parts-of req {:body-buffer-size 100})) {:status 200})
                  {:raw-stream? true}]
      (value (http/post url {:multipart [{:part-name "a" :content (apply str (repeat 100000 "x"))}]}))
      (is (= [100000] (map (comp count :content) (value seen)))))))

(deftest the-preamble-and-the-epilogue-mean-nothing
  (is (= ["\r\n--no" ""]
         (map :content (parts-of (form "multipart/form-data; boundary=\"x\""
                                       (str "before\r\n--x  \r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n--no\r\n"
                                            "--x\r\ncontent-disposition: form-data; name=b\r\n\r\n\r\n--x--\r\nafter")) {})))))

(deftest file-names-in-other-charsets
  (is (= "ä b" (:name (first (parts-of (form "multipart/form-data; boundary=x"
                                             (str "--x\r\ncontent-disposition: form-data; name=a; filename=z;"
                                                  " filename*=UTF-8''%C3%A4%20b\r\n\r\n\r\n--x--")) {}))))))

(deftest the-older-functions-work
  (is (= "text/plain; charset=x" (multipart/mime-type-descriptor "text/plain" "x")))
  (is (multipart/is-multipart? (form "multipart/form-data; boundary=x" "")))
  (let [body (multipart/encode-body "x" [{:part-name "a" :content "ä" :transfer-encoding :base64}
                                         {:part-name "b" :content "y" :name "f.txt" :mime-type "text/plain"}])]
    (is (= [["a" "w6Q=" nil] ["b" "y" "f.txt"]]
           (map (juxt :part-name :content :name)
                (parts-of (form "multipart/form-data; boundary=x" (String. ^bytes body)) {})))))
  (let [[^DefaultHttpRequest req body] (multipart/encode-request
                                        (DefaultHttpRequest. HttpVersion/HTTP_1_1 HttpMethod/POST "/")
                                        [{:part-name "a" :content "b"}])]
    (is (re-find #"boundary" (.get (.headers req) "content-type")))
    (with-server [url #(hash-map :status 200 :body (str (count (parts-of % {}))))]
      (is (= "1" (:body (value (http/post url {:body body :as :string
                                               :headers {"content-type" (.get (.headers req) "content-type")}}))))))))

(deftest transfer-encodings
  (is (= "w6Q=" (String. ^bytes (encoding/encode "ä" :base64))))
  (is (= "=C3=A4 =3D x=20" (String. ^bytes (encoding/encode "ä = x " :qp))))
  (is (every? #(<= (count %) 76) (str/split (String. ^bytes (encoding/encode-qp (apply str (repeat 100 "ä")))) #"\r\n")))
  (is (= "=0A" (encoding/qp-byte 10)))
  (is (thrown? IllegalArgumentException (encoding/encode "x" :rot13))))

(deftest a-form-can-be-sent-again-if-its-parts-can
  (with-server [url #(if (= "/" (:uri %))
                       {:status 307 :headers {"location" "/x"}}
                       {:status 200 :body (str (count (parts-of % {})))})]
    (with-open [^Closeable pool (http/connection-pool {})]
      (is (= "1" (:body (value (http/post url {:pool pool :force-redirects true :as :string
                                               :multipart [{:part-name "a" :content "b"}]})))))
      (is (instance? Exception
                     (failure #(value (http/post url {:pool pool :force-redirects true
                                                      :multipart [{:part-name "a" :content (ByteArrayInputStream. (byte-array 1))}]}))))))))
