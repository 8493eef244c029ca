(ns manifold.dropped-error-test
  (:require
    [clojure.test :as test :refer [deftest is testing]]
    [manifold.debug :as debug]
    [manifold.deferred :as d]
    [manifold.test :refer [expect-dropped-errors instrument-tests-with-dropped-error-detection!]])
  (:import
    [java.io StringWriter]))

(set! *warn-on-reflection* true)

(defn- failing [] (d/error-deferred (ex-info "dropped" {})))

(defn- fail-later []
  (d/error! (d/deferred) :dropped)
  nil)

(deftest dropped-errors-are-counted
  (expect-dropped-errors 0)
  (expect-dropped-errors 3 (failing) (failing) (fail-later) nil)
  (testing "what is composed with a dropped error has the error in its place"
    (expect-dropped-errors 1 (d/chain (failing) inc) nil)
    (expect-dropped-errors 1 (d/chain 1 (fn [_] (throw (Exception. "dropped")))) nil)))

(deftest looking-consumes
  (expect-dropped-errors 0
    (pr-str (failing))
    (d/error-value (failing) nil)
    (d/on-realized (failing) identity identity)
    (d/catch (failing) (constantly nil))
    (d/error-value (d/finally (failing) #(throw (Exception. "instead"))) nil)
    (try @(failing) (catch Exception _))
    (let [d (d/deferred)]
      (d/on-realized d identity identity)
      (d/error! d :k))
    nil))

(deftest inputs-of-zip-alt-and-connect-are-consumed ; 3.14, T26
  (doseq [f [#(d/zip (failing) (failing))
             #(d/alt (failing) (failing))
             #(d/connect (failing) (doto (d/deferred) (d/on-realized identity identity)))]]
    (expect-dropped-errors 0
      (d/catch (d/chain (f) identity) (constantly nil))
      nil)))

(deftest the-switch-and-the-rate
  (testing "off: nothing is watched"
    (debug/disable-dropped-error-logging!)
    (try
      (expect-dropped-errors 0 (failing) nil)
      (finally
        (debug/enable-dropped-error-logging!))))
  (is (= 1024 debug/*leak-aware-deferred-rate*)))

(deftest detection-is-not-nestable
  (debug/with-dropped-error-detection
    #(is (thrown? AssertionError (debug/with-dropped-error-detection (fn []) identity)))
    (fn [n] (is (zero? n))))
  (is (nil? debug/dropped-errors)))

(deftest instrumented-tests-fail-when-they-drop-errors
  (let [n (create-ns 'manifold.dropped-error-test.sample)
        define (fn [sym m f] (intern n (with-meta sym (assoc m :test f)) nil))
        tests [(define 'clean {} (fn [] (is true)))
               (define 'dropping {} (fn [] (failing) nil))
               (define 'ignored {:ignore-dropped-errors true} (fn [] (failing) nil))]
        run (fn [v] (let [reports (atom [])]
                      (with-redefs [test/do-report #(swap! reports conj (:type %))]
                        ((:test (meta v))))
                      @reports))]
    (try
      (binding [*ns* n]
        (instrument-tests-with-dropped-error-detection!)
        (instrument-tests-with-dropped-error-detection!))
      (is (= [[:pass] [:fail] []] (mapv run tests)))
      (finally
        (remove-ns 'manifold.dropped-error-test.sample)))))

(deftest the-tests-of-the-library-drop-no-errors ; 16.12, T26
  (doseq [sym '[manifold.deferred-test manifold.let-flow-test manifold.stream-test
                manifold.bus-test]]
    (require sym)
    ;; Those that extend a protocol to a class can tell that only once in the life of a process.
    (let [tests (filter #(and (:test (meta %)) (not (:runs-once (meta %)))) (vals (ns-interns sym)))
          counters (ref test/*initial-report-counters*)]
      (expect-dropped-errors 0
        (binding [test/*test-out* (StringWriter.)
                  test/*report-counters* counters]
          (test/test-vars tests)
          nil))
      (is (= [0 0] ((juxt :fail :error) @counters)) sym))))
