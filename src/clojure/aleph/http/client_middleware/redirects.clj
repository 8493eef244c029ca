;; Redirects: which request follows a response, and what of the first one goes with it.

(in-ns 'aleph.http.client-middleware)

(set! *warn-on-reflection* true)

(def ^:private credentials #{"authorization" "cookie" "proxy-authorization" "host"})

(defn- without-credentials [headers]
  (into {} (remove (fn [[k _]] (credentials (.toLowerCase (name k) Locale/ROOT)))) headers))

(defn- followed [req ^HttpRequest from ^HttpRequest to]
  (cond-> (-> req
              (dissoc :query-params :method)
              (assoc :url (str (.url to))
                     :request-method (keyword (.toLowerCase (.method to) Locale/ROOT)))
              (update :redirects-count (fnil inc 0))
              (update :trace-redirects (fnil conj []) (str (.url to))))
    (not= (.method from) (.method to)) (dissoc :body :form-params :multipart :content-type :length)
    (not (.isSameOrigin (.url from) (.url to)))
    (-> (dissoc :basic-auth :oauth-token :digest-auth :user-info :cookies)
        (update :headers without-credentials))))

(defn- follow [client {:keys [redirects-count trace-redirects max-redirects] :as req}
               ^HttpRequest from ^HttpRequest to rsp]
  (let [hops (or redirects-count 0)]
    (cond
      (< hops (long (or max-redirects HttpRequest/DEFAULT_MAX_REDIRECTS)))
      (do (Bodies/discard (:body rsp))
          (client (followed req from to)))

      (or (false? (opt req :throw-exceptions)) (= :graceful (:redirect-strategy req)))
      (assoc rsp :trace-redirects trace-redirects)

      :else
      (do (Bodies/discard (:body rsp))
          (throw (RedirectException. (str "too many redirects: " (inc hops)) from))))))

(defn- target ^HttpRequest [from {:keys [status headers]}]
  (Redirects/next from (int status) (get headers "location")))

(defn follow-redirect
  "Returns what `client` returns for the request that follows `rsp`, whatever the status; `rsp` if it
  names no location."
  [client req rsp]
  (let [from (client/->request (assoc req :force-redirects true))
        to (target from (if (contains? #{301 302 303 307 308} (:status rsp)) rsp (assoc rsp :status 307)))]
    (if to (follow client req from to rsp) rsp)))

(defn- chosen
  "Returns the request that follows `rsp`, or nil, as the function `:redirect-strategy` has it: it says
  nil for none, true for what the rules say, or names a location."
  ^HttpRequest [strategy req {:keys [status] :as rsp}]
  (when (and (redirect? rsp) (not= 304 status))
    (let [location (strategy req rsp)]
      (when location
        (target (client/->request (assoc req :redirect-strategy nil :force-redirects (string? location)))
                (cond-> rsp
                  (string? location) (assoc-in [:headers "location"] location)
                  (and (string? location) (not (contains? #{301 302 303 307 308} status)))
                  (assoc :status 307)))))))

(defn handle-redirects
  "Returns `rsp`, or what `client` returns for the request that follows it."
  [client {:keys [trace-redirects redirect-strategy] :as req} rsp]
  (let [from (client/->request req)
        to (if (fn? redirect-strategy) (chosen redirect-strategy req rsp) (target from rsp))]
    (if to
      (follow client req from to rsp)
      (cond-> rsp (seq trace-redirects) (assoc :trace-redirects trace-redirects)))))
