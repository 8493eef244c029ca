(ns user
  "For the REPL that `make repl` starts: a sample server to play with. Evaluate the forms of the comment
  at the end one by one.

  `handler` is passed to the server as a var, so a new definition answers the next request."
  (:require [clojure.java.io :as io]
            [clojure.repl :refer [doc source]]
            [clojure.test :as test])
  (:import (java.io Closeable File)))

(alter-var-root #'*warn-on-reflection* (constantly true))

(def port 8080)

(defn handler [request]
  {:status 200
   :headers {"content-type" "text/plain; charset=utf-8"}
   :body (str "You asked for " (:uri request) "\n")})

(defonce ^{:doc "The running sample server, or nil."} server nil)

(defn start
  "Starts the sample server, unless it runs."
  []
  (alter-var-root #'server
                  (fn [running]
                    (or running
                        ((requiring-resolve 'aleph.http/start-server) #'handler {:port port})))))

(defn stop
  "Stops the sample server, if it runs."
  []
  (alter-var-root #'server
                  (fn [^Closeable running]
                    (when running
                      (.close running)))))

(def ^:private loaded-at
  (atom (System/currentTimeMillis)))

(defn- namespace-of [^File file]
  (second (read-string (slurp file))))

(defn reload
  "Loads each namespace of src/clojure and test/clojure whose file is newer than the last load, if it
  was loaded before. Returns their names. Java classes stay as they were: those need a new REPL."
  []
  (let [since @loaded-at
        changed (for [^File file (mapcat #(file-seq (io/file %)) ["src/clojure" "test/clojure"])
                      :when (and (re-find #"\.cljc?$" (.getName file))
                                 (< since (.lastModified file)))
                      :let [name (namespace-of file)]
                      :when (find-ns name)]
                  name)]
    (reset! loaded-at (System/currentTimeMillis))
    (run! #(require % :reload) changed)
    (vec changed)))

(defn reset
  "Stops the sample server, reloads what has changed and starts it again."
  []
  (stop)
  (reload)
  (start))

(comment
  (start)
  (slurp (str "http://localhost:" port "/hello"))

  ;; Answers differently at once, without a restart.
  (defn handler [_]
    {:status 200 :body "changed"})
  (slurp (str "http://localhost:" port "/"))

  ;; After editing a file in src/clojure.
  (reset)

  (require 'weir.ring-present-test :reload)
  (test/run-tests 'weir.ring-present-test)

  (doc start)
  (source handler)
  (stop))
