(ns ^:no-doc manifold.test
  "Helps tests to find deferreds whose errors were dropped."
  (:require
    [clojure.test :as test]
    [manifold.debug :as debug]))

(set! *warn-on-reflection* true)

(defn- check-dropped-errors [expected actual]
  (test/do-report
    {:type     (if (= expected actual) :pass :fail)
     :message  "errors that were dropped; see the log"
     :expected expected
     :actual   actual}))

(defn ^:no-doc run-expecting-dropped-errors
  "Calls `f`, watching every deferred, and asserts that `n` errors were dropped."
  [n f]
  (let [rate debug/*leak-aware-deferred-rate*]
    (debug/set-leak-aware-deferred-rate! 1)
    (try
      (debug/with-dropped-error-detection f #(check-dropped-errors n %))
      (finally
        (debug/set-leak-aware-deferred-rate! rate)))))

(defmacro expect-dropped-errors
  "Evaluates the body and asserts that exactly `n` errors of deferreds were dropped."
  [n & body]
  `(run-expecting-dropped-errors ~n (fn [] ~@body)))

(defn- check-clean [f]
  (let [rate debug/*leak-aware-deferred-rate*]
    (debug/set-leak-aware-deferred-rate! 1)
    (try
      (debug/with-dropped-error-detection f
        (fn [n] (when (pos? (long n)) (check-dropped-errors 0 n))))
      (finally
        (debug/set-leak-aware-deferred-rate! rate)))))

(defn instrument-tests-with-dropped-error-detection!
  "Makes each test of the current namespace fail that drops an error of a deferred. Tests with
  `:ignore-dropped-errors` in their metadata are left alone. May be called again, to include tests
  that were defined since."
  []
  (doseq [v (vals (ns-interns *ns*))
          :let [{:keys [test ignore-dropped-errors ::instrumented]} (meta v)]
          :when (and test (not ignore-dropped-errors) (not= test instrumented))
          :let [f (fn [] (check-clean test))]]
    (alter-meta! v assoc :test f ::instrumented f)))
