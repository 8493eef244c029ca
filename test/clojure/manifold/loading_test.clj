(ns manifold.loading-test
  "What a fresh JVM loads, and that it makes no difference whether that is source or class files."
  (:require
   [clojure.java.io :as io]
   [clojure.string :as str]
   [clojure.test :refer [deftest is testing]])
  (:import
   (java.io File)
   (java.nio.file Files)
   (java.nio.file.attribute FileAttribute)
   (java.util List)
   (java.util.concurrent TimeUnit)))

(set! *warn-on-reflection* true)

(defn- evaluated
  "Returns what a fresh JVM prints after RESULT when it has evaluated the forms, with `dir` in front of its
  class path and for class files."
  [^File dir forms]
  (let [java (str (io/file (System/getProperty "java.home") "bin" "java"))
        ^List command [java "-XX:TieredStopAtLevel=1" (str "-Dclojure.compile.path=" dir)
                       "-cp" (str dir File/pathSeparator (System/getProperty "java.class.path"))
                       "clojure.main" "-e" (str/join "\n" (map pr-str forms))]
        process (-> (ProcessBuilder. command)
                    (.redirectErrorStream true)
                    .start)
        output (future (slurp (.getInputStream process)))]
    (try
      (is (.waitFor process 100 TimeUnit/SECONDS))
      (or (second (re-find #"RESULT (.*)" @output)) @output)
      (finally
        (.destroy process)))))

(def ^:private program
  "Programs of one form each, so that macros of namespaces that are loaded by one mean something in the next."
  '[(require '[manifold.deferred :as d] '[manifold.stream :as s])
    (def loaded (set (map ns-name (all-ns))))
    (def elsewhere
      (filter loaded '[manifold.debug manifold.stream.default manifold.stream.graph manifold.stream.async
                       weir.deferred.macros weir.deferred.printing weir.let-flow weir.stream.types]))
    (extend-protocol manifold.stream.core/Sourceable
      String
      (to-source [x] (s/->source (list x))))
    (def values
      [@(d/let-flow [a (d/future 1) b 2] (+ a b))
       @(d/loop [i 0] (if (< i 3) (d/recur (inc i)) i))
       @(s/reduce conj [] (s/map inc (range 3)))
       (s/stream->seq (s/->source "text"))
       (pr-str (d/success-deferred 1))])
    (require 'manifold.stream.core 'manifold.deferred :reload)
    (println "RESULT" (pr-str [elsewhere values (s/stream->seq (s/->source "again"))]))
    (shutdown-agents)])

(def ^:private result
  (pr-str ['() [3 3 [1 2 3] '("text") "<< 1 >>"] '("again")]))

(defn- temporary-directory ^File []
  (.toFile (Files/createTempDirectory "weir" (make-array FileAttribute 0))))

(deftest a-program-gets-what-it-asks-for-and-nothing-else
  (let [dir (temporary-directory)]
    (try
      (testing "from source"
        (is (= result (evaluated dir program))))
      (testing "from class files"
        (is (= "compiled"
               (evaluated dir '[(binding [*compile-files* true]
                                  (require 'manifold.stream))
                                (println "RESULT compiled")])))
        (is (.exists (io/file dir "manifold" "deferred__init.class")))
        (is (= result (evaluated dir program))))
      (finally
        (run! io/delete-file (reverse (file-seq dir)))))))
