(ns prep
  "Compiles the Java sources for a program that depends on this library by git or by folder. It needs a
  JDK and nothing else: the compiler is the JDK's own, the class path is the one this runs on."
  (:require [clojure.java.io :as io])
  (:import (java.io File)
           (javax.tools DiagnosticCollector JavaCompiler StandardJavaFileManager ToolProvider)))

(set! *warn-on-reflection* true)

(defn- java-files [^File folder]
  (filter #(.endsWith (.getName ^File %) ".java") (file-seq folder)))

(defn compile-java
  "Compiles `:source` (default src/java) into `:target` (default target/classes). Throws with the
  compiler's messages when it does not compile.

  Like every :deps/prep-lib function it runs in the library's folder and takes one map."
  [{:keys [source target] :or {source "src/java" target "target/classes"}}]
  (let [^JavaCompiler compiler
        (or (ToolProvider/getSystemJavaCompiler)
            (throw (ex-info "This JVM has no compiler (expected: a JDK, not a JRE)"
                            {:java-home (System/getProperty "java.home")})))
        messages (DiagnosticCollector.)
        options ["-d" (str target)
                 "-classpath" (System/getProperty "java.class.path")
                 "--release" "17" "-g" "-parameters" "-proc:none"]]
    (.mkdirs (io/file target))
    (with-open [^StandardJavaFileManager files (.getStandardFileManager compiler messages nil nil)]
      (let [units (.getJavaFileObjectsFromFiles files ^Iterable (java-files (io/file source)))]
        (when-not (.call (.getTask compiler nil files messages options nil units))
          (throw (ex-info (str "The Java sources do not compile:\n"
                               (apply str (interpose "\n" (.getDiagnostics messages))))
                          {:source source})))))))
