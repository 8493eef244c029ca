(ns org.httpkit.client-streaming-test
  "Bodies that http-kit's client sends and receives while they are made. [D] marks where the specification
  wants something else than http-kit does."
  (:require
   [clojure.string :as str]
   [clojure.test :refer [deftest is]]
   [org.httpkit.client :as http]
   [org.httpkit.server :as server])
  (:import
   (java.io File InputStream PipedInputStream PipedOutputStream)
   (java.util.concurrent CountDownLatch TimeUnit)
   (weir.deferred Deferred)))

(set! *warn-on-reflection* true)

(defmacro ^:private with-url [[url handler options] & body]
  `(let [stop# (server/run-server ~handler (merge {:port 0} ~options))
         ~url (str "http://localhost:" (:local-port (meta stop#)) "/")]
     (try ~@body (finally (stop# :timeout 0)))))

(defn- piped []
  (let [out (PipedOutputStream.)]
    [(PipedInputStream. out 65536) out]))

;; [D] §6.1: the body is not read on the caller's thread. §11.5: nor gathered in memory.
(deftest a-body-is-sent-while-it-is-written
  (let [first-byte (promise)
        [in ^PipedOutputStream out] (piped)]
    (with-url [url (fn [{:keys [^InputStream body]}]
                     (deliver first-byte (.read body))
                     {:body (slurp body)})
               {:max-body nil}]
      (let [response (http/post url {:body in :as :text})]
        (.write out (.getBytes "a"))
        (.flush out)
        (is (= 97 (deref first-byte 10000 nil)) "the server reads while the client writes")
        (is (not (realized? response)))
        (.write out (.getBytes "bc"))
        (.close out)
        (is (= "bc" (:body (deref response 10000 nil))))))))

;; [D] §6.4: files of forms are streamed.
(deftest a-part-is-sent-while-it-is-written
  (let [came (promise)
        [in ^PipedOutputStream out] (piped)]
    (with-url [url (fn [{:keys [^InputStream body]}]
                     (let [start (loop [s ""]
                                   (if (str/includes? s "<ab>") s (recur (str s (char (.read body))))))]
                       (deliver came start)
                       {:body (str start (slurp body))}))
               {:max-body nil}]
      (let [response (http/post url {:multipart [{:name "f" :content in :filename "f.txt"}] :as :text})]
        (.write out (.getBytes "<ab>"))
        (.flush out)
        (is (re-find #"filename=\"f.txt\"" (deref came 10000 "")))
        (.write out (.getBytes "cd"))
        (.close out)
        (is (re-find #"<ab>cd\r\n--" (:body (deref response 10000 nil))))))))

(deftest a-file-has-its-length
  (let [file (doto (File/createTempFile "upload" ".txt") (.deleteOnExit) (spit "contents"))]
    (with-url [url (fn [{:keys [headers body]}] {:body (str (headers "content-length") (slurp body))}) {}]
      (is (= "8contents" (:body @(http/put url {:body file :as :text})))))))

(deftest mixed-parts-have-no-disposition
  (with-url [url (fn [{:keys [headers body]}] {:body (str (headers "content-type") (slurp body))}) {}]
    (let [{:keys [body]} @(http/post url {:multipart-mixed? true :as :text
                                          :multipart [{:name "a" :content "x" :content-type "text/x"}]})]
      (is (re-find #"^multipart/mixed; boundary=" body))
      (is (not (re-find #"(?i)content-disposition" body)))
      (is (re-find #"text/x" body)))))

;; [D] §6.5: a stream that is not read stops the socket instead of failing. §11.6: it comes with the head.
(deftest a-stream-that-nobody-reads-holds-the-server-up
  (let [piece (byte-array 100000)
        stalled (promise)
        sender (fn [ch]
                 (future
                   (loop [n 1]
                     (let [^Deferred written (server/send-async! ch piece false)]
                       (if (or (= n 2000) (= :stalled (deref written 500 :stalled)))
                         (do (server/close ch)
                             (deliver stalled n))
                         (recur (inc n)))))))]
    (with-url [url (fn [req] (server/as-channel req {:on-open sender})) {}]
      (let [{:keys [status ^InputStream body]} (deref (http/get url {:as :stream}) 10000 nil)
            n (deref stalled 60000 nil)]
        (is (= 200 status))
        (is (< n 500) "50 MB are more than all buffers on the way hold")
        (is (= (* n 100000) (loop [total 0, piece (byte-array 65536)]
                              (let [k (.read body piece)]
                                (if (neg? k) total (recur (+ total k) piece))))))))))

(deftest a-stream-that-breaks-throws
  (let [go-on (CountDownLatch. 1)]
    (with-url [url (fn [_] {:headers {"Content-Length" "100"}
                            :body (lazy-seq (cons "abc" (lazy-seq (.await go-on 10 TimeUnit/SECONDS)
                                                                  (throw (ex-info "expected by this test" {})))))})
               {:error-logger (fn [_ _])}]
      (let [{:keys [^InputStream body]} (deref (http/get url {:as :stream}) 10000 nil)]
        (is (= 97 (.read body)))
        (.countDown go-on)
        (is (thrown? java.io.IOException (slurp body)))))))

(deftest a-stream-may-be-closed-early
  (with-url [url (fn [_] {:body (repeat 1000 (byte-array 100000))}) {}]
    (let [{:keys [^InputStream body]} (deref (http/get url {:as :stream}) 10000 nil)]
      (.read body)
      (.close body)
      (is (= 200 (:status (deref (http/head url) 10000 nil)))))))
