(ns manifold.clock-test
  "Specification 16.10: a mock clock drives everything that is timed, both its waiting and its looking
  at the time."
  (:require
   [clojure.core.async :as a]
   [clojure.test :refer [deftest is testing]]
   [manifold.deferred :as d]
   [manifold.stream :as s]
   [manifold.time :as t])
  (:import
   [java.util.concurrent ArrayBlockingQueue LinkedBlockingQueue]))

(set! *warn-on-reflection* true)

(defn- now [d] (deref d 0 :pending))
(defn- soon [d] (deref d 10000 :pending))

(defn- full-queue []
  (doto (ArrayBlockingQueue. 1) (.add :full)))

(defn- fed-forever []
  (s/->source (repeat 1)))

(def ^:private timed
  "What returns a deferred that is realized at 10 ms and not before, and with what."
  {"timeout!" [#(d/timeout! (d/deferred) 10 :late) :late]
   "timeout! of a fraction" [#(d/timeout! (d/deferred) 9.75 :late) :late]
   "in" [#(t/in 10 (constantly :late)) :late]
   "at" [#(t/at (+ 10 (double (t/now t/*clock*))) (constantly :late)) :late]
   "every" [#(let [d (d/deferred)] (t/every 5 10 (fn [] (d/success! d :late))) d) :late]
   "try-put!" [#(s/try-put! (s/stream) 1 10 :late) :late]
   "try-take!" [#(s/try-take! (s/stream) :end 10 :late) :late]
   "try-put! to a measured buffer" [#(let [s (s/buffered-stream 1)]
                                       (s/put! s 1)
                                       (s/put! s 2)
                                       (s/try-put! s 3 10 :late))
                                    :late]
   "try-put! to a queue" [#(s/try-put! (s/->sink (full-queue)) 1 10 :late) :late]
   "try-take! from a queue" [#(s/try-take! (s/->source (LinkedBlockingQueue.)) :end 10 :late) :late]
   "try-put! to a channel" [#(s/try-put! (s/->sink (a/chan)) 1 10 :late) :late]
   "try-take! from a channel" [#(s/try-take! (s/->source (a/chan)) :end 10 :late) :late]
   "try-take! from a lazy seq" [#(s/try-take! (s/->source (lazy-seq @(promise))) :end 10 :late) :late]
   "try-take! from a deferred" [#(s/try-take! (s/->source (d/deferred)) :end 10 :late) :late]
   "connect with :timeout" [#(let [source (s/stream) sink (s/stream) d (d/deferred)]
                               (s/connect source sink {:timeout 10})
                               (s/on-closed sink (fn [] (d/success! d :closed)))
                               (s/put! source 1)
                               d)
                            :closed]
   "batch" [#(let [source (s/stream)
                   out (s/batch 5 10 source)]
               (s/put! source 1)
               (s/take! out))
            [1]]
   "throttle" [#(let [out (s/throttle 100 1 (fed-forever))]
                  (soon (s/take! out))
                  (s/take! out))
               1]
   "periodically" [#(s/take! (s/periodically 10 10 (constantly :late))) :late]
   "periodically, aligned" [#(s/take! (s/periodically 10 (constantly :late))) :late]})

(deftest a-mock-clock-drives-everything-that-is-timed ; 16.10
  (doseq [[what [start expected]] timed]
    (testing what
      (let [clock (t/mock-clock 1000)
            d (t/with-clock clock (start))]
        (t/advance clock 9.5)
        (is (= :pending (now d)))
        (t/advance clock 0.5)
        (is (= expected (soon d)))))))

(deftest a-seq-of-a-stream-ends-by-the-clock ; 16.10
  (let [clock (t/mock-clock)
        s (s/stream 1)
        messages (t/with-clock clock (future (doall (s/stream->seq s 10))))]
    (s/put! s 1)
    (while (= :pending (deref messages 1 :pending))
      (t/advance clock 10))
    (is (= [1] @messages))))

(deftest real-time-does-not-move-what-waits-on-a-mock-clock ; 16.10
  (let [clock (t/mock-clock)
        waiting (t/with-clock clock
                  (mapv (fn [[_ [start]]] (start)) timed))]
    (is (= :real @(t/in 20 (constantly :real))))
    (is (every? #{:pending} (map now waiting)))))
