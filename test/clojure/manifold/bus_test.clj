(ns manifold.bus-test
  (:require
   [clojure.test :refer [deftest is]]
   [manifold.bus :as b]
   [manifold.deferred :as d]
   [manifold.stream :as s]
   [manifold.stream.core :as core])
  (:import
   [java.util.concurrent CountDownLatch TimeUnit]
   [manifold.stream.core IEventSink]))

(set! *warn-on-reflection* true)

(defn- now [d] (deref d 0 :pending))

(deftest subscribers-get-what-is-published-to-their-topic
  (let [bus (b/event-bus #(s/stream 10))
        a (b/subscribe bus :a)
        also-a (b/subscribe bus :a)
        c (b/subscribe bus :c)]
    (is (= true (now (b/publish! bus :a 1))))
    (is (= false (now (b/publish! bus :b 1))))
    (is (= [1 1] [(now (s/take! a)) (now (s/take! also-a))]))
    (is (= :pending (now (s/take! c))))
    (is (s/source? a))
    (is (not (s/sink? a)))))

(deftest topics-are-equal-by-value-and-may-be-nil
  (let [bus (b/event-bus)]
    (doseq [[subscribed published] [[1 (int 1)] [[1 2] (list 1 2)] [nil nil] ["a" (String. "a")]]]
      (let [s (b/subscribe bus subscribed)]
        (is (b/active? bus published))
        (s/close! s)
        (is (not (b/active? bus published)))))))

(deftest the-result-waits-for-the-slowest-subscriber-only
  (let [bus (b/event-bus)
        fast (b/subscribe bus :a)
        slow (b/subscribe bus :a)
        result (b/publish! bus :a 1)]
    (is (= 1 (now (s/take! fast))))
    (is (= :pending (now result)))
    (is (= 1 (now (s/take! slow))))
    (is (= true (now result)))))

(deftest closing-a-subscription-ends-it
  (let [bus (b/event-bus)
        a (b/subscribe bus :a)
        other (b/subscribe bus :a)]
    (is (= 2 (count (b/downstream bus :a))))
    (is (= 2 (count (get (b/topic->subscribers bus) :a))))
    (s/close! a)
    (is (= 1 (count (b/downstream bus :a))))
    (s/close! other)
    (is (nil? (b/downstream bus :a)))
    (is (= {} (b/topic->subscribers bus)))))

(deftest subscribing-publishing-and-closing-race-without-loss
  (let [bus (b/event-bus #(s/stream 100000))
        steady (b/subscribe bus :a)
        n 2000
        done (CountDownLatch. 3)]
    (dotimes [_ 2]
      (future (dotimes [_ n] (s/close! (b/subscribe bus :a))) (.countDown done)))
    (future (dotimes [i n] (b/publish! bus :a i)) (.countDown done))
    (is (.await done 30 TimeUnit/SECONDS))
    (s/close! steady)
    (is (= (range n) (s/stream->seq steady)))
    (is (= {} (b/topic->subscribers bus)))))

(core/def-sink+source Choosy []
  (isSynchronous [_] false)
  (description [_] {:type "choosy"})
  (put [_ x _] (if x (d/success-deferred true) (throw (ex-info "expected" {}))))
  (put [this x blocking? _ _] (.put ^IEventSink this x blocking?))
  (take [_ _ _] (d/deferred))
  (take [_ _ _ _ _] (d/deferred)))

(deftest a-subscriber-that-throws-fails-the-result-and-spares-the-others
  (let [streams (atom [(->Choosy) (s/stream 5)])
        bus (b/event-bus #(let [[[s]] (swap-vals! streams next)] s))
        _ (b/subscribe bus :a)
        other (b/subscribe bus :a)]
    (is (= true (now (b/publish! bus :a 1))))
    (is (thrown-with-msg? Exception #"expected" (now (b/publish! bus :a nil))))
    (is (= [1 nil] [(now (s/take! other)) (now (s/take! other :none))]))))
