;; Cookies: what a program may bring of its own, and what stands in for it.

(in-ns 'aleph.http.client-middleware)

(set! *warn-on-reflection* true)

(def cookie-header-name "The header of a request's cookies." "cookie")
(def set-cookie-header-name "The header of a response's cookies." "set-cookie")

(defprotocol CookieSpec
  "How cookies are read and written, and where they go."
  (parse-cookie [this cookie-str] "Returns the cookie of a set-cookie header, or nil.")
  (write-cookies [this cookies] "Returns the value of a cookie header.")
  (match-cookie-origin? [this origin cookie]
    "Returns whether a request to `origin`, a map as of `req->cookie-origin`, carries the cookie."))

(defprotocol CookieStore
  "What keeps cookies between requests."
  (get-cookies [this] "Returns all cookies.")
  (add-cookies! [this cookies] "Adds cookies, each in the place of the one like it."))

(defrecord Cookie [domain http-only? max-age name path secure? value])

(defn- ->cookie
  "Returns the engine's cookie of a map."
  ^weir.http.cookie.Cookie [{:keys [name value domain path http-only? secure? max-age host-only? created]}]
  (weir.http.cookie.Cookie. (clojure.core/name name) (str value) domain path (boolean http-only?)
                            (boolean secure?) (some-> max-age long)
                            (boolean host-only?) (long (or created 0))))

(defn- ->map [^weir.http.cookie.Cookie c]
  (->Cookie (.domain c) (.httpOnly c) (.maxAge c) (.name c) (.path c) (.secure c) (.value c)))

(defn- ->stored [^weir.http.cookie.Cookie c]
  (assoc (->map c) :created (.created c) :host-only? (.hostOnly c)))

(defn enrich-with-current-time "Says that a cookie was made now." [cookie]
  (assoc cookie :created (System/currentTimeMillis)))

(defn- dated [cookie] (if (:created cookie) cookie (enrich-with-current-time cookie)))

(defn cookie-expired? "Returns whether the time of a stored cookie is over." [cookie]
  (.isExpired (->cookie (dated cookie)) (System/currentTimeMillis)))

(defn match-cookie-domain? "Returns whether a host is a domain or one below it." [origin domain]
  (weir.http.cookie.Cookie/matchesDomain origin domain))

(defn match-cookie-path? "Returns whether a path is that of a cookie or one below it."
  [origin-path cookie-path]
  (weir.http.cookie.Cookie/matchesPath origin-path cookie-path))

(def default-cookie-spec
  "RFC 6265, leniently."
  (reify CookieSpec
    (parse-cookie [_ s] (some-> (SetCookie/parse s (System/currentTimeMillis)) ->map))
    (write-cookies [_ cookies] (CookieHeader/of (mapv ->cookie cookies)))
    (match-cookie-origin? [_ {:keys [scheme host path]} cookie]
      (.matches (->cookie cookie) (= :https scheme) host path))))

(extend-protocol CookieStore
  MemoryCookieJar
  (get-cookies [jar] (mapv ->stored (.cookies jar)))
  (add-cookies! [jar cookies] (run! #(.add jar (->cookie (dated %))) cookies)))

(defn in-memory-cookie-store
  "Returns a store that forgets all with the JVM."
  ([] (MemoryCookieJar.))
  ([seed-cookies] (doto (MemoryCookieJar.) (add-cookies! seed-cookies))))

(defn cookie->netty-cookie "Returns Netty's form of a cookie." [{:keys [domain http-only? secure? max-age
                                                                        name path value]}]
  (doto (DefaultCookie. name value)
    (.setDomain domain)
    (.setPath path)
    (.setHttpOnly (boolean http-only?))
    (.setSecure (boolean secure?))
    (.setMaxAge (or max-age io.netty.handler.codec.http.cookie.Cookie/UNDEFINED_MAX_AGE))))

(defn netty-cookie->cookie "Returns the cookie of Netty's form of it."
  [^io.netty.handler.codec.http.cookie.Cookie cookie]
  (->Cookie (.domain cookie) (.isHttpOnly cookie)
            (when (not= io.netty.handler.codec.http.cookie.Cookie/UNDEFINED_MAX_AGE (.maxAge cookie))
              (.maxAge cookie))
            (.name cookie) (.path cookie) (.isSecure cookie) (.value cookie)))

(defn decode-set-cookie-header
  "Returns the cookie of a set-cookie header, nil if there is none in it."
  ([header] (decode-set-cookie-header default-cookie-spec header))
  ([cookie-spec header] (parse-cookie cookie-spec header)))

(defn- values-of [headers k]
  (if (instance? HeaderMap headers)
    (.getAll ^HeaderMap headers k)
    (let [v (get headers k)] (if (string? v) [v] v))))

(defn extract-cookies-from-response-headers
  "Returns the cookies that a response sets."
  ([headers] (extract-cookies-from-response-headers default-cookie-spec headers))
  ([cookie-spec headers]
   (keep #(parse-cookie cookie-spec %) (values-of headers set-cookie-header-name))))

(defn reduce-to-unique-cookie-names
  "Returns one cookie of each name, that of the most specific path."
  [cookies]
  (let [shortest-first (sort-by (comp count :path) cookies)]
    (vals (into {} (map (juxt :name identity)) shortest-first))))

(defn merge-cookies
  "Returns the stored cookies with the new ones in place of those like them, without expired ones."
  [stored-cookies new-cookies]
  (->> (concat stored-cookies (map dated new-cookies))
       (reduce (fn [m c] (assoc m ((juxt :domain :path :name) c) c)) {})
       vals
       (remove cookie-expired?)))

(defn req->cookie-origin "Returns what of a request decides about its cookies." [req]
  (let [url (RequestOptions/baseUrl req)]
    {:scheme (keyword (.scheme url)) :host (.host url) :port (.effectivePort url) :path (.path url)}))

(defn- url->origin [^Url url]
  {:scheme (keyword (.scheme url)) :host (.host url) :port (.effectivePort url) :path (.path url)})

(defn- accepted
  "Returns a cookie of a response from `url` as a store keeps it, or nil if that may not set it."
  [^Url url cookie]
  (some-> (Acceptance/of (->cookie cookie) (.isSecure url) (.host url) (.path url)
                         #(PublicSuffixes/contains %) (System/currentTimeMillis))
          ->stored
          (#(merge cookie %))))

(defn cookie-jar
  "Returns the engine's jar of a store and a spec; nil is the default one."
  ^CookieJar [store spec]
  (if (and (instance? CookieJar store) (or (nil? spec) (identical? spec default-cookie-spec)))
    store
    (let [spec (or spec default-cookie-spec)]
      (reify CookieJar
        (header [_ url]
          (let [origin (url->origin url)]
            (some->> (get-cookies store)
                     (filter #(and (match-cookie-origin? spec origin %) (not (cookie-expired? %))))
                     reduce-to-unique-cookie-names
                     (write-cookies spec))))
        (receive [_ url fields]
          (add-cookies! store (into [] (comp (keep #(parse-cookie spec %))
                                             (keep #(accepted url %)))
                                    fields)))))))

(defn- cookie-maps
  "Returns the cookies of `:cookies`: cookie maps, or a map of names to values or to maps."
  [cookies]
  (if (map? cookies)
    (for [[k v] cookies]
      (assoc (if (map? v) v {:value v}) :name (name k)))
    cookies))

(defn write-cookie-header "Puts cookies into the cookie header of `req`, if there are any."
  [cookies cookie-spec req]
  (if (seq cookies)
    (with-header req cookie-header-name (write-cookies cookie-spec (cookie-maps cookies)))
    req))

(defn add-cookie-header "Puts the cookies that a store has for `req` into its cookie header."
  [cookie-store cookie-spec req]
  (if-let [value (.header (cookie-jar cookie-store cookie-spec) (RequestOptions/baseUrl req))]
    (with-header req cookie-header-name value)
    req))

(defn wrap-cookies
  "Gives `req` a cookie header: the one that it has, or its `:cookies`, or those of its store."
  [{:keys [cookies cookie-store cookie-spec headers] :as req}]
  (cond
    (some #(.equalsIgnoreCase ^String cookie-header-name (name %)) (keys headers)) req
    (seq cookies) (write-cookie-header cookies (or cookie-spec default-cookie-spec) req)
    cookie-store (add-cookie-header cookie-store cookie-spec req)
    :else req))

(defn handle-cookies
  "Gives the cookies of `rsp` to the store of `req`, and to the program as `:cookies`."
  [{:keys [cookie-store cookie-spec] :as req} rsp]
  (if cookie-store
    (let [^List fields (values-of (:headers rsp) set-cookie-header-name)]
      (when (seq fields)
        (.receive (cookie-jar cookie-store cookie-spec) (RequestOptions/baseUrl req) fields))
      (assoc rsp :cookies (extract-cookies-from-response-headers
                           (or cookie-spec default-cookie-spec) (:headers rsp))))
    rsp))
