(ns weir.build-files-test
  "pom.xml, project.clj and deps.edn describe one library: they must not drift apart."
  (:require [clojure.edn :as edn]
            [clojure.java.io :as io]
            [clojure.test :refer [deftest is]]
            [clojure.xml :as xml]))

(set! *warn-on-reflection* true)

;; pom.xml

(defn- children [element tag]
  (filter #(= tag (:tag %)) (:content element)))

(defn- child [element tag]
  (first (children element tag)))

(defn- text [element]
  (first (:content element)))

(def ^:private pom
  (delay (xml/parse (io/file "pom.xml"))))

(defn- resolve-property [^String value]
  (if-let [[_ property] (re-matches #"\$\{(.+)\}" value)]
    (text (child (child @pom :properties) (keyword property)))
    value))

(defn- pom-dependencies [wanted?]
  (into {}
        (for [dependency (children (child @pom :dependencies) :dependency)
              :when (wanted? {:scope (text (child dependency :scope))
                              :optional (= "true" (text (child dependency :optional)))})]
          [(symbol (text (child dependency :groupId)) (text (child dependency :artifactId)))
           (resolve-property (text (child dependency :version)))])))

(def ^:private run-time #(and (nil? (:scope %)) (not (:optional %))))

;; project.clj and deps.edn

(defn- project-form []
  (with-open [reader (java.io.PushbackReader. (io/reader "project.clj"))]
    (->> (repeatedly #(read {:eof nil} reader))
         (take-while some?)
         (filter #(= 'defproject (first %)))
         first)))

(defn- qualified [lib]
  (if (namespace lib) lib (symbol (name lib) (name lib))))

(defn- lein-dependencies [dependencies]
  (into {} (for [[lib version] dependencies] [(qualified lib) version])))

(defn- deps-dependencies [deps]
  (update-vals deps :mvn/version))

(defn- project-options []
  (apply hash-map (drop 3 (project-form))))

(defn- deps-edn []
  (edn/read-string (slurp "deps.edn")))

(deftest the-version-is-the-same
  (is (= (text (child @pom :version)) (nth (project-form) 2))))

(deftest the-run-time-dependencies-are-the-same
  (let [expected (pom-dependencies run-time)]
    (is (= expected (lein-dependencies (:dependencies (project-options)))))
    (is (= expected (deps-dependencies (:deps (deps-edn)))))))

(deftest the-optional-dependencies-are-the-same
  (let [expected (pom-dependencies :optional)]
    (is (= expected (lein-dependencies (get-in (project-options) [:profiles :provided :dependencies]))))
    (is (= (merge expected (pom-dependencies run-time))
           (deps-dependencies (get-in (deps-edn) [:aliases :prep :deps]))))))

(deftest leiningen-tests-against-the-versions-that-maven-tests-against
  (let [tested (pom-dependencies #(= "test" (:scope %)))
        lein (lein-dependencies (get-in (project-options) [:profiles :test :dependencies]))]
    (is (= (select-keys tested (keys lein)) lein))))
