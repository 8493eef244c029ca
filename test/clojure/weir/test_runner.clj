(ns weir.test-runner
  "Runs clojure.test namespaces one deftest at a time, for the JUnit class weir.ClojureTest.

  `load-namespace` requires one namespace and returns what the compiler had to say about our own
  files. `session` opens a namespace for running: its :once fixtures wrap one thread on which every
  deftest of the session runs, so that bindings made by fixtures are seen by the tests."
  (:require [clojure.string :as str]
            [clojure.test :as t])
  (:import (clojure.lang RT)
           (java.io StringWriter)
           (java.util.concurrent CompletableFuture ExecutionException LinkedBlockingQueue TimeUnit
                                 TimeoutException)))

(set! *warn-on-reflection* true)

(defn- warning?
  "True for a compiler warning about a file of ours; `own-file?` takes the path within the class path."
  [own-file? ^String line]
  (if-let [[_ file] (re-find #"^(?:Reflection|Performance|Boxed math) warning, ([^:]+):" line)]
    (own-file? file)
    (when-let [[_ ns-name] (re-find #"^WARNING: .* in namespace: ([^ ,]+)" line)]
      (let [path (str/replace (munge ns-name) "." "/")]
        (or (own-file? (str path ".clj")) (own-file? (str path ".cljc")))))))

(defn load-namespace
  "Requires the namespace with reflection warnings on. Returns the warnings about our own files, one
  string each; everything else that was printed to *err* still gets there."
  [ns-name own-files]
  (let [printed (StringWriter.)]
    (try
      (binding [*err* printed
                *warn-on-reflection* true
                *ns* (the-ns 'user)]
        (require (symbol ns-name)))
      (finally
        (doseq [line (remove #(warning? own-files %) (str/split-lines (str printed)))
                :when (seq line)]
          (.println System/err ^String line))))
    (filterv #(warning? own-files %) (str/split-lines (str printed)))))

(defn test-names
  "Names of the namespace's deftests, in the order of the file."
  [ns-name]
  (->> (ns-interns (symbol ns-name))
       vals
       (filter #(:test (meta %)))
       (sort-by #(vector (:line (meta %) 0) (str %)))
       (mapv #(str (:name (meta %))))))

(def ^:dynamic *variant*
  "Which of the variants of a namespace runs; nil for all, one after the other."
  nil)

(defn variants
  "Names of the ways in which a test runs: the :variants in its metadata, or in that of an :each fixture of
  its namespace that looks at `*variant*`; nil if there is one way only."
  [ns-name test-name]
  (or (:variants (meta (ns-resolve (symbol ns-name) (symbol test-name))))
      (some (comp :variants meta) (::t/each-fixtures (meta (the-ns (symbol ns-name)))))))

(defn- failure
  "Runs one test var inside its :each fixtures. Returns clojure.test's own report of what failed, or
  nil when all went well."
  [test-var]
  (let [report (StringWriter.)]
    (binding [t/*test-out* report
              t/*stack-trace-depth* 20
              t/*report-counters* (ref t/*initial-report-counters*)]
      (let [each (t/join-fixtures (::t/each-fixtures (meta (:ns (meta test-var)))))]
        (each #(t/test-var test-var)))
      (let [{:keys [fail error]} @t/*report-counters*]
        (when (pos? (+ fail error))
          (str report))))))

(defn- run-jobs [^LinkedBlockingQueue jobs]
  (let [job (.take jobs)]
    (when-not (= ::end job)
      (job)
      (recur jobs))))

(defn session
  "Opens the namespace: starts its thread, inside its :once fixtures."
  [ns-name]
  (let [jobs (LinkedBlockingQueue.)
        ended (CompletableFuture.)
        once (t/join-fixtures (::t/once-fixtures (meta (the-ns (symbol ns-name)))))
        body (bound-fn []
               (try
                 (once #(run-jobs jobs))
                 (.complete ended nil)
                 (catch Throwable e
                   (.completeExceptionally ended e))))
        thread (doto (Thread. ^Runnable body (str "test " ns-name))
                 (.setDaemon true)
                 (.setContextClassLoader (RT/baseLoader))
                 (.start))]
    {:ns-name ns-name :jobs jobs :ended ended :thread thread}))

(defn- stuck [^Thread thread what seconds]
  (AssertionError. (str what " did not end within " seconds " s; its thread is at\n  "
                        (str/join "\n  " (.getStackTrace thread)))))

(defn- await-result
  [{:keys [thread]} ^CompletableFuture result what seconds]
  (try
    (.get result (long seconds) TimeUnit/SECONDS)
    (catch ExecutionException e
      (throw (.getCause e)))
    (catch TimeoutException _
      (throw (stuck thread what seconds)))))

(defn run-test
  "Runs one deftest in the session, in one of its variants. Returns the report of its failures, or nil; throws what a fixture
  threw, and an AssertionError with the thread's stack when the time is over."
  [{:keys [ns-name ^LinkedBlockingQueue jobs ^CompletableFuture ended] :as session} test-name variant seconds]
  (let [result (CompletableFuture.)
        test-var (ns-resolve (symbol ns-name) (symbol test-name))]
    (.put jobs #(try
                  (.complete result (binding [*variant* variant] (failure test-var)))
                  (catch Throwable e
                    (.completeExceptionally result e))))
    (.whenComplete ended
                   (reify java.util.function.BiConsumer
                     (accept [_ _ e]
                       (.completeExceptionally
                        result
                        (or e (AssertionError. "a :once fixture ended without running this test"))))))
    (await-result session result test-name seconds)))

(defn end-session
  "Lets the :once fixtures clean up, and throws what they throw."
  [{:keys [^LinkedBlockingQueue jobs ended] :as session} seconds]
  (.put jobs ::end)
  (await-result session ended "the clean-up of the :once fixtures" seconds))
