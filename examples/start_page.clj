(ns start-page
  "A server whose start page shows, live, what a handler can answer. Run it with `make run`, or in a
  REPL:

    (require 'start-page)
    (def server (start-page/start 8080))
    (.close server)"
  (:require
   [aleph.http :as http]
   [clj-commons.byte-streams :as bs]
   [clojure.java.io :as io]
   [clojure.pprint :refer [pprint]]
   [clojure.repl :as repl]
   [clojure.string :as str]
   [manifold.bus :as bus]
   [manifold.deferred :as d]
   [manifold.stream :as s]
   [manifold.time :as mt]
   [weir.websocket :as ws])
  (:import
   (java.io InputStream OutputStream)
   (java.net BindException)
   (java.security DigestInputStream MessageDigest)
   (java.time LocalTime)
   (java.time.format DateTimeFormatter)
   (java.util HexFormat)
   (weir.http HttpServer)))

(set! *warn-on-reflection* true)

;;; Handlers: each takes a Ring request and returns a response.

(defn hello
  "Answers with a map: the status, the headers and a body."
  [_request]
  {:status 200
   :headers {"content-type" "text/plain; charset=utf-8"}
   :body "Hello from Weir!\n"})

(defn text
  "Returns a response with a text."
  [s]
  {:status 200
   :headers {"content-type" "text/plain; charset=utf-8"}
   :body s})

(defn echo
  "Answers with the request as this handler sees it."
  [request]
  (-> (select-keys request [:request-method :uri :query-string :headers])
      (assoc :body (some-> (:body request) bs/to-string))
      pprint
      with-out-str
      text))

(defn event
  "Returns a server-sent event."
  [data]
  (str "data: " data "\n\n"))

(defn time-of-day
  "Returns the time as a text such as 09:30:15."
  []
  (.format (LocalTime/now) (DateTimeFormatter/ofPattern "HH:mm:ss")))

(defn clock
  "Answers with a stream, whose messages are sent as they come. When the
  client goes away, the stream is closed and its timer ends."
  [_request]
  {:status 200
   :headers {"content-type" "text/event-stream"
             "cache-control" "no-store"}
   :body (s/map event (s/periodically 1000 time-of-day))})

(defn upload
  "Reads the body while it arrives, however large it is. A handler may
  block: it runs on a worker thread."
  [{:keys [body]}]
  (let [sha-256 (MessageDigest/getInstance "SHA-256")
        in (-> ^InputStream (or body (InputStream/nullInputStream))
               (DigestInputStream. sha-256))
        size (.transferTo in (OutputStream/nullOutputStream))
        digest (.formatHex (HexFormat/of) (.digest sha-256))]
    (text (str size " bytes, SHA-256 " digest "\n"))))

(defn later
  "Answers with a deferred, which has its value in a second. Until then
  no thread waits for it."
  [_request]
  (mt/in 1000 #(text "Here it is, a second later.\n")))

(defn socket
  "Answers with a WebSocket, which sends back what it is sent."
  [request]
  (d/chain (http/websocket-connection request)
           (fn [conn] (s/connect conn conn))))

(def ^:private talk (bus/event-bus))

(defn chat
  "Answers with a WebSocket. What it is sent goes to everybody who has
  one, and is encoded only once."
  [request]
  (d/chain (http/websocket-connection request)
           (fn [conn]
             (s/connect (bus/subscribe talk :chat) conn)
             (s/consume #(bus/publish! talk :chat (ws/prepare %)) conn))))

;;; The page: start_page.html, in which {{origin}} stands for this server's address and {{source f}}
;;; for the source of a function of this namespace.

(defn- escape [s]
  (str/escape s {\< "&lt;", \> "&gt;", \& "&amp;", \" "&quot;", \' "&#39;"}))

(def ^:private source
  "Finds the source of a function. That is slow, so it is done once, until this namespace is loaded again."
  (memoize (fn [f]
             (or (repl/source-fn (symbol "start-page" f))
                 "See examples/start_page.clj"))))

(defn page
  "Answers with the start page. The file is read each time, so that an edit shows on reload."
  [{:keys [scheme headers]}]
  (let [origin (str (name scheme) "://" (get headers "host" "localhost"))
        fill (fn [[_ what f]]
               (escape (if (= what "origin") origin (source f))))]
    {:status 200
     :headers {"content-type" "text/html; charset=utf-8", "cache-control" "no-store"}
     :body (str/replace (slurp (io/resource "start_page.html"))
                        #"\{\{(\w+) ?(\S*)\}\}"
                        fill)}))

;;; The server

(defn app
  "Finds the handler of a request."
  [{:keys [request-method uri] :as request}]
  (case [request-method uri]
    [:get "/"] (page request)
    [:get "/hello"] (hello request)
    ([:get "/echo"] [:post "/echo"] [:put "/echo"]) (echo request)
    [:get "/clock"] (clock request)
    ([:post "/upload"] [:put "/upload"]) (upload request)
    [:get "/later"] (later request)
    [:get "/socket"] (socket request)
    [:get "/chat"] (chat request)
    (assoc (text "There is nothing here.\n") :status 404)))

(defn start
  "Starts the server on `port`, 0 for a free one, and returns it. It runs until it is closed."
  ^HttpServer [port]
  (http/start-server #'app {:port port}))

(defn- give-up [message]
  (binding [*out* *err*]
    (println message))
  (System/exit 1))

(defn -main
  "Starts the server on `port`, else on that of the environment variable PORT, else on 8080."
  [& [port]]
  (let [given (or port (System/getenv "PORT") "8080")
        port (parse-long given)]
    (when-not (and port (<= 0 port 65535))
      (give-up (str "The port is " (pr-str given) " (expected: a number from 0 to 65535)")))
    (try
      (println (str "Open http://localhost:" (.port (start port)) "/ in a browser. Ctrl-C ends it."))
      (catch BindException e
        (give-up (str "Port " port " cannot be used (" (ex-message e)
                      "). Choose another one, or 0 for any that is free."))))))
