(ns manifold.source-matrix-test
  "Specification 16.8: whatever can be made a source behaves as one. Rows are kinds, columns are what
  one does with them."
  (:require
   [clojure.core.async :as a]
   [clojure.test :refer [deftest is testing]]
   [manifold.deferred :as d]
   [manifold.stream :as s]
   [manifold.stream.core :as core])
  (:import
   [java.util ArrayList]
   [java.util.concurrent CopyOnWriteArrayList LinkedBlockingQueue]
   [java.util.stream IntStream Stream]
   [manifold.stream.core IEventSource]
   [weir.stream Flows]))

(set! *warn-on-reflection* true)

(defn- soon [d] (deref d 10000 :pending))

(defn- fed []
  (doto (s/stream 3) (s/put! 1) (s/put! 2) (s/put! 3) s/close!))

(core/def-source Own [left]
  (isSynchronous [_] false)
  (description [_] {:type "own"})
  (close [this] (reset! left ()) (.markDrained this))
  (take [this default-val blocking?]
    (let [[[x]] (swap-vals! left next)]
      (when (nil? x) (.markDrained this))
      (let [x (if (nil? x) default-val x)]
        (if blocking? x (d/success-deferred x)))))
  (take [this default-val blocking? _ _]
    (.take ^IEventSource this default-val blocking?)))

(def ^:private kinds
  "What makes a source of 1, 2 and 3."
  {"vector" #(s/->source [1 2 3])
   "subvec" #(s/->source (subvec [0 1 2 3] 1))
   "ArrayList" #(s/->source (ArrayList. [1 2 3]))
   "CopyOnWriteArrayList" #(s/->source (CopyOnWriteArrayList. [1 2 3]))
   "list" #(s/->source '(1 2 3))
   "range" #(s/->source (range 1 4))
   "sorted set" #(s/->source (sorted-set 1 2 3))
   "lazy seq" #(s/->source (map identity '(1 2 3)))
   "iterate" #(s/->source (take 3 (iterate inc 1)))
   "iterator" #(s/->source (.iterator ^Iterable '(1 2 3)))
   "Java stream" #(s/->source (Stream/of (to-array [1 2 3])))
   "IntStream" #(s/->source (IntStream/range 1 4))
   "publisher" #(s/->source (Flows/publisher (s/->source [1 2 3])))
   "queue" #(let [queue (LinkedBlockingQueue. [1 2 3])
                  source (s/->source queue)
                  left (atom 3)
                  ends (s/stream)]
              (s/connect-via source (fn [x]
                                      (d/chain (s/put! ends x)
                                               (fn [_] (pos? (long (swap! left dec))))))
                             ends)
              (s/on-drained source (fn [] (s/close! ends)))
              (s/source-only ends))
   "channel" #(s/->source (a/to-chan! [1 2 3]))
   "stream" fed
   "source-only" #(s/source-only (fed))
   "splice" #(s/splice (s/stream) (fed))
   "operator" #(s/map identity [1 2 3])
   "batch" #(s/mapcat identity (s/batch 2 [1 2 3]))
   "own" #(->Own (atom [1 2 3]))})

(deftest every-source-gives-its-messages-and-then-its-end ; 16.8
  (doseq [[kind make] kinds]
    (testing kind
      (let [source (make)
            ended (promise)]
        (s/on-drained source #(deliver ended true))
        (is (s/source? source))
        (is (map? (s/description source)))
        (is (= 1 (soon (s/take! source))))
        (is (= 2 (soon (s/take! source :end))))
        (is (= 3 (soon (s/try-take! source :end 10000 :late))))
        (is (= :end (soon (s/take! source :end))))
        (is (= :end (soon (s/try-take! source :end 10000 :late))))
        (is (nil? (soon (s/take! source))))
        (is (= true (soon ended)))
        (is (s/drained? source))))))

(deftest every-source-can-be-read-by-blocking ; 16.8
  (doseq [[kind make] kinds]
    (testing kind
      (is (= [1 2 3] (deref (future (doall (s/stream->seq (make)))) 10000 :never-ended)))
      (is (= 6 (soon (s/reduce + (make))))))))

(deftest every-source-feeds-an-operator-and-two-sinks-which-end-with-it ; 16.8, §7.5 defect
  (doseq [[kind make] kinds, through [identity #(s/map identity %)]]
    (testing kind
      (let [source (through (make))
            sinks [(s/stream 10) (s/stream 10)]]
        ;; The first connection may run to the end before the second one is made.
        (let [gate (s/stream)]
          (run! #(s/connect gate %) sinks)
          (s/connect source gate))
        (doseq [sink sinks]
          (is (= [1 2 3] (deref (future (doall (s/stream->seq sink))) 10000 :never-ended)))
          (is (s/drained? sink)))))))

(deftest every-source-can-be-closed-early ; 16.8, T18
  (doseq [[kind make] kinds]
    (testing kind
      (let [source (make)
            closed (promise)]
        (is (= 1 (soon (s/take! source))))
        (s/on-drained source #(deliver closed true))
        (s/close! source)
        (is (some #{:end} (repeatedly 4 #(soon (s/take! source :end)))))
        (is (= true (soon closed)))
        (is (s/drained? source))))))

(deftest what-breaks-a-source-ends-it-and-is-told ; 16.8: an error
  (let [fails (fn [_] (throw (ex-info "expected" {})))]
    (doseq [[kind make] {"lazy seq" #(s/->source (map fails '(1)))
                         "iterator" #(s/->source (.iterator ^Iterable (eduction (map fails) [1])))
                         "Java stream" #(s/->source (Stream/generate
                                                     (reify java.util.function.Supplier
                                                       (get [_] (fails nil)))))
                         "operator" #(s/map fails [1])
                         "deferred" #(s/->source (d/error-deferred (ex-info "expected" {})))}]
      (testing kind
        (let [source (make)
              sink (s/stream)]
          (s/connect source sink)
          (is (= :end (soon (s/take! sink :end))))
          (is (s/closed? sink))
          (is (= "expected" (ex-message (s/terminal-error sink)))))))))

(deftest a-deferred-is-a-source-of-one-message ; 16.8
  (doseq [[kind make] {"realized" #(d/success-deferred 1) "pending" #(d/future 1)}]
    (testing kind
      (let [source (s/->source (make))]
        (is (= 1 (soon (s/try-take! source :end 10000 :late))))
        (is (= :end (soon (s/take! source :end))))
        (is (s/drained? source)))
      (let [sinks [(s/stream 1) (s/stream 1)], source (s/map inc (make))]
        (run! #(s/connect source %) sinks)
        (is (= 2 (soon (s/take! (first sinks))))))
      (let [source (s/->source (make))]
        (s/close! source)
        (is (= [] (s/stream->seq source)))))))
