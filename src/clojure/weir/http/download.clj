(ns weir.http.download
  "Fetches files: `(download \"https://example.org/big.iso\" \"big.iso\")`."
  (:require
   [aleph.http.client :as client]
   [aleph.http.client-extras :as extras]
   [weir.options :as o])
  (:import
   (java.io File)
   (java.nio.file Path)
   (weir.http Download HttpClient Progress ProgressBar)))

(set! *warn-on-reflection* true)

(defn- ->path ^Path [x]
  (cond
    (instance? Path x) x
    (instance? File x) (.toPath ^File x)
    (string? x) (.toPath (File. ^String x))
    :else (throw (o/illegal :path x "a string, a File or a Path"))))

(defn- both ^Progress [f bar]
  (reify Progress
    (moved [_ bytes total]
      (when f (f bytes (when-not (neg? total) total)))
      (when bar (.moved ^Progress bar bytes total)))))

(defn download
  "Fetches `url` into the file `path` and returns a deferred of its Path, realized when all of it is
  there. What has come stands in `path.part` until then, and replaces the target at once. A download that
  was cut short goes on where it ended, if the server still has the same file. Putting an error into the
  deferred cancels the download; what has come stays.

  | key | meaning (default)
  |:----|:----
  | `:resume?` | go on with what an earlier download has left (true)
  | `:on-progress` | function of bytes so far and in total (nil if unknown)
  | `:progress-bar?` | draw a bar on stderr (whether there is a terminal)
  | `:pool` | what `aleph.http/connection-pool` returned (one for all)
  | others | those of `aleph.http/request`: `:headers`, `:basic-auth`, timeouts…"
  ([url path] (download url path {}))
  ([url path {:keys [resume? on-progress progress-bar?]
              :or {resume? true progress-bar? (ProgressBar/hasTerminal)}
              :as options}]
   (let [path (->path path)
         request (extras/->request (-> (dissoc options :resume? :on-progress :progress-bar? :as)
                                       (assoc :url url)
                                       (update :request-method #(or % :get))))
         bar (when progress-bar? (ProgressBar. (str (.getFileName path)) System/err))]
     (-> (Download/of (client/pool-of options (HttpClient/shared)) request path)
         (.resume (boolean resume?))
         (.onProgress (both on-progress bar))
         (.start)))))
