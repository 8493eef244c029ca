(ns aleph.client-servers
  "What tests of the client have in common: servers for the length of a body, and outcomes with a limit."
  (:require
   [aleph.http :as http])
  (:import
   (java.util.concurrent TimeUnit)
   (weir.deferred Deferred)
   (weir.http HttpServer)))

(set! *warn-on-reflection* true)

(defn with-server*
  "Calls `f` with the URL of a server for `handler`."
  [options handler f]
  (let [^HttpServer server (http/start-server handler (merge {:port 0 :shutdown-timeout 0} options))]
    (try
      (f (str (if (:ssl-context options) "https" "http") "://localhost:" (.port server)))
      (finally (.close server)))))

(defmacro with-server
  "Binds `url` to that of a server for `handler` while `body` runs."
  [[url handler options] & body]
  `(with-server* ~options ~handler (fn [~url] ~@body)))

(defn value
  "Returns what a response has come to; fails if it takes too long."
  [response]
  (deref response 20000 :too-late))

(defn failure
  "Returns the exception that a response fails with; success is a failure of the test."
  [response]
  (try
    (let [v (.await ^Deferred response 20 TimeUnit/SECONDS)]
      (throw (AssertionError. (str "succeeded with " v))))
    (catch Exception e e)))

(defn echo
  "A handler that answers with what it got, as EDN."
  [req]
  {:status 200
   :headers {"content-type" "application/edn"}
   :body (pr-str (-> (select-keys req [:request-method :uri :query-string])
                     (assoc :headers (into {} (:headers req))
                            :body (some-> (:body req) slurp))))})

(defn await-true
  "Waits until `f` returns true, which must happen."
  [what f]
  (weir.testing.Await/until what (reify java.util.function.BooleanSupplier (getAsBoolean [_] (boolean (f))))))
