(ns weir.ring.cases
  "Ring applications, and the requests that are sent to them: for each middleware what it is there for."
  (:require
   [clojure.java.io :as io]
   [clojure.string :as str]
   [compojure.core :as compojure]
   [compojure.route :as route]
   [ring.core.protocols :as protocols]
   [ring.middleware.anti-forgery :as anti-forgery]
   [ring.middleware.content-type :refer [wrap-content-type]]
   [ring.middleware.cookies :refer [wrap-cookies]]
   [ring.middleware.defaults :as defaults]
   [ring.middleware.file :refer [wrap-file]]
   [ring.middleware.flash :refer [wrap-flash]]
   [ring.middleware.head :refer [wrap-head]]
   [ring.middleware.json :as json]
   [ring.middleware.keyword-params :refer [wrap-keyword-params]]
   [ring.middleware.multipart-params :refer [wrap-multipart-params]]
   [ring.middleware.nested-params :refer [wrap-nested-params]]
   [ring.middleware.not-modified :refer [wrap-not-modified]]
   [ring.middleware.params :refer [wrap-params]]
   [ring.middleware.resource :refer [wrap-resource]]
   [ring.middleware.session :refer [wrap-session]]
   [ring.middleware.session.cookie :refer [cookie-store]]
   [ring.util.io :refer [piped-input-stream]]
   [ring.util.request :as request-util]
   [ring.util.response :as response]
   [weir.ring.comparison :refer [crlf request]]
   [weir.ring.lint :refer [wrap-lint]])
  (:import
   (java.io ByteArrayInputStream File OutputStream)
   (java.nio.file Files)
   (java.nio.file.attribute FileAttribute)))

(set! *warn-on-reflection* true)

;; handlers

(defn- ok [body]
  {:status 200 :headers {"Content-Type" "text/html; charset=utf-8"} :body body})

(defn- both
  "Gives a synchronous handler the three arguments of an asynchronous one as well."
  [handler]
  (fn
    ([request] (handler request))
    ([request respond raise]
     (future
       (try
         (respond (handler request))
         (catch Throwable e
           (raise e)))))))

(def ^:private request-keys
  [:server-port :server-name :uri :query-string :scheme :request-method :protocol :ssl-client-cert
   :content-type :content-length :character-encoding :remote-addr])

(defn- show-request [request]
  (ok (pr-str [(into (sorted-map) (map (juxt identity request)) request-keys)
               (into (sorted-map) (:headers request))
               (some-> (:body request) (slurp :encoding "ISO-8859-1"))])))

(defn- shows
  "A handler that shows what a middleware has put under the keys."
  [& ks]
  (fn [request]
    (ok (pr-str (into (sorted-map) (select-keys request ks))))))

(defn- answers
  "A case whose handler gives the response, made anew for each request."
  [make-response & requests]
  {:handler (fn [] (fn [_] (make-response)))
   :requests (if (seq requests) requests [(request "GET /")])})

(defn- show-parts
  "Shows the parameters of a form, with the texts of files."
  [{:keys [params]}]
  (ok (pr-str (into (sorted-map)
                    (for [[k v] params]
                      [k (if (map? v)
                           (assoc (dissoc v :tempfile) :text (slurp (:tempfile v)))
                           v)])))))

;; what the requests need

(def ^:private form "Content-Type: application/x-www-form-urlencoded")

(defn- multipart [& parts]
  (str (str/join (for [[head body] parts] (str "--XX\r\n" head "\r\n\r\n" body "\r\n")))
       "--XX--\r\n"))

(defn- part-named [name]
  (str "Content-Disposition: form-data; name=\"" name "\""))

(defn- file-named [name type]
  (str (part-named "file") "; filename=\"" name "\"\r\nContent-Type: " type))

(def ^:private multipart-type "Content-Type: multipart/form-data; boundary=XX")

(defn- cookie-of
  "The cookies that the latest response set, as a request header."
  [responses]
  (str "Cookie: "
       (->> (get-in (peek responses) [:headers "set-cookie"])
            (map #(first (str/split % #";")))
            (str/join "; "))))

(defn- cookies-of-all [responses]
  (str "Cookie: "
       (->> responses
            (mapcat #(get-in % [:headers "set-cookie"]))
            (map #(str/split (first (str/split % #";")) #"=" 2))
            (into (sorted-map))
            (map #(str/join "=" %))
            (str/join "; "))))

(def ^:private scrub-session
  #(str/replace % #"(ring-session=)[^;]*" "$1?"))

(def ^:private directory
  (delay
    (let [dir (.toFile (Files/createTempDirectory "weir-ring" (make-array FileAttribute 0)))]
      (doseq [[name text] {"index.html" "<p>index</p>"
                            "a.txt" "text of a"
                            "b.css" "p {}"
                            "none" "?"}]
        (doto (io/file dir name)
          (spit text)
          (.setLastModified 1500000000000)
          (.deleteOnExit)))
      (.deleteOnExit dir)
      dir)))

(defn- in-directory ^File [name]
  (io/file @directory name))

(defrecord Streaming [pieces]
  protocols/StreamableResponseBody
  (write-body-to-stream [_ _ out]
    (doseq [^String piece pieces]
      (.write ^OutputStream out (.getBytes piece)))))

(defrecord Flushing [pieces]
  protocols/StreamableResponseBody
  (write-body-to-stream [_ _ out]
    (with-open [^OutputStream out out]
      (doseq [^String piece pieces]
        (.write out (.getBytes piece))
        (.flush out)))))

;; the cases

(def ^:private request-maps
  (let [shown (fn [& requests] {:handler #(wrap-lint show-request) :requests requests})]
    {"plain" (shown (request "GET /") (request "GET /a/b") (request "DELETE /x"))
     "query" (shown (request "GET /?") (request "GET /a?b=c&d=%20") (request "GET /a?b?c"))
     "escapes" (shown (request "GET /a%20b%2Fc;d=e") (request "GET /%C3%BC"))
     "methods" (shown (request "PATCH /" [] "x") (request "PROPFIND /") (request "OPTIONS /"))
     "options-star" {:handler (fn [] show-request) :requests [(request "OPTIONS *")]}
     "absolute-form" (shown (crlf ["GET http://example.com:81/a?b HTTP/1.1" "Host: example.com:81"] nil))
     "host" (shown (crlf ["GET / HTTP/1.1" "Host: there:8080"] nil)
                   (crlf ["GET / HTTP/1.1" "Host: [::1]:81"] nil)
                   (crlf ["GET / HTTP/1.1" "Host: [::1]"] nil))
     "http-1.0" (shown (crlf ["GET / HTTP/1.0" "Host: there"] nil)
                       (crlf ["GET / HTTP/1.0" "Host: there" "Connection: keep-alive"] nil))
     "headers" (shown (request "GET /" ["X-A: 1" "x-a: 2" "X-B:   spaces  " "X-Empty:"
                                        "X-Latin: gr\u00fc\u00dfe"]))
     "cookies" (shown (request "GET /" ["Cookie: a=1; b=2"]))
     "repeated-cookies" (shown (request "GET /" ["Cookie: a=1" "Cookie: b=2"]))
     "content-type" (shown (request "POST /" ["Content-Type: text/plain;charset=\"latin1\""] "x")
                           (request "POST /" ["Content-Type: application/octet-stream"] "x"))
     "request-charset" (shown (request "POST /" ["Content-Type: text/plain; charset=utf-8"] "x")
                              (request "POST /" ["Content-Type: application/json"] "{}"))
     "bodies" (shown (request "POST /" [] "some text")
                     (request "POST /" ["Content-Length: 0"])
                     (request "POST /" [form])
                     (request "POST /" [] (str/join (repeat 5000 "0123456789"))))
     "chunked" (shown (crlf ["POST / HTTP/1.1" "Host: example.com" "Transfer-Encoding: chunked"]
                            "3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\n\r\n"))
     "keys" {:handler (fn [] (fn [r] (ok (pr-str (filterv #(contains? r %) request-keys)))))
             :requests [(request "GET /")]}
     "url" {:handler (fn [] (fn [r] (ok (request-util/request-url r))))
            :requests [(request "GET /a?b=c") (crlf ["GET /a HTTP/1.1" "Host: there:8080"] nil)]}
     "head" {:handler (fn [] (fn [r] (ok (str (:request-method r))))) :requests [(request "HEAD /")]}}))

(def ^:private responses
  {"string" (answers #(ok "gr\u00fc\u00dfe"))
   "latin1" (answers #(assoc-in (ok "gr\u00fc\u00dfe")
                                [:headers "Content-Type"] "text/html; charset=ISO-8859-1"))
   "no-content-type" (answers (fn [] {:status 200 :headers {} :body "text"}))
   "text-plain" (answers (fn [] {:status 200 :headers {"Content-Type" "text/plain"} :body "text"}))
   "json-type" (answers (fn [] {:status 200 :headers {"Content-Type" "application/json"} :body "{}"}))
   "nil" (answers #(ok nil))
   "bytes" (answers #(ok (.getBytes "bytes")))
   "seq" (answers #(ok (list "one" 2 :three)))
   "lazy-seq" (answers #(ok (map str (range 100))))
   "stream" (answers #(ok (ByteArrayInputStream. (.getBytes "stream"))))
   "piped" (answers #(ok (piped-input-stream (fn [out] (spit out "piped")))))
   "file" (answers #(ok (in-directory "a.txt")) (request "GET /") (request "HEAD /"))
   "large" (answers #(ok (str/join (repeat 100000 "0123456789"))))
   "record" (answers #(ok (->Streaming ["one" "two"])) (request "GET /"))
   "large-record" (answers #(ok (->Streaming (repeat 5000 "0123456789"))))
   "flushing-record" (answers #(ok (->Flushing ["one" "two"])))
   "http-1.0" (answers #(ok (->Flushing ["one" "two"])) (crlf ["GET / HTTP/1.0" "Host: a"] nil))
   "statuses" {:handler (fn [] (fn [r]
                             {:status (Long/parseLong (subs (:uri r) 1)) :headers {} :body "text"}))
               :requests (for [status [200 201 204 205 206 301 304 400 404 405 418 500 503]]
                           (request (str "GET /" status)))}
   "no-status" (answers (fn [] {:headers {} :body "text"}))
   "no-headers" (answers (fn [] {:status 200 :body "text"}))
   "multi-valued-header" (answers #(assoc-in (ok "x") [:headers "X-Several"] ["one" "two"]))
   "two-spellings" (answers #(update (ok "x") :headers assoc "X-A" "1" "x-a" "2"))
   "content-length" (answers #(assoc-in (ok "text") [:headers "Content-Length"] "4"))
   "connection-close" (answers #(assoc-in (ok "text") [:headers "Connection"] "close"))
   "own-server" (answers #(assoc-in (ok "text") [:headers "Server"] "mine"))
   "redirect" (answers #(response/redirect "/elsewhere"))
   "created" (answers #(response/created "/it" "made"))
   "head-string" (answers #(ok "four") (request "HEAD /"))
   "head-record" (answers #(ok (->Streaming ["one" "two"])) (request "HEAD /"))
   "client-closes" (answers #(ok "bye") (request "GET /" ["Connection: close"]))
   "unread-body" {:handler (fn [] (fn [_] (ok "done")))
                  :requests [(str (request "POST /" [] "unread") (request "GET /"))]}})

(def ^:private failures
  {"throws" {:handler (fn [] (fn [_] (throw (ex-info "wanted by the test" {}))))
             :requests [(request "GET /")]}
   "body-fails" (answers #(ok (reify protocols/StreamableResponseBody
                                (write-body-to-stream [_ _ _]
                                  (throw (ex-info "wanted by the test" {}))))))
   "nil-response" (answers (constantly nil))
   "unknown-body" (answers #(ok 12))
   "bad-request" {:handler (fn [] show-request)
                  :requests ["GET / HTTP/1.1\r\nHost: a\r\nbad header\r\n\r\n"]}
   "no-host" {:handler (fn [] show-request) :requests ["GET / HTTP/1.1\r\n\r\n"]}})

(def ^:private parameters
  {"params" {:handler #(wrap-lint (wrap-params (shows :query-params :form-params :params)))
             :requests [(request "GET /?a=1&b=2&b=3&c=%C3%BC")
                        (request "POST /?q=1" [form] "a=1&b=2&b=3&c=%C3%BC")
                        (request "POST /" [(str form "; charset=ISO-8859-1")] "c=%FC")
                        (request "POST /" [form])
                        (request "POST /" ["Content-Type: text/plain"] "a=1")]}
   "keyword-and-nested" {:handler #(wrap-lint
                                    (wrap-params
                                     (wrap-nested-params (wrap-keyword-params (shows :params)))))
                         :requests [(request "GET /?a[b]=1&a[c][]=2&a[c][]=3")]}
   "multipart" {:handler #(wrap-lint (wrap-multipart-params show-parts))
                :requests [(request "POST /" [multipart-type]
                                    (multipart [(part-named "a") "value of a"]))
                           (request "POST /" [multipart-type]
                                    (multipart [(part-named "a") "one"]
                                               [(part-named "a") "two"]
                                               [(file-named "f.txt" "text/plain") "text of f"]))
                           (request "POST /" [multipart-type]
                                    (multipart [(file-named "large" "application/octet-stream")
                                                (str/join (repeat 10000 "0123456789"))]))
                           (request "POST /" [multipart-type] (multipart))
                           (request "GET /")]}})

(def ^:private state
  {"cookies" {:handler #(wrap-lint
                         (wrap-cookies
                          (fn [request]
                            (assoc (ok (pr-str (into (sorted-map) (:cookies request))))
                                   :cookies {"a" {:value "1 2" :path "/" :http-only true}
                                             "b" {:value "x" :max-age 10 :secure true :same-site :strict}}))))
              :requests [(request "GET /")
                         (fn [rs] (request "GET /" [(cookie-of rs)]))
                         (request "GET /" ["Cookie: a=1; b=\"quoted\"; c=%20"])]}
   "session" {:handler #(wrap-session
                         (fn [{:keys [session uri]}]
                           (let [n (inc (:n session 0))]
                             (assoc (ok (str uri n)) :session (when-not (= "/logout" uri) {:n n})))))
              :scrub scrub-session
              :requests [(request "GET /")
                         (fn [rs] (request "GET /" [(cookies-of-all (take 1 rs))]))
                         (fn [rs] (request "GET /logout" [(cookies-of-all (take 1 rs))]))
                         (fn [rs] (request "GET /" [(cookies-of-all (take 1 rs))]))]}
   "session-in-a-cookie" {:handler #(wrap-session
                                     (fn [{:keys [session]}]
                                       (let [n (inc (:n session 0))]
                                         (assoc (ok (str n)) :session {:n n})))
                                     {:store (cookie-store {:key (byte-array (range 16))})})
                          :scrub scrub-session
                          :requests [(request "GET /")
                                     (fn [rs] (request "GET /" [(cookie-of rs)]))
                                     (fn [rs] (request "GET /" [(cookie-of rs)]))]}
   "flash" {:handler #(wrap-session
                       (wrap-flash
                        (fn [{:keys [flash uri]}]
                          (cond-> (ok (pr-str flash))
                            (= "/set" uri) (assoc :flash "once")))))
            :scrub scrub-session
            :requests [(request "GET /set")
                       (fn [rs] (request "GET /" [(cookies-of-all rs)]))
                       (fn [rs] (request "GET /" [(cookies-of-all rs)]))]}})

(def ^:private files
  (let [paths ["/a.txt" "/b.css" "/" "/index.html" "/none" "/missing" "/a..txt"]
        not-found (fn [_] (assoc (ok "not there") :status 404))
        modified "If-Modified-Since: Fri, 14 Jul 2017 02:40:00 GMT"]
    {"file" {:handler #(wrap-file not-found @directory)
             :requests (concat (map #(request (str "GET " %)) paths)
                               [(request "HEAD /a.txt") (request "POST /a.txt" [] "x")])}
     "dot-segments" {:handler #(wrap-file not-found @directory)
                     :requests (map #(request (str "GET " %)) ["/../a.txt" "/%2e%2e/a.txt"])}
     "resource" {:handler #(wrap-resource not-found "ring/middleware")
                 :scrub #(str/replace % #"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT" "?")
                 :requests [(request "GET /params.clj") (request "HEAD /params.clj") (request "GET /nothing")]}
     "content-type" {:handler #(wrap-content-type (fn [_] {:status 200 :headers {} :body "x"}))
                     :requests (map #(request (str "GET " %)) ["/a.txt" "/a.css" "/a.json" "/a" "/a.xyz"])}
     "not-modified" {:handler #(wrap-not-modified
                                (wrap-content-type
                                 (wrap-file not-found @directory)))
                     :requests [(request "GET /a.txt")
                                (request "GET /a.txt" [modified])
                                (request "HEAD /a.txt" [modified])]}
     "etag" {:handler #(wrap-not-modified
                        (fn [_] (assoc-in (ok "tagged") [:headers "ETag"] "\"t\"")))
             :requests [(request "GET /")
                        (request "GET /" ["If-None-Match: \"t\""])
                        (request "GET /" ["If-None-Match: \"u\""])]}
     "head" {:handler #(wrap-head (wrap-file (fn [r] (ok (str (:request-method r)))) @directory))
             :requests [(request "HEAD /") (request "HEAD /a.txt") (request "GET /x")]}}))

(def ^:private json-cases
  (let [json-type "Content-Type: application/json; charset=utf-8"]
    {"json-body" {:handler #(json/wrap-json-body (fn [r] (ok (pr-str (:body r)))) {:keywords? true})
                  :requests [(request "POST /" [json-type] "{\"a\": [1, 2.5, null, true]}")
                             (request "POST /" [json-type] "{\"a\": ")]}
     "json-params" {:handler #(json/wrap-json-params (shows :json-params :params))
                    :requests [(request "POST /" [json-type] "{\"a\": 1}")]}
     "json-response" {:handler #(json/wrap-json-response
                                 (fn [_] {:status 200 :headers {} :body {:a [1 2 "\u00fc"]}}))
                      :requests [(request "GET /")]}}))

(def ^:private routes
  {"compojure" {:handler #(compojure/routes
                           (compojure/GET "/" [] "home")
                           (compojure/GET "/user/:id" [id] (str "user " id))
                           (compojure/POST "/form" request (ok (pr-str (:params request))))
                           (compojure/context "/api" []
                             (compojure/PUT "/thing/:n" [n]
                               (response/created (str "/api/thing/" n))))
                           (route/not-found "nothing here"))
                :requests [(request "GET /") (request "HEAD /") (request "GET /user/a%20b")
                           (request "POST /form" [form] "a=1") (request "PUT /api/thing/7" [] "x")
                           (request "GET /nowhere") (request "DELETE /")]}})

(def ^:private scrub-token
  (comp scrub-session #(str/replace % #"token:[^<]+" "token:?")))

(defn- token [responses]
  (or (second (re-find #"token:([^<]+)<" (:body (first responses)))) ""))

(defn- login-app [options]
  (defaults/wrap-defaults
   (compojure/routes
    (compojure/GET "/login" [] (ok (str "<p>token:" (force anti-forgery/*anti-forgery-token*) "<")))
    (compojure/POST "/login" [name :as {session :session}]
      (-> (response/redirect "/home") (assoc :session (assoc session :name name))))
    (compojure/GET "/home" {session :session} (ok (str "hello " (:name session))))
    (compojure/GET "/plain" [] {:status 200 :headers {"Content-Type" "text/plain"} :body "plain"})
    (compojure/GET "/page.css" [] {:status 200 :headers {} :body "p {}"})
    (route/not-found "nothing here"))
   options))

(defn- default-requests
  "A login with its token, one without, and what comes after; each request with the header lines."
  [lines]
  (let [request (fn
                  ([line] (request line lines))
                  ([line more] (request line (concat lines more)))
                  ([line more body] (request line (concat lines more) body)))]
    [(request "GET /login")
     (fn [rs] (request "POST /login" [form (cookies-of-all (take 1 rs))]
                       (str "name=weir&__anti-forgery-token="
                            (java.net.URLEncoder/encode ^String (token rs) "UTF-8"))))
     (fn [rs] (request "GET /home" [(cookies-of-all rs)]))
     (request "POST /login" [form] "name=intruder")
     (request "GET /plain")
     (request "HEAD /plain")
     (request "GET /nowhere")
     (request "GET /page.css")
     (request "GET /plain?a=%20" ["X-Forwarded-For: 10.0.0.1, 10.0.0.2"])]))

(def ^:private with-defaults
  (let [https ["X-Forwarded-Proto: https"]]
    (into {}
          (for [[name options lines]
                [["site" defaults/site-defaults []]
                 ["api" defaults/api-defaults []]
                 ["secure-site" (assoc defaults/secure-site-defaults :proxy true) []]
                 ["secure-site over https" (assoc defaults/secure-site-defaults :proxy true) https]
                 ["secure-api" (assoc defaults/secure-api-defaults :proxy true) []]
                 ["secure-api over https" (assoc defaults/secure-api-defaults :proxy true) https]]]
            [name {:handler #(login-app options)
                   :scrub scrub-token
                   :requests (default-requests lines)}]))))

(defn- async-case [a-case]
  (-> a-case
      (assoc :async? true)
      (update :handler (fn [make] #(both (make))))))

(defn- async-cases [group & names]
  (into {} (for [k names] [k (async-case (get group k))])))

(def ^:private asynchronous
  (merge
   (async-cases request-maps "query" "content-type" "chunked")
   (async-cases responses "string" "nil" "bytes" "seq" "stream" "file" "large" "flushing-record"
                "http-1.0" "statuses")
   (async-cases failures "throws")
   (async-cases parameters "params" "multipart")
   {"raise" {:async? true
             :handler (fn [] (fn [_ _ raise] (raise (ex-info "wanted by the test" {}))))
             :requests [(request "GET /")]}}))

(def groups
  "Names of groups to names of cases to cases."
  {"request maps" request-maps
   "responses" responses
   "failures" failures
   "parameters" parameters
   "state" state
   "files" files
   "json" json-cases
   "routes" routes
   "defaults" with-defaults
   "asynchronous" asynchronous})
