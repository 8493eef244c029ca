(ns start-page-test
  "The start page from a shell: the curl commands which it prints are run as they stand, and the
  program says what is wrong with a port. weir.examples.StartPageTest has the browser."
  (:require
   [aleph.http :as http]
   [clojure.java.io :as io]
   [clojure.string :as str]
   [clojure.test :refer [deftest is use-fixtures]]
   [manifold.stream :as s]
   [start-page])
  (:import
   (java.io BufferedReader)
   (java.net HttpURLConnection URI)
   (java.security MessageDigest)
   (java.util HexFormat List)
   (java.util.concurrent TimeUnit)
   (weir.http HttpServer)))

(set! *warn-on-reflection* true)

(def ^:private deadline-ms 30000)

(def ^:private ^:dynamic *origin* nil)

(use-fixtures :once
  (fn [tests]
    (with-open [server (start-page/start 0)]
      (binding [*origin* (str "http://localhost:" (.port ^HttpServer server))]
        (tests)))))

;;; what the page says

(defn- unescape [s]
  (-> s
      (str/replace "&lt;" "<")
      (str/replace "&gt;" ">")
      (str/replace "&quot;" "\"")
      (str/replace "&#39;" "'")
      (str/replace "&amp;" "&")))

(defn- sections
  "Returns the sections of the page at `origin`: the id of each, with its curl command and its source."
  [origin]
  (into {}
        (for [[_ id html] (re-seq #"(?s)<section id=\"(\w+)\"(.*?)</section>" (slurp origin))]
          [id {:curl (some-> (re-find #"<div class=\"curl\"><pre>(.*?)</pre>" html) second unescape)
               :source (some-> (re-find #"(?s)<pre class=\"source\"[^>]*>(.*?)</pre>" html)
                               second
                               unescape)}])))

;;; processes

(defn- start-process ^Process [^List command]
  (.start (ProcessBuilder. command)))

(defn- kill [^Process process]
  (doseq [^java.lang.ProcessHandle p (cons (.toHandle process) (iterator-seq (.iterator (.descendants process))))]
    (.destroyForcibly p)))

(defn- run
  "Runs a command to its end. Returns its exit code and what it wrote to its outputs."
  [command]
  (let [process (start-process command)
        out (future (slurp (.getInputStream process)))
        err (future (slurp (.getErrorStream process)))]
    (try
      (when-not (.waitFor process deadline-ms TimeUnit/MILLISECONDS)
        (throw (AssertionError. (str command " did not end"))))
      {:exit (.exitValue process) :out @out :err @err}
      (finally
        (kill process)))))

(defn- shell [command] ["sh" "-c" command])

(defn- curl
  "Runs the curl command of a section and returns its output."
  [section]
  (let [{:keys [exit out err]} (run (shell (get-in (sections *origin*) [section :curl])))]
    (is (zero? exit) err)
    out))

(defn- lines-until
  "Reads lines of a process until `enough?` says so of them; fails at the deadline."
  [^Process process enough?]
  (let [reading (future
                  (let [^BufferedReader reader (io/reader (.getInputStream process))]
                    (loop [lines []]
                      (if (enough? lines)
                        lines
                        (if-some [line (.readLine reader)]
                          (recur (conj lines line))
                          lines)))))
        lines (deref reading deadline-ms ::late)]
    (when (= ::late lines)
      (kill process)
      (throw (AssertionError. "the process wrote too little")))
    lines))

;;; the commands

(deftest every-section-shows-its-handler-and-a-curl-command-if-curl-can-do-it
  (let [sections (sections *origin*)]
    (is (= #{"hello" "echo" "clock" "upload" "later" "socket" "chat"} (set (keys sections))))
    (doseq [[id {:keys [curl source]}] sections]
      (if (#{"socket" "chat"} id)
        (is (nil? curl))
        (is (str/includes? curl (str *origin* "/" id))))
      (is (str/starts-with? source (str "(defn " id "\n"))))))

(deftest curl-says-hello
  (is (= "Hello from Weir!\n" (curl "hello"))))

(deftest curl-sees-its-request-echoed
  (let [echo (read-string (curl "echo"))]
    (is (= {:request-method :post :uri "/echo" :query-string nil :body "What goes in comes out"}
           (dissoc echo :headers)))
    (is (= "22" (get-in echo [:headers "content-length"])))
    (is (str/starts-with? (get-in echo [:headers "user-agent"]) "curl/"))))

(deftest curl-hears-the-clock-tick
  (let [process (start-process (shell (get-in (sections *origin*) ["clock" :curl])))]
    (try
      (let [[a blank b] (lines-until process #(= 3 (count %)))]
        (is (re-matches #"data: \d\d:\d\d:\d\d" a))
        (is (= "" blank))
        (is (re-matches #"data: \d\d:\d\d:\d\d" b)))
      (finally
        (kill process)))))

(deftest curl-uploads-without-a-known-length
  (let [content (.getBytes (str/join (map #(str % "\n") (range 1 1000001))))
        digest (.digest (MessageDigest/getInstance "SHA-256") content)]
    (is (= (format "%d bytes, SHA-256 %s\n" (count content) (.formatHex (HexFormat/of) digest))
           (curl "upload")))))

(deftest curl-waits-for-the-deferred
  (is (= "Here it is, a second later.\n" (curl "later"))))

;;; the handlers

(deftest the-clock-stops-when-its-client-goes-away
  (let [stream (promise)
        closed (promise)
        handler (fn [request]
                  (let [response (start-page/app request)]
                    (s/on-closed (:body response) #(deliver closed true))
                    (deliver stream (:body response))
                    response))]
    (with-open [server ^HttpServer (http/start-server handler {:port 0})]
      (let [process (start-process ["curl" "-sN" (str "http://localhost:" (.port server) "/clock")])]
        (lines-until process #(= 1 (count %)))
        (is (not (realized? closed)))
        (kill process)
        (is (deref closed deadline-ms false))
        (is (s/closed? @stream))))))

(deftest an-upload-may-be-empty
  (is (= "0 bytes, SHA-256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
         (:out (run ["curl" "-s" "-X" "POST" (str *origin* "/upload")])))))

(deftest what-is-not-there-is-a-404
  (let [^HttpURLConnection c (.openConnection (.toURL (URI. (str *origin* "/elsewhere"))))]
    (is (= 404 (.getResponseCode c)))
    (is (= "There is nothing here.\n" (slurp (.getErrorStream c))))))

(deftest the-host-in-the-page-is-escaped
  (let [page (:body (start-page/app {:request-method :get :uri "/" :scheme :http
                                     :headers {"host" "<script>alert(1)</script>"}}))]
    (is (not (str/includes? page "<script>alert")))
    (is (str/includes? page "curl http://&lt;script&gt;alert(1)&lt;/script&gt;/hello"))))

;;; the program

(defn- program [& arguments]
  (into [(str (System/getProperty "java.home") "/bin/java")
         "-cp" (System/getProperty "java.class.path")
         "clojure.main" "-m" "start-page"]
        arguments))

(defn- refusal
  "Runs the program with a port that it must refuse. Returns its only line, without what the JVM and
  the log may have to say."
  [port]
  (let [{:keys [exit out err]} (run (program port))]
    (is (= 1 exit))
    (is (= "" out))
    (is (not (str/includes? err "\tat ")) "no stack trace")
    (last (str/split-lines err))))

(deftest a-busy-port-is-refused-in-one-line
  (let [port (re-find #"\d+$" *origin*)]
    (is (re-matches (re-pattern (str "Port " port " cannot be used \\(.*Address already in use\\)\\. "
                                     "Choose another one, or 0 for any that is free\\."))
                    (refusal port)))))

(deftest a-bad-port-is-refused-in-one-line
  (doseq [port ["80800" "http"]]
    (is (= (str "The port is \"" port "\" (expected: a number from 0 to 65535)") (refusal port)))))

(deftest the-program-tells-where-it-listens
  (let [process (start-process (program "0"))]
    (try
      (let [[line] (lines-until process #(= 1 (count %)))
            [_ address] (re-find #"Open (\S+) in a browser" line)]
        (is (str/includes? (slurp address) "Weir is running")))
      (finally
        (kill process)))))
