(ns weir.ring.absent-test
  "Ring is not required: a JVM without it serves, and has the same OutputStream."
  (:require
   [clojure.java.io :as io]
   [clojure.string :as str]
   [clojure.test :refer [deftest is]])
  (:import
   (java.io File)
   (java.util List)
   (java.util.concurrent TimeUnit)))

(set! *warn-on-reflection* true)

(def ^:private program
  '(do
     (require '[aleph.http :as http]
              '[aleph.netty :as netty]
              '[clojure.java.io :as io])
     (when (io/resource "ring/core/protocols.clj")
       (throw (IllegalStateException. "Ring is here")))
     (let [loaded (set (map ns-name (all-ns)))
           handler (fn [request]
                     {:status 200
                      :body (case (:uri request)
                              "/text" "text"
                              "/written" ((requiring-resolve 'weir.ring/body)
                                          (fn [out]
                                            (.write ^java.io.OutputStream out (.getBytes "written")))))})
           server (http/start-server handler {:port 0 :shutdown-timeout 0})
           get (fn [path] (slurp (str "http://localhost:" (netty/port server) path)))]
       (println "RESULT" (pr-str [(get "/text") (get "/written") (contains? loaded 'weir.ring)]))
       (.close ^java.io.Closeable server)
       (shutdown-agents))))

(defn- without-ring []
  (->> (str/split (System/getProperty "java.class.path") (re-pattern File/pathSeparator))
       (remove #(re-find #"^(ring|compojure)-.*\.jar$" (.getName (io/file %))))
       (str/join File/pathSeparator)))

(deftest a-server-runs-without-ring
  (let [java (str (io/file (System/getProperty "java.home") "bin" "java"))
        ^List command [java "-XX:TieredStopAtLevel=1" "-cp" (without-ring) "clojure.main" "-e"
                       (pr-str program)]
        process (-> (ProcessBuilder. command)
                    (.redirectErrorStream true)
                    .start)
        output (future (slurp (.getInputStream process)))]
    (try
      (is (.waitFor process 60 TimeUnit/SECONDS))
      (is (str/includes? @output "RESULT [\"text\" \"written\" false]"))
      (finally
        (.destroy process)))))
