(ns org.httpkit.nginx-test
  "run-server behind nginx, set up as http-kit's documents have it: keep-alive to the server, forwarding
  headers, WebSockets."
  (:require
   [aleph.http :as aleph]
   [clojure.string :as str]
   [clojure.test :refer [deftest is use-fixtures]]
   [manifold.stream :as s]
   [org.httpkit.client :as http]
   [org.httpkit.server :as server]
   [org.httpkit.timer :as timer])
  (:import
   (java.io File InputStream)
   (java.nio.file Files)
   (java.nio.file.attribute FileAttribute)
   (java.util.concurrent ConcurrentHashMap)
   (weir.testing Ports Program)))

(set! *warn-on-reflection* true)

(def ^:private connections "Every channel's two addresses: a set." (ConcurrentHashMap/newKeySet))

(defn- handler [{:keys [uri async-channel ^InputStream body] :as req}]
  (.add ^java.util.Set connections (str async-channel))
  (case uri
    "/who" {:body (pr-str (select-keys req [:remote-addr :scheme :server-name]))}
    "/length" {:body (str (reduce + (map count (some-> body (slurp :encoding "ISO-8859-1") list))))}
    "/large" {:headers {"Content-Type" "text/plain"} :body (repeat 1000 (apply str (repeat 1000 "x")))}
    "/later" (server/as-channel req {:on-open #(timer/schedule-task 20 (server/send! % "later"))})
    "/pieces" (server/with-channel req ch
                (server/send! ch {:headers {"Content-Type" "text/plain" "X-Accel-Buffering" "no"} :body "a"} false)
                (timer/schedule-task 20
                  (server/send! ch "b" false)
                  (server/close ch)))
    "/ws" (server/as-channel req {:on-receive (fn [ch msg] (server/send! ch (str/upper-case msg)))})
    nil))

(defn- config [dir listen port]
  (str "daemon off; worker_processes 1; pid " dir "/pid; error_log stderr;\n"
       "events { worker_connections 256; }\n"
       "http {\n  access_log off;\n"
       (str/join (map #(str "  " % "_temp_path " dir "/" % ";\n")
                      ["client_body" "proxy" "fastcgi" "uwsgi" "scgi"]))
       "  upstream http_backend { server 127.0.0.1:" port "; keepalive 32; }\n"
       "  map $http_upgrade $connection_upgrade { default upgrade; '' ''; }\n"
       "  server {\n    listen 127.0.0.1:" listen ";\n    client_max_body_size 16m;\n"
       "    location / {\n      proxy_pass http://http_backend;\n      proxy_http_version 1.1;\n"
       "      proxy_set_header Connection $connection_upgrade;\n"
       "      proxy_set_header Upgrade $http_upgrade;\n"
       "      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\n"
       "      proxy_set_header X-Forwarded-Proto https;\n"
       "      proxy_set_header Host $http_host;\n    }\n  }\n}\n"))

(def ^:private nginx "Debian has it where no path of users leads." (if (.canExecute (File. "/usr/sbin/nginx")) "/usr/sbin/nginx" "nginx"))

(def ^:private ^:dynamic *port* "where nginx listens")

(use-fixtures :once
  (fn [run]
    (let [dir (.toFile (Files/createTempDirectory "nginx" (make-array FileAttribute 0)))
          conf (File. dir "nginx.conf")
          listen (Ports/free)
          stop (server/run-server handler {:port 0 :forwarded-from ["127.0.0.0/8"]})]
      ;; Nginx gives its workers another user, if it can.
      (doto dir (.setReadable true false) (.setWritable true false) (.setExecutable true false))
      (spit conf (config dir listen (:local-port (meta stop))))
      (try
        (with-open [_ (Program/start (into-array String [nginx "-p" (str dir) "-c" (str conf) "-e" "stderr"]))]
          (Ports/awaitListener listen)
          (binding [*port* listen] (run)))
        (finally (stop :timeout 0))))))

(defn- fetch [path & [opts]]
  (:body @(http/request (merge {:url (str "http://localhost:" *port* path) :as :text} opts))))

(deftest connections-to-the-server-are-kept-alive
  (.clear ^java.util.Set connections)
  (dotimes [_ 50]
    (is (= "later" (fetch "/later"))))
  (is (= 1 (count connections))))

(deftest the-proxy-is-believed
  (is (= {:remote-addr "7.7.7.7" :scheme :https :server-name "example.com"}
         (read-string (fetch "/who" {:headers {"Host" "example.com" "X-Forwarded-For" "7.7.7.7"}})))))

(deftest bodies-pass
  (is (= "1000000" (str (count (fetch "/large")))))
  (is (= "5000000" (fetch "/length" {:method :post :body (byte-array 5000000)})))
  (is (= "ab" (fetch "/pieces")))
  (is (= 404 (:status @(http/get (str "http://localhost:" *port* "/none"))))))

(deftest many-at-once
  (let [responses (doall (repeatedly 100 #(http/get (str "http://localhost:" *port* "/later") {:as :text})))]
    (is (every? #{"later"} (map #(:body (deref % 20000 nil)) responses)))))

(deftest websockets-pass
  (let [conn @(aleph/websocket-client (str "ws://localhost:" *port* "/ws"))]
    (s/put! conn "hello")
    (is (= "HELLO" (deref (s/take! conn) 10000 nil)))
    (s/close! conn)))
