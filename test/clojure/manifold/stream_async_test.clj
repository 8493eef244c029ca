(ns manifold.stream-async-test
  (:require
   [clojure.core.async :as a]
   [clojure.test :refer [deftest is]]
   [manifold.stream :as s])
  (:import
   [weir.deferred Deferred]))

(set! *warn-on-reflection* true)

(defn- soon [d] (deref d 10000 :pending))
(defn- now [d] (deref d 0 :pending))

(deftest channels-are-sources
  (let [ch (a/chan 3)
        source (s/->source ch)]
    (is (s/sourceable? ch))
    (is (not (s/synchronous? source)))
    (a/>!! ch 1)
    (a/>!! ch 2)
    (is (= 1 (soon (s/take! source))))
    (is (= 2 (soon (s/try-take! source :end 1000 :late))))
    (is (= :late (soon (s/try-take! source :end 5 :late))))
    (let [take (s/take! source :end)]
      (a/close! ch)
      (is (= :end (soon take))))
    (is (= :end (soon (s/try-take! source :end 1000 :late))))
    (is (s/drained? source))
    (is (= {:type "core.async" :source? true :drained? true} (s/description source)))))

(deftest a-withdrawn-take-leaves-the-message-in-the-channel
  (let [ch (a/chan)
        source (s/->source ch)]
    (.success ^Deferred (s/take! source) :withdrawn)
    (let [take (s/take! source)]
      (a/put! ch 1)
      (is (= 1 (soon take))))))

(deftest channels-are-sinks
  (let [ch (a/chan)
        sink (s/->sink ch)
        put (s/put! sink 1)]
    (is (= :pending (now put)))
    (is (= 1 (a/<!! ch)))
    (is (= true (soon put)))
    (is (= :late (soon (s/try-put! sink 2 5 :late))))
    (let [take (a/take! ch identity)]
      (is (= true (soon (s/put! sink 3))))
      (is (nil? take)))
    (is (thrown? AssertionError (s/put! sink nil)))
    (is (= true (s/close! sink)))
    (is (= false (s/close! sink)))
    (is (nil? (a/<!! ch)))
    (is (= false (soon (s/put! sink 4))))
    (is (s/closed? sink))))

(deftest closing-the-channel-closes-the-source-that-feeds-it
  (let [ch (a/chan 10)
        source (s/stream)]
    (s/connect source ch)
    (is (= true (soon (s/put! source 1))))
    (is (= 1 (a/<!! ch)))
    (a/close! ch)
    (s/put! source 2)
    (is (s/closed? source))))

(deftest channels-through-operators
  (let [in (a/chan 10)
        out (a/chan 10)]
    (s/connect (s/map inc in) out)
    (doseq [x [1 2 3]] (a/>!! in x))
    (a/close! in)
    (is (= [2 3 4] (a/<!! (a/into [] out))))))

(deftest promise-channels-are-sources
  (let [ch (a/promise-chan)]
    (a/put! ch 1)
    (is (= 1 (soon (s/take! (s/->source ch)))))))
