(ns weir.ring.comparison
  "Sends the same bytes to a Ring application on this server and on Ring's Jetty adapter, and says in
  what the answers differ.

  A case is a map of `:handler`, a function that makes the handler (each server gets its own), and
  `:requests`: strings, or functions from the responses so far to a string. `:scrub` replaces what is
  random in a text."
  (:require
   [aleph.http :as http]
   [aleph.netty :as netty]
   [clojure.string :as str]
   [ring.adapter.jetty :as jetty])
  (:import
   (org.eclipse.jetty.server NetworkConnector Server)
   (weir.http HttpServer)
   (weir.testing RawClient RawClient$Response)))

(set! *warn-on-reflection* true)

(defn crlf
  "Joins the lines of a head, and appends the body."
  [lines body]
  (str (str/join "\r\n" lines) "\r\n\r\n" body))

(defn request
  "The bytes of a request for example.com. Header lines are strings; a body gets its length."
  ([line] (request line [] nil))
  ([line headers] (request line headers nil))
  ([line headers body]
   (crlf (concat [(str line " HTTP/1.1") "Host: example.com"]
                 headers
                 (when body [(str "Content-Length: " (count (.getBytes ^String body "ISO-8859-1")))]))
         body)))

;; the two servers

(defn- dispatch
  "A handler that calls the handler in `current`, with as many arguments."
  [current]
  (fn
    ([request] (@current request))
    ([request respond raise] (@current request respond raise))))

(defn- start-weir [handler async?]
  (let [^HttpServer server (http/start-server handler {:port 0
                                                       :async? async?
                                                       :server-name :host-header
                                                       :always-body? true
                                                       :shutdown-timeout 0})]
    {:port (netty/port server) :stop #(.close server)}))

(defn- start-jetty [handler async?]
  (let [^Server server (jetty/run-jetty handler {:port 0 :join? false :async? async?})]
    {:port (.getLocalPort ^NetworkConnector (first (.getConnectors server)))
     :stop #(.stop server)}))

(defn- start [start-server async?]
  (let [current (atom nil)]
    (assoc (start-server (dispatch current) async?) :current current)))

(defn start-both
  "Starts both servers, twice: with synchronous and with asynchronous handlers."
  []
  {:sync {:weir (start start-weir false) :jetty (start start-jetty false)}
   :async {:weir (start start-weir true) :jetty (start start-jetty true)}})

(defn stop-both [servers]
  (doseq [[_ pair] servers
          [_ server] pair]
    ((:stop server))))

;; asking

(defn- header-map [^RawClient$Response response]
  (->> (str/split (.head response) #"\r\n")
       rest
       (remove str/blank?)
       (map #(str/split % #":\s*" 2))
       (reduce (fn [m [k v]] (update m (str/lower-case k) (fnil conj []) v)) {})))

(defn- ask [port ^String text]
  (with-open [client (RawClient. port)]
    (let [response (.read (.send client text) (str/starts-with? text "HEAD "))]
      {:status (.status response)
       :headers (header-map response)
       :body (String. (.body response) "ISO-8859-1")})))

(defn- answers [{:keys [port current]} {:keys [handler requests]}]
  (reset! current (handler))
  (reduce (fn [responses request]
            (conj responses (ask port (if (fn? request) (request responses) request))))
          []
          requests))

(defn- scrubbed [scrub response]
  (-> response
      (update :headers #(cond-> % (get % "date") (assoc "date" ["?"])))
      (update :body scrub)
      (update :headers update-vals #(mapv scrub %))))

(defn- difference
  "What differs: `[:status ours theirs]`, `[:body …]`, or `[header …]` with vectors of values."
  [ours theirs]
  (for [[k a b] (concat [[:status (:status ours) (:status theirs)]
                         [:body (:body ours) (:body theirs)]]
                        (for [k (into (sorted-set) (mapcat (comp keys :headers)) [ours theirs])]
                          [k (get-in ours [:headers k]) (get-in theirs [:headers k])]))
        :when (not= a b)]
    {:what k :ours a :theirs b :our-response ours :their-response theirs}))

(defn compare-case
  "Returns this server's `:responses` to a case, and the `:differences` to the other's: maps of
  `:request`, its number, `:what`, `:ours` and `:theirs`, and both whole responses."
  [servers {:keys [scrub async?] :or {scrub identity} :as a-case}]
  (let [{:keys [weir jetty]} (get servers (if async? :async :sync))
        ours (mapv #(scrubbed scrub %) (answers weir a-case))
        theirs (mapv #(scrubbed scrub %) (answers jetty a-case))]
    {:responses ours
     :differences (vec (mapcat (fn [i a b] (map #(assoc % :request i) (difference a b)))
                               (range) ours theirs))}))
