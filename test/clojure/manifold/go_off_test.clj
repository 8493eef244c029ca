(ns manifold.go-off-test
  (:require
    [clojure.test :refer [deftest is testing]]
    [manifold.deferred :as d]
    [manifold.go-off :refer [<! <!? go-off go-off-with]])
  (:import
    [java.util.concurrent Executor]
    [manifold.stream.core IEventSource]))

(set! *warn-on-reflection* true)

(defn- value [d] (deref d 10000 ::late))

(deftest operands-of-all-kinds
  (let [gate (d/deferred)
        r (go-off [(<! gate) (<! 1) (<! nil) (<! (future 2)) (<! (d/success-deferred 3))])]
    (d/success! gate 0)
    (is (= [0 1 nil 2 3] (value r)))))

(deftest a-source-gives-one-message-and-nil-at-its-end
  (let [messages (atom [:a])
        source (reify IEventSource
                 (take [_ dflt _] (let [[m] @messages]
                                    (swap! messages rest)
                                    (d/success-deferred (or m dflt)))))]
    (is (= [:a nil] (value (go-off [(<! source) (<! source)]))))))

(deftest an-error-is-returned-by-one-and-thrown-by-the-other ; §12.1 defect: a present one was thrown
  (let [e (Exception. "x"), late (d/deferred)
        r (go-off [(<! (d/error-deferred e)) (<! late) (<! (d/error-deferred :k))
                   (try (<!? (d/error-deferred e)) (catch Exception e [:caught e]))])]
    (d/error! late e)
    (is (= [e e :k [:caught e]] (value r)))
    (is (= :k (value (go-off (<!? (d/error-deferred :k))))) "only Throwables are thrown")))

(deftest results-are-flattened-and-throws-are-errors
  (is (= 1 (value (go-off (d/success-deferred (future 1))))))
  (is (thrown-with-msg? Exception #"x" (value (go-off (throw (Exception. "x")))))))

(deftest waiting-works-in-functions-and-lazy-seqs ; 12.1: no transformation, no nesting limit
  (is (= [1 2 3] (value (go-off (doall (for [x [1 2 3]] (<! (d/future x)))))))))

(deftest outside-of-a-block-it-is-an-error
  (is (thrown? AssertionError (<! 1))))

(def ^:dynamic *bound* :root)

(deftest bindings-are-kept
  (let [gate (d/deferred)
        r (binding [*bound* :inner] (go-off [*bound* (<! gate) *bound*]))]
    (d/success! gate 1)
    (is (= [:inner 1 :inner] (value r)))))

(deftest realizing-the-result-does-not-stop-the-body
  (let [gate (d/deferred), done (promise), r (go-off (deliver done (<! gate)))]
    (d/success! r :early)
    (d/success! gate 1)
    (is (= 1 (deref done 10000 :late)))
    (is (= :early @r))))

(deftest blocks-start-through-the-executor
  (let [tasks (promise), ex (reify Executor (execute [_ r] (deliver tasks r)))
        r (go-off-with ex (inc (<! 1)))]
    (.run ^Runnable @tasks)
    (is (= 2 (value r)))))
