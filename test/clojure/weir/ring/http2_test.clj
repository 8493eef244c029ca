(ns weir.ring.http2-test
  "The Ring applications of `weir.ring.cases`, which are held against Jetty over HTTP/1.1, get and give the same
  over HTTP/2."
  (:require
   [aleph.http :as http]
   [aleph.netty :as netty]
   [clojure.string :as str]
   [clojure.test :refer [deftest is testing]]
   [weir.ring.cases :as cases])
  (:import
   (java.io Closeable)
   (weir.http HttpServer)))

(set! *warn-on-reflection* true)

(defn- sendable?
  "True for a request that a client can send whatever the version."
  [text]
  (let [[head body] (str/split text #"\r\n\r\n" 2)
        [line & headers] (str/split head #"\r\n")]
    (and (re-find #"^\S+ /\S* HTTP/1\.1$" line)
         (every? #(re-find #"^[^ :]+:" %) headers)
         (some #(str/starts-with? % "Host:") headers)
         (not-any? #(re-find #"(?i)^(transfer-encoding|connection):" %) headers)
         (not (str/includes? (str body) "HTTP/1.1")))))

(defn- parsed
  "The request map that sends what the bytes of a request say."
  [port text]
  (let [[head body] (str/split text #"\r\n\r\n" 2)
        [line & headers] (str/split head #"\r\n")
        [method target] (str/split line #" ")]
    {:request-method (keyword (str/lower-case method))
     :url (str "http://localhost:" port target)
     :headers (dissoc (reduce (fn [m header]
                                (let [[k v] (str/split header #":\s*" 2)]
                                  (update m (str/lower-case k) (fnil conj []) v)))
                              {} headers)
                      "content-length")
     :body (when (seq body) (.getBytes ^String body "ISO-8859-1"))
     :as :byte-array
     :throw-exceptions? false
     :follow-redirects? false}))

(defn- ask [pool port text]
  (try
    (let [{:keys [status headers body]} (deref (http/request (assoc (parsed port text) :pool pool)) 20000 nil)]
      {:status status
       :headers (into {} (for [k (keys headers)
                               :let [k (str/lower-case k)]
                               :when (not (#{"connection" "transfer-encoding"} k))]
                           [k (if (= "date" k) ["?"] (vec (http/get-all headers k)))]))
       :body (String. (bytes (or body (byte-array 0))) "ISO-8859-1")})
    (catch java.io.IOException _
      {:status :cut :headers {} :body ""})))

(defn- answers
  "The responses to a case; nil for a request that not every version has."
  [pool port current {:keys [handler requests scrub] :or {scrub identity}}]
  (reset! current (handler))
  (->> requests
       (reduce (fn [responses request]
                 (let [text (if (fn? request) (request responses) request)]
                   (conj responses (when (sendable? text) (ask pool port text)))))
               [])
       (mapv #(when %
                (-> %
                    (update :body (comp (fn [s] (str/replace s "HTTP/2.0" "HTTP/1.1")) str scrub))
                    (update :headers update-vals (partial mapv scrub)))))))

(defn- start ^HttpServer [current async?]
  (http/start-server (fn
                       ([request] (@current request))
                       ([request respond raise] (@current request respond raise)))
                     {:port 0 :async? async? :server-name :host-header :always-body? true
                      :shutdown-timeout 0 :http-versions [:http2 :http1] :use-h2c? true}))

(deftest applications-get-and-give-the-same-in-both-versions
  (let [current (atom nil)]
    (with-open [sync-server (start current false)
                async-server (start current true)
                ^Closeable http1 (http/connection-pool {})
                ^Closeable http2 (http/connection-pool {:connection-options {:force-h2c? true}})]
      (doseq [[group cases] cases/groups
              [case-name a-case] cases
              :let [port (netty/port (if (:async? a-case) async-server sync-server))]]
        (testing (str group ", " case-name)
          (let [older (answers http1 port current a-case)
                newer (answers http2 port current a-case)]
            (is (= older newer))))))))
