;; pom.xml is the other build of the same sources; weir.build-files-test holds the two and deps.edn
;; to the same version and dependencies.

(def debian-repository "/usr/share/maven-repo")

(def ring-from-debian?
  (.exists (java.io.File. (str debian-repository "/ring/ring-core"))))

;; A lint of newer compilers that older ones do not know; see pom.xml.
(def newer-lint
  (if (<= 21 (.feature (Runtime/version))) ",-this-escape" ""))

;; Debian's Ring names Debian's older Clojure in its manifests; this one has to come before it.
(def this-clojure
  (str (System/getProperty "user.home")
       "/.m2/repository/org/clojure/clojure/1.12.6/clojure-1.12.6.jar"))

(defproject weir "0.1.0-SNAPSHOT"
  :description "One fast Java engine for asynchronous networking, with the APIs of Manifold, byte-streams, Aleph and http-kit."
  :license {:name "MIT"}

  :dependencies [[org.clojure/clojure "1.12.6"]
                 [io.netty/netty-all "4.2.18.Final"]
                 [org.slf4j/slf4j-api "2.0.17"]]

  ;; Ring lives on Clojars, which Leiningen knows; Debian packages it too, in a file repository.
  :repositories ~(if ring-from-debian?
                   [["system" {:url (str "file://" debian-repository) :checksum :ignore}]]
                   [])

  :source-paths ["src/clojure"]
  :java-source-paths ["src/java"]
  :test-paths ["test/clojure" "examples"]
  :resource-paths []
  :target-path "target/lein"
  :compile-path "target/lein/classes"
  :javac-options ["--release" "17" "-g" "-parameters" "-proc:none" "-Xpkginfo:always"
                  ~(str "-Xlint:all,-processing,-serial,-classfile,-path" newer-lint) "-Werror"]
  ;; Leiningen's sources are the Java files too; the jar holds the Clojure ones.
  :omit-source true
  :filespecs [{:type :path :path "src/clojure"}
              {:type :bytes :path "META-INF/LICENSE" :bytes ~(slurp "LICENSE")}]

  :jvm-opts ~(if (pos? (compare (Runtime/version) (java.lang.Runtime$Version/parse "24-ea")))
               ["--enable-native-access=ALL-UNNAMED" "--sun-misc-unsafe-memory-access=allow"]
               [])

  :profiles {:provided
             ;; Used when present, never required.
             {:dependencies [[org.clojure/core.async "1.8.741"]
                             [com.aayushatharva.brotli4j/brotli4j "1.23.0"]
                             [com.github.luben/zstd-jni "1.5.7-6"]
                             [io.aleph/dirigiste "1.0.0"]]}

             :test
             {:resource-paths ["test/resources" ~this-clojure]
              ;; The peers that Clojure tests talk to; in a folder of their own, so that no jar has them.
              :java-source-paths ["test/java/weir/testing"]
              :compile-path "target/lein/test-classes"
              :jvm-opts ["-Dio.netty.leakDetection.level=paranoid"]
              :dependencies [[org.clojure/test.check "1.1.1"]
                             [org.slf4j/slf4j-simple "2.0.17"]
                             [org.junit.jupiter/junit-jupiter "5.13.4"]
                             [org.junit.platform/junit-platform-launcher "1.13.4"]
                             [io.grpc/grpc-netty-shaded "1.76.0"]
                             [io.grpc/grpc-stub "1.76.0"]
                             [io.netty/netty-pkitesting "4.2.18.Final"]
                             [org.clojure/data.json "2.4.0"]
                             [com.cognitect/transit-clj "1.0.333"]
                             [com.aayushatharva.brotli4j/native-linux-x86_64 "1.23.0"]
                             [ring/ring-core "1.8.2" :exclusions [org.clojure/clojure]]
                             [ring/ring-defaults "0.3.1" :exclusions [org.clojure/clojure]]
                             [ring/ring-json "0.4.0" :exclusions [org.clojure/clojure]]
                             [compojure "1.6.0" :exclusions [org.clojure/clojure]]
                             [ring/ring-jetty-adapter "1.8.2"
                              :exclusions [org.clojure/clojure org.eclipse.jetty/jetty-server]]
                             [org.eclipse.jetty/jetty-server "9.4.57.v20241219"]
                             [javax.servlet/javax.servlet-api "4.0.1"]]}})
