(ns manifold.utils-test
  (:require [clojure.test :refer [deftest is]]
            [manifold.utils :as u])
  (:import (java.util.concurrent ConcurrentLinkedQueue Executor)
           (java.util.concurrent.locks ReentrantLock)))

(set! *warn-on-reflection* true)

(def ^:dynamic *bound* :root)

(defn- held? [lock]
  (.isLocked ^ReentrantLock lock))

(deftest lock-is-held-for-the-body-and-released-on-a-throw
  (let [lock (u/mutex)]
    (is (true? (u/with-lock lock (held? lock))))
    (is (false? (held? lock)))
    (is (thrown? IllegalStateException
                 (u/with-lock lock (throw (IllegalStateException. "on purpose")))))
    (is (false? (held? lock)))))

;; Defect: with-lock* left the lock held when its body threw.
(deftest with-lock*-releases-on-a-throw-too
  (let [lock (u/mutex)]
    (is (true? (u/with-lock* lock (held? lock))))
    (is (thrown? IllegalStateException
                 (u/with-lock* lock (throw (IllegalStateException. "on purpose")))))
    (is (false? (held? lock)))))

(defn- here [] (reify Executor (execute [_ r] (.run r))))

(deftest future-with-conveys-bindings-and-returns-nil
  (let [seen (promise)
        thread (promise)]
    (is (nil? (binding [*bound* :mine]
                (u/future-with (reify Executor (execute [_ r] (.start (Thread. r))))
                  (deliver thread (Thread/currentThread))
                  (deliver seen *bound*)))))
    (is (= :mine (deref seen 20000 nil)))
    (is (not= (Thread/currentThread) (deref thread 20000 nil)))))

(deftest future-with-leaves-the-bindings-of-the-executing-thread-alone
  (binding [*bound* :outer]
    (u/future-with (here) (set! *bound* :inner))
    (is (nil? (u/future-with (here) (throw (IllegalStateException. "thrown on purpose")))))
    (is (bound? #'*bound*))))

(deftest wait-for-runs-on-the-wait-pool
  (let [thread (promise)]
    (is (nil? (u/wait-for (deliver thread (.getName (Thread/currentThread))))))
    (is (re-matches #"manifold-wait-\d+" (deref thread 20000 "")))))

(deftest without-overflow-moves-on-beyond-fifty
  (let [moved (atom [])
        executor (reify Executor (execute [_ _] (swap! moved conj :moved)))
        deepest (atom 0)
        descend (fn descend [n]
                  (reset! deepest n)
                  (u/without-overflow executor (descend (inc n))))]
    (descend 0)
    (is (= [:moved] @moved))
    (is (= (inc u/max-depth) @deepest))
    (is (= 0 (or (.get u/stack-depth) 0)))
    (is (= :value (u/without-overflow executor :value)))))

(deftest invoke-callbacks-calls-each-though-one-throws
  (let [seen (atom [])
        queue (ConcurrentLinkedQueue. [#(swap! seen conj 1)
                                       #(throw (IllegalStateException. "thrown on purpose"))
                                       #(swap! seen conj 2)])]
    (u/invoke-callbacks queue)
    (is (= [1 2] @seen))
    (is (.isEmpty queue))))

(defprotocol Marked
  (mark [_]))

(deftest fast-satisfies-follows-the-protocol
  (let [marked? (u/fast-satisfies #'Marked)]
    (is (false? (marked? 1)))
    (is (false? (marked? 1)))
    (is (false? (marked? nil)))
    (is (true? (marked? (reify Marked (mark [_])))))
    (extend-protocol Marked Long (mark [_]))
    (is (true? (marked? 1)))
    (is (true? (marked? 1)))))

(u/when-class java.util.BitSet
  (def present 1))

(u/when-class no.such.Thing
  (def absent (no.such.Thing.)))

(u/when-core-async
  (def go-block (clojure.core.async/go 1)))

(deftest bodies-are-evaluated-only-when-what-they-need-is-present
  (is (= 1 @(ns-resolve 'manifold.utils-test 'present)))
  (is (nil? (ns-resolve 'manifold.utils-test 'absent)))
  (is (= (u/core-async-present?) (some? (ns-resolve 'manifold.utils-test 'go-block)))))

(u/definterface+ IAgain (again []))
(def ^:private first-class IAgain)
(u/definterface+ IAgain (again []))

(deftest definterface+-keeps-an-interface-that-exists
  (is (identical? first-class IAgain))
  (is (= 7 (.again ^manifold.utils_test.IAgain (reify IAgain (again [_] 7))))))

(deftest assert-some-names-the-nil
  (let [a 1 b nil]
    (is (nil? (u/assert-some a)))
    (is (thrown-with-msg? NullPointerException #"b is nil" (u/assert-some a b)))))

(deftest functions-become-java-functions
  (let [seen (atom [])]
    (is (= 2 (.apply (u/fn->Function inc) 1)))
    (is (= 3 (.apply (u/fn->BiFunction +) 1 2)))
    (.accept (u/fn->Consumer #(swap! seen conj %)) 1)
    (.accept (u/fn->BiConsumer #(swap! seen conj %1 %2)) 2 3)
    (is (= [1 2 3] @seen))))
