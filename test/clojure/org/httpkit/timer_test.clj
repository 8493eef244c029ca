(ns org.httpkit.timer-test
  (:require
   [clojure.test :refer [deftest is]]
   [org.httpkit.timer :as timer])
  (:import
   (java.util.concurrent CountDownLatch TimeUnit)))

(set! *warn-on-reflection* true)

(deftest a-task-runs-once-and-its-exception-stops-nothing
  (let [ran (promise)]
    (timer/schedule-task 0 (throw (ex-info "expected by this test" {})))
    (timer/schedule-task 1 (deliver ran :yes))
    (is (= :yes (deref ran 5000 :no)))))

(deftest cancel-tells-whether-the-task-will-never-run
  (let [ran (promise)
        later (timer/schedule-task 60000 (deliver ran :never))
        now (timer/schedule-task 0 (deliver ran :yes))]
    (is (= :yes (deref ran 5000 :no)))
    (is (true? (timer/cancel later)))
    (is (false? (timer/cancel later)))
    (is (false? (timer/cancel now)))
    (is (re-find #"60000 ms.*CANCELLED" (str later)))))

(deftest a-call-in-time-cancels-the-timeout
  (let [calls (atom [])
        f (fn [x] (swap! calls conj x) x)
        kept (atom nil)]
    (timer/with-timeout f 60000 (swap! calls conj :late)
      (reset! kept f)
      (is (= 1 (f 1))))
    (is (nil? (@kept 2)) "the second call comes after the first has cancelled the timeout")
    (is (= [1] @calls))))

(deftest a-call-that-comes-too-late-does-nothing
  (let [late (promise)
        f (fn [x] x)]
    (timer/with-timeout f 0 (deliver late :late)
      (is (= :late (deref late 5000 :no)))
      (is (nil? (f 1))))))

;; [D] §7: bodies run on a pool, so one that blocks delays no other.
(deftest a-body-that-blocks-delays-no-other
  (let [go-on (CountDownLatch. 1)
        ran (promise)]
    (timer/schedule-task 0 (.await go-on 5 TimeUnit/SECONDS))
    (timer/schedule-task 1 (deliver ran :yes))
    (is (= :yes (deref ran 4000 :no)))
    (.countDown go-on)))
