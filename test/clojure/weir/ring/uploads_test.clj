(ns weir.ring.uploads-test
  "Request bodies as Ring's middleware reads them, also those that do not come to their end."
  (:require
   [aleph.http :as http]
   [aleph.netty :as netty]
   [aleph.versions :as versions]
   [clojure.test :refer [deftest is testing use-fixtures]]
   [ring.middleware.multipart-params :refer [wrap-multipart-params]]
   [ring.middleware.params :refer [wrap-params]])
  (:import
   (java.io File IOException InputStream)
   (java.util Arrays)
   (weir.http HttpServer)
   (weir.testing RawClient RawClient$Response)))

(set! *warn-on-reflection* true)

(use-fixtures :each versions/each-version)

(defn- with-client [handler options f]
  (let [^HttpServer server (http/start-server handler (merge {:port 0 :shutdown-timeout 0} options))]
    (with-open [_ server
                client (versions/raw-client (netty/port server))]
      (f client))))

(defn- head ^String [type length]
  (str "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: " type "\r\nContent-Length: " length "\r\n\r\n"))

(def ^:private multipart "multipart/form-data; boundary=XX")

(def ^:private part
  (str "--XX\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n"
       "Content-Type: application/octet-stream\r\n\r\n"))

(deftest an-upload-larger-than-any-buffer-goes-to-a-file
  (let [size 20000000
        end "\r\n--XX--\r\n"
        piece (byte-array 100000)]
    (Arrays/fill piece (byte 7))
    (with-client (wrap-multipart-params
                  (fn [{:keys [params]}]
                    (let [{:keys [^File tempfile size]} (get params "f")]
                      (try
                        {:status 200 :headers {} :body (str size " " (.length tempfile))}
                        (finally
                          (.delete tempfile))))))
      {}
      (fn [^RawClient client]
        (.send client (head multipart (+ (count part) size (count end))))
        (.send client ^String part)
        (dotimes [_ (quot size (count piece))]
          (.send client piece))
        (let [^RawClient$Response response (.read (.send client end))]
          (is (= (str size " " size) (.text response))))))))

(deftest an-upload-that-is-aborted-is-an-exception-in-the-middleware
  (doseq [[what wrap type start] [["multipart" wrap-multipart-params multipart part]
                                  ["params" wrap-params "application/x-www-form-urlencoded" "a=1"]]]
    (testing what
      (let [failed (promise)
            parse (wrap (fn [_] (deliver failed :parsed) {:status 200}))]
        (with-client (fn [request]
                       (try
                         (parse request)
                         (catch Exception e
                           (deliver failed e)
                           {:status 400})))
          {}
          (fn [^RawClient client]
            (.send client (head type 1000000))
            (.send client ^String start)
            (.close client)
            (let [e (deref failed 20000 nil)]
              (is (some #(instance? IOException %) (take-while some? (iterate ex-cause e)))))))))))

(deftest an-unread-upload-does-not-disturb-the-next-request
  (with-client (fn [request] {:status 200 :headers {} :body (name (:request-method request))}) {}
    (fn [^RawClient client]
      (.send client (str (head "text/plain" 200000) (apply str (repeat 200000 "x"))))
      (is (= "post" (.text (.read client))))
      (is (= "get" (.text (.read (.get client "/"))))))))

(deftest the-stream-goes-on-after-an-asynchronous-handler-has-returned
  (with-client (fn [{:keys [body]} respond _]
                 (future
                   (respond {:status 200 :headers {} :body (slurp body)})))
    {:async? true}
    (fn [^RawClient client]
      (.send client (head "text/plain" 50000))
      (.send client ^String (apply str (repeat 50000 "y")))
      (is (= 50000 (alength (.body (.read client))))))))

(deftest a-stream-can-be-read-in-every-way
  (let [results (promise)]
    (with-client (fn [{:keys [^InputStream body]}]
                   (let [buffer (byte-array 3)]
                     (deliver results [(.read body)
                                       (.read body buffer)
                                       (String. buffer)
                                       (.skip body 2)
                                       (<= 0 (.available body))
                                       (.read body buffer 1 0)
                                       (slurp body)
                                       (.read body)
                                       (.read body buffer)
                                       (.close body)]))
                   {:status 200})
      {}
      (fn [^RawClient client]
        (doseq [request ["POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n0123456789"]]
          (.read (.send client ^String request)))
        (is (= [48 3 "123" 2 true 0 "6789" -1 -1 nil] (deref results 20000 nil)))))))

(deftest what-has-no-body-has-nil-unless-it-is-a-form-or-asked-for
  (let [kind (fn [request] {:status 200 :headers {} :body (if (:body request) (slurp (:body request)) "nil")})
        answer (fn [options ^String lines]
                 (with-client kind options
                   (fn [^RawClient client]
                     (.text (.read (.send client (str "POST / HTTP/1.1\r\nHost: a\r\n" lines "\r\n")))))))
        form "Content-Type: application/x-www-form-urlencoded\r\n"]
    (doseq [more [{} {:max-request-body-size 100}]]
      (is (= "nil" (answer more "")))
      (is (= "nil" (answer more "Content-Length: 0\r\n")))
      (is (= "" (answer more form)))
      (is (= "" (answer more "content-type: Multipart/Form-Data; boundary=x\r\n")))
      (is (= "" (answer (assoc more :always-body? true) "")))
      (is (= "" (answer more (str form "Transfer-Encoding: chunked\r\n\r\n0\r\n")))))))
