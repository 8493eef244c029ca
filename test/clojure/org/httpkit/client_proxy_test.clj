(ns org.httpkit.client-proxy-test
  "http-kit's client behind proxies: tinyproxy and microsocks, as Debian has them, and a socket that tells
  what it was sent."
  (:require
   [clojure.java.io :as io]
   [clojure.string :as str]
   [clojure.test :refer [are deftest is use-fixtures]]
   [org.httpkit.client :as http]
   [org.httpkit.server :as server]
   [weir.tls :as tls])
  (:import
   (java.io BufferedReader File)
   (java.net ConnectException InetSocketAddress ServerSocket URI)
   (weir.testing Ports Program)))

(set! *warn-on-reflection* true)

(def ^:private ^:dynamic *http* "port of a plain server")
(def ^:private ^:dynamic *https* "port of one with TLS")
(def ^:private ^:dynamic *tinyproxy* "port of a proxy without a login")
(def ^:private ^:dynamic *strict* "port of one with a login")
(def ^:private ^:dynamic *log* "what the first one has logged")

(defn- answer [{:keys [uri headers]}]
  {:headers {"Content-Type" "text/plain"}
   :body (pr-str {:via (headers "via") :uri uri :authorization (headers "proxy-authorization")})})

(defn- program ^Program [& command]
  (Program/start (into-array String command)))

(defn- tinyproxy ^Program [port log & lines]
  (let [conf (doto (File/createTempFile "tinyproxy" ".conf") (.deleteOnExit))]
    (spit conf (str/join "\n" (into [(str "Port " port) "Listen 127.0.0.1" "Timeout 60" "LogLevel Info"
                                     (str "LogFile \"" log "\"")]
                                    lines)))
    (let [p (program "tinyproxy" "-d" "-c" (str conf))]
      (Ports/awaitListener port)
      p)))

(defn- log-file ^File [] (doto (File/createTempFile "tinyproxy" ".log") (.deleteOnExit)))

(use-fixtures :once
  (fn [run]
    (let [open (Ports/free), strict (Ports/free), log (log-file)
          stop-http (server/run-server answer {:port 0})
          stop-https (server/run-server answer {:port 0 :ssl-context (tls/self-signed "localhost")})]
      (try
        (with-open [_ (tinyproxy open log)
                    _ (tinyproxy strict (log-file) "BasicAuth somebody secret")]
          (binding [*http* (:local-port (meta stop-http)), *https* (:local-port (meta stop-https))
                    *tinyproxy* open, *strict* strict, *log* log]
            (run)))
        (finally
          (stop-http :timeout 0)
          (stop-https :timeout 0))))))

(defn- plain [] (str "http://localhost:" *http* "/x?y=1"))
(defn- secure [] (str "https://localhost:" *https* "/x"))
(defn- through [port] {:proxy-url (str "http://localhost:" port)})

(defn- fetch [url opts]
  (let [{:keys [body error]} (deref (http/get url (assoc opts :insecure? true)) 20000 {:error :late})]
    (or error (read-string body))))

(defn- connects [] (count (re-seq #"Request \(file descriptor \d+\): CONNECT" (slurp *log*))))

(deftest plain-http-is-sent-in-absolute-form
  (let [before (connects)]
    (are [opts] (re-find #"tinyproxy" (:via (fetch (plain) opts)))
      (through *tinyproxy*)
      {:proxy-host "http://localhost" :proxy-port *tinyproxy*}
      {:proxy-host "localhost" :proxy-port *tinyproxy*}
      {:proxy-host "http://localhost" :proxy-port *tinyproxy* :proxy-url "http://localhost:1"})
    (is (= before (connects)))))

;; [D] §6.9: CONNECT for https targets.
(deftest https-goes-through-a-tunnel
  (let [before (connects)]
    (is (= {:via nil :uri "/x" :authorization nil} (fetch (secure) (through *tinyproxy*))))
    (is (nil? (:via (fetch (plain) (assoc (through *tinyproxy*) :tunnel? true)))))
    (is (= (+ 2 before) (connects)))))

;; [D] §6.9: credentials.
(deftest logins
  (let [url (str "http://somebody:secret@localhost:" *strict*)]
    (doseq [target [(plain) (secure)]]
      (is (map? (fetch target {:proxy-url url})))
      (is (map? (fetch target (assoc (through *strict*) :proxy-user "somebody" :proxy-pass "secret"))))
      (is (= nil (:authorization (fetch target (assoc (through *strict*) :headers
                                                      {"Proxy-Authorization" "Basic c29tZWJvZHk6c2VjcmV0"}))))
          "as programs do that know no other way; the target never sees it"))
    (is (instance? ConnectException (fetch (secure) (through *strict*))))
    (is (= 407 (:status @(http/get (plain) (through *strict*)))))))

;; [D] §6.9: SOCKS.
(deftest socks
  (let [port (Ports/free)]
    (with-open [_ (program "microsocks" "-i" "127.0.0.1" "-p" (str port) "-u" "a" "-P" "b")]
      (Ports/awaitListener port)
      (doseq [target [(plain) (secure)]]
        (is (= {:via nil :uri "/x" :authorization nil}
               (fetch target {:proxy-url (str "socks5://a:b@localhost:" port)}))))
      (is (instance? ConnectException (fetch (plain) {:proxy-url (str "socks5://a:x@localhost:" port)}))))))

;; [D] §6.9: no-proxy lists.
(deftest hosts-may-be-left-out
  (is (nil? (:via (fetch (plain) (assoc (through *tinyproxy*) :proxy-ignore-hosts ["localhost"])))))
  (is (:via (fetch (plain) (assoc (through *tinyproxy*) :proxy-ignore-hosts ["other"])))))

(defn- head-of
  "Returns the first lines that reach a socket when `f` is called with its port."
  [f]
  (with-open [listening (ServerSocket. 0)]
    (let [head (future
                 (with-open [socket (.accept listening)]
                   (let [in (io/reader (.getInputStream socket))
                         lines (doall (take-while seq (repeatedly #(.readLine ^BufferedReader in))))]
                     (.write (.getOutputStream socket)
                             (.getBytes "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
                     lines)))]
      (f (.getLocalPort listening))
      (deref head 10000 nil))))

(deftest the-proxy-is-told-the-whole-url
  (let [head (head-of #(deref (http/get "http://far.invalid/a?b" (through %)) 10000 nil))]
    (is (= "GET http://far.invalid/a?b HTTP/1.1" (first head)))
    (is (some #{"Host: far.invalid"} head))
    (is (some #{"Proxy-Connection: Keep-Alive"} head))))

(deftest an-address-finder-is-asked-for-the-proxy
  (let [asked (promise)
        port *tinyproxy*
        client (http/make-client {:address-finder (fn [uri]
                                                    (deliver asked uri)
                                                    (InetSocketAddress. "localhost" (int port)))})]
    (with-open [_ client]
      (is (re-find #"tinyproxy" (:via (fetch (plain) {:proxy-url "http://nowhere.invalid:81" :client client}))))
      (is (= (URI. "http://nowhere.invalid:81") @asked)))))

(deftest what-is-no-proxy-is-an-error
  (are [opts] (instance? IllegalArgumentException (:error @(http/get (plain) opts)))
    {:proxy-url "http://"}
    {:proxy-url "gopher://localhost:1"}
    {:proxy-url "http://a b"}
    {:proxy-url "http://user@localhost:1"}
    {:proxy-host "http://localhost" :proxy-port 70000})
  (is (instance? ConnectException (:error @(http/get (plain) {:proxy-url "http://localhost:1"})))))
