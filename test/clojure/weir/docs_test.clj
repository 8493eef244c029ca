(ns weir.docs-test
  "What the documents say is true: their Clojure runs, their links lead somewhere, and the table of
  options is the one of the source.

  The clojure blocks of one document are evaluated in order in a namespace of its own, with a free port
  in the place of 8080. A line `;=> form` says what the form above it is equal to."
  (:require
   [aleph.http]
   [aleph.http.client :as client]
   [clojure.java.io :as io]
   [clojure.set :as set]
   [clojure.string :as str]
   [clojure.test :refer [deftest is testing]]
   [org.httpkit.client.connections :as httpkit-client]
   [org.httpkit.server.options :as httpkit-server])
  (:import
   (java.io Closeable File StringReader)
   (java.net ServerSocket)
   (weir.http HttpClient HttpRequest HttpServer RingServer ServerOptions)
   (weir.http.client Http2Options RequestNames)
   (weir.http.http2 Http2Config)))

(set! *warn-on-reflection* true)

(def ^:private documents
  (cons (io/file "README.md")
        (sort (filter #(str/ends-with? (str %) ".md") (file-seq (io/file "docs"))))))

(defn- free-port []
  (with-open [socket (ServerSocket. 0)]
    (.getLocalPort socket)))

;;; code

(defn- numbered-lines [file]
  (map-indexed (fn [i line] {:line (inc i) :text line}) (str/split-lines (slurp file))))

(defn- clojure-lines
  "Returns the lines of each block that is marked as clojure."
  [file]
  (loop [lines (numbered-lines file), blocks []]
    (let [[_ & from] (drop-while #(not= "```clojure" (:text %)) lines)
          [block after] (split-with #(not= "```" (:text %)) from)]
      (if from
        (recur after (conj blocks block))
        blocks))))

(defn- expected
  "Returns the text of the form that a line expects, nil if it expects nothing."
  [line]
  (second (re-matches #"\s*;=> (.*)" (:text line))))

(defn- steps
  "Cuts a block behind each line that expects something."
  [block]
  (when (seq block)
    (let [[code [check & more]] (split-with (complement expected) block)]
      (cons {:code code :check check} (when check (steps more))))))

(defn- evaluate
  "Evaluates lines of `file`. Returns the value of the last form."
  [^File file lines port]
  (let [before (dec (:line (first lines)))
        text (str (str/join (repeat before "\n"))
                  (str/replace (str/join "\n" (map :text lines)) "8080" (str port)))]
    (Compiler/load (StringReader. text) (.getPath file) (.getName file))))

(defn- starts-server?
  "True if a server is started, which gets a port of its own: a stopped one may answer the next request
  of a connection that was in use a moment ago."
  [{:keys [code]}]
  (some #(re-find #"(start|run)-server" (:text %)) code))

(defn- run-step [file port {:keys [code check]}]
  (let [value (when (seq code) (evaluate file code port))]
    (when check
      (is (= (eval (read-string (expected check))) value)
          (str file ":" (:line check))))))

(defn- close-all [namespace]
  (doseq [v (vals (ns-interns namespace))
          :when (and (bound? v) (instance? Closeable @v))]
    (.close ^Closeable @v)))

(defn- run-document [^File file]
  (let [namespace (create-ns (symbol (str "docs." (str/replace (.getName file) ".md" ""))))]
    (binding [*ns* namespace
              *warn-on-reflection* false]
      (refer-clojure)
      (try
        (reduce (fn [port step]
                  (let [port (if (starts-server? step) (free-port) port)]
                    (run-step file port step)
                    port))
                (free-port)
                (mapcat steps (clojure-lines file)))
        nil
        (finally
          (close-all namespace)
          (remove-ns (ns-name namespace)))))))

(deftest the-code-in-the-documents-runs
  (doseq [file documents]
    (testing (str file)
      (is (nil? (run-document file))))))

;;; links

(defn- broken-links [^File file]
  (for [[_ target] (re-seq #"\]\(([^)#]+)[^)]*\)" (slurp file))
        :when (not (re-find #"^https?:" target))
        :when (not (.exists (io/file (.getParentFile (.getAbsoluteFile file)) target)))]
    target))

(deftest every-link-leads-somewhere
  (doseq [file documents]
    (is (empty? (broken-links file)) (str file))))

;;; options

(defn- rows-of
  "Returns the rows of the table below a heading of docs/options.md."
  [heading]
  (let [[_ & lines] (drop-while #(not= heading %) (str/split-lines (slurp "docs/options.md")))]
    (for [line (take-while #(not (str/starts-with? % "# ")) lines)
          :let [[_ option takes default meaning]
                (re-matches #"\| `:(\S+)` \| (.+) \| (.+) \| (.+) \|" line)]
          :when option]
      {:option (keyword option) :takes takes :default default :meaning meaning})))

(def ^:private rows (delay (rows-of "# Options of `aleph.http/start-server`")))

(def ^:private known
  (into #{} (map keyword) (concat ServerOptions/NAMES RingServer/NAMES)))

(deftest the-table-of-options-has-every-option-once
  (let [options (map :option @rows)]
    (is (apply distinct? options))
    (is (= #{} (set/difference known (set options))) "missing in docs/options.md")
    (is (= #{} (set/difference (set options) known)) "unknown to start-server")))

(deftest the-tables-of-the-client-have-every-option-once
  (doseq [[heading known] {"# Options of `aleph.http/connection-pool`" client/pool-known
                           "# Options of a pool's connections" client/connection-known
                           "# Options of requests"
                           (into #{} (map keyword) (remove #{"connection-request-timeout" "conn-request-timeout"
                                                             "conn-timeout"}
                                                           (concat RequestNames/NAMES RequestNames/EXTRAS)))}
          :let [options (map :option (rows-of heading))]]
    (testing heading
      (is (apply distinct? options))
      (is (= #{} (set/difference known (set options))) "missing in docs/options.md")
      (is (= #{} (set/difference (set options) known)) "unknown to the client"))))

(deftest the-tables-of-http-kit-have-every-option-once
  (doseq [[heading known] {"# Options of `org.httpkit.server/run-server`"
                           (conj (set httpkit-server/own) :port)
                           "# Options of `org.httpkit.client/make-client`" httpkit-client/known}
          :let [options (map :option (rows-of heading))]]
    (testing heading
      (is (apply distinct? options))
      (is (= #{} (set/difference known (set options))) "missing in docs/options.md")
      (is (= #{} (set/difference (set options) known)) "unknown to http-kit's API"))))

(deftest the-defaults-of-the-client-in-the-tables-are-those-of-the-source
  (let [default (into {} (mapcat #(map (juxt :option :default) (rows-of %)))
                      ["# Options of `aleph.http/connection-pool`" "# Options of a pool's connections"
                       "# Options of requests"])]
    (doseq [[option value] {:connections-per-host HttpClient/DEFAULT_CONNECTIONS_PER_HOST
                            :total-connections HttpClient/DEFAULT_TOTAL_CONNECTIONS
                            :max-queue-size HttpClient/DEFAULT_MAX_QUEUE
                            :control-period (.toMillis HttpClient/DEFAULT_STATS_PERIOD)
                            :connect-timeout (.toMillis HttpClient/DEFAULT_CONNECT_TIMEOUT)
                            :response-buffer-size HttpClient/DEFAULT_RESPONSE_BUFFER_BYTES
                            :max-initial-line-length HttpClient/DEFAULT_MAX_INITIAL_LINE_BYTES
                            :max-header-size HttpClient/DEFAULT_MAX_HEADER_BYTES
                            :max-chunk-size HttpClient/DEFAULT_MAX_CHUNK_BYTES
                            :http2-window-size Http2Options/DEFAULT_STREAM_WINDOW_BYTES
                            :http2-max-window-size Http2Options/DEFAULT_MAX_WINDOW_BYTES
                            :http2-connection-window-size Http2Options/DEFAULT_CONNECTION_WINDOW_BYTES
                            :http2-max-control-frames Http2Options/DEFAULT_MAX_CONTROL_FRAMES
                            :http2-ping-timeout (.toMillis Http2Options/DEFAULT_PING_TIMEOUT)
                            :max-redirects HttpRequest/DEFAULT_MAX_REDIRECTS
                            :connection-timeout (.toMillis HttpRequest/DEFAULT_CONNECTION_TIMEOUT)}]
      (is (= (str value) (default option)) (str option)))))

(deftest the-docstring-of-start-server-has-no-other-option
  (let [options (->> (str/split-lines (:doc (meta #'aleph.http/start-server)))
                     (keep #(second (re-matches #"\s*\| (`:[^|]+)\|.*" %)))
                     (mapcat #(re-seq #"`:([^`]+)`" %))
                     (map (comp keyword second))
                     set)]
    (is (= #{} (set/difference options known)))
    (is (= #{:epoll? :pipeline-transform} (set/difference known options))
        "older names stand in the table alone")))

(deftest the-defaults-in-the-table-are-those-of-the-source
  (let [default (into {} (map (juxt :option :default)) @rows)]
    (doseq [[option value] {:max-initial-line-length HttpServer/DEFAULT_MAX_INITIAL_LINE_BYTES
                            :max-header-size HttpServer/DEFAULT_MAX_HEADER_BYTES
                            :max-chunk-size HttpServer/DEFAULT_MAX_CHUNK_BYTES
                            :max-pipelined-requests HttpServer/DEFAULT_MAX_PIPELINED
                            :max-requests-in-flight HttpServer/DEFAULT_MAX_REQUESTS_IN_FLIGHT
                            :http2-max-concurrent-streams Http2Config/DEFAULT_MAX_CONCURRENT_STREAMS
                            :http2-window-size Http2Config/DEFAULT_STREAM_WINDOW_BYTES
                            :http2-connection-window-size Http2Config/DEFAULT_CONNECTION_WINDOW_BYTES
                            :http2-max-window-size Http2Config/DEFAULT_MAX_WINDOW_BYTES
                            :http2-max-connection-window-size Http2Config/DEFAULT_MAX_CONNECTION_WINDOW_BYTES
                            :http2-max-frame-size Http2Config/DEFAULT_MAX_FRAME_BYTES
                            :http2-max-resets Http2Config/DEFAULT_MAX_RESETS
                            :http2-max-control-frames Http2Config/DEFAULT_MAX_CONTROL_FRAMES
                            :http2-max-window-updates Http2Config/DEFAULT_MAX_WINDOW_UPDATES
                            :http2-max-waiting-acks Http2Config/DEFAULT_MAX_WAITING_ACKS
                            :http2-max-continuations Http2Config/DEFAULT_MAX_CONTINUATIONS
                            :initial-buffer-size HttpServer/DEFAULT_INITIAL_BUFFER_BYTES
                            :request-buffer-size HttpServer/DEFAULT_REQUEST_BUFFER_BYTES
                            :keep-alive-timeout (.toMillis HttpServer/DEFAULT_KEEP_ALIVE_TIMEOUT)
                            :header-timeout (.toMillis HttpServer/DEFAULT_HEADER_TIMEOUT)
                            :body-timeout (.toMillis HttpServer/DEFAULT_BODY_TIMEOUT)
                            :write-timeout (.toMillis HttpServer/DEFAULT_WRITE_TIMEOUT)
                            :shutdown-timeout (.toSeconds HttpServer/DEFAULT_SHUTDOWN_TIMEOUT)
                            :server-header (str "`\"" HttpServer/DEFAULT_SERVER_HEADER "\"`")}]
      (is (= (str value) (default option)) (str option)))
    (is (str/includes? (default :executor) (str HttpServer/DEFAULT_WORKER_POOL_SIZE)))))
