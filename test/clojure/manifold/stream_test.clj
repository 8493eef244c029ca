(ns manifold.stream-test
  (:require
   [clojure.test :refer [deftest is testing]]
   [manifold.stream :as s]
   [manifold.stream.core :as core]
   [manifold.stream.default :as default]
   [manifold.time :as t])
  (:import
   [java.util ArrayList HashMap LinkedList PriorityQueue]
   [java.util.concurrent ArrayBlockingQueue CompletableFuture CountDownLatch LinkedBlockingQueue
    TimeUnit]
   [weir.deferred Deferred]))

(set! *warn-on-reflection* true)

(defn- all
  "The messages of a stream, which must end within ten seconds."
  [s]
  (deref (future (doall (s/stream->seq s))) 10000 :never-ended))

(defn- fed
  "A closed stream that holds `xs`."
  [& xs]
  (let [s (s/stream (count xs))]
    (doseq [x xs] (s/put! s x))
    (s/close! s)
    s))

(defn- now [d] (deref d 0 :pending))
(defn- soon [d] (deref d 10000 :pending))

;;; the default stream

(deftest timed-operations-tell-refusal-from-timeout
  (let [s (s/stream 1)]
    (is (= true (now (s/try-put! s 1 0 :late))))
    (is (= :late (now (s/try-put! s 2 0 :late))))
    (is (= false (now (s/try-put! s 2 0))))
    (is (= 1 (now (s/try-take! s :end 0 :late))))
    (is (= :late (now (s/try-take! s :end 0 :late))))
    (is (nil? (now (s/try-take! s 0))))
    (s/close! s)
    (is (= false (now (s/try-put! s 1 0 :late))))
    (is (= :end (now (s/try-take! s :end 0 :late))))))

(deftest a-mock-clock-drives-timed-operations
  (let [clock (t/mock-clock)]
    (t/with-clock clock
      (let [s (s/stream)
            put (s/try-put! s 1 10 :late)
            waiting (s/stream)
            take (s/try-take! waiting :end 10 :late)]
        (t/advance clock 9)
        (is (= [:pending :pending] [(now put) (now take)]))
        (t/advance clock 1)
        (is (= [:late :late] [(now put) (now take)]))))))

(deftest put-all-stops-at-the-first-refusal
  (let [s (s/stream 2)
        result (s/put-all! s [1 2 3 4])]
    (is (= :pending (now result)))
    (s/close! s)
    (is (= :pending (now result)) "a pending message of a closed stream can still be taken (T10)")
    (is (= [1 2 3] (all s)))
    (is (= false (now result)))
    (is (= true (now (s/put-all! (s/stream) []))))))

(deftest options-of-a-stream
  (is (thrown? NullPointerException (s/stream nil)))
  (is (= 0 (:buffer-capacity (s/description (s/stream* {:buffer-size nil})))))
  (is (= {:seen "manifold"} (s/description (s/stream* {:description (fn [m] {:seen (:type m)})}))))
  (is (s/stream* nil)))

(deftest the-number-of-waiters-can-be-tuned
  (with-redefs [default/max-producers 2]
    (let [s (s/stream)]
      (s/put! s 1)
      (s/put! s 2)
      (is (= false (now (s/put! s 3))))
      (is (s/closed? s))))
  (let [s (s/stream)]
    (dotimes [_ 3] (s/put! s 1))
    (is (not (s/closed? s)))))

(deftest metadata-is-a-reference
  (doseq [s [(s/stream) (s/->source [1]) (s/->sink (Deferred/create))]]
    (reset-meta! s {:a 1})
    (alter-meta! s assoc :b 2)
    (is (= {:a 1 :b 2} (meta s)))))

(deftest streams-print-what-they-are
  (is (re-find #"^<< stream: \{:type \"manifold\"" (pr-str (s/stream))))
  (is (re-find #"^<< source: " (pr-str (s/source-only (s/stream)))))
  (is (re-find #"^<< sink: " (pr-str (s/sink-only (s/stream)))))
  (is (re-find #"^<< stream: \{:type \"splice\"" (pr-str (s/splice (s/stream) (s/stream))))))

;;; transducers

(deftest transducers-apply-on-put
  (doseq [[xform in out] [[(map inc) [1 2 3] [2 3 4]]
                          [(filter odd?) [1 2 3] [1 3]]
                          [(mapcat #(repeat % %)) [1 2 3] [1 2 2 3 3 3]]
                          [(partition-all 2) [1 2 3] [[1 2] [3]]]
                          [(comp (take 2) (map str)) [1 2 3] ["1" "2"]]
                          [(dedupe) [1 1 2 2 1] [1 2 1]]]]
    (let [s (s/stream 0 xform)]
      (doseq [x in] (s/put! s x))
      (s/close! s)
      (is (= out (all s))))
    (is (= out (all (s/transform xform (s/->source in)))))
    (is (= out (all (s/transform xform 10 (s/->source in)))))))

(deftest the-put-that-ends-a-transducer-was-accepted
  (let [s (s/stream 10 (take 1))]
    (is (= true (now (s/put! s 1))))
    (is (s/closed? s))
    (is (= false (now (s/put! s 2))))
    (is (= [1] (all s)))))

(deftest a-throwing-transducer-closes-and-tells-why
  (let [s (s/stream 10 (map #(/ 6 %)))]
    (is (= true (now (s/put! s 1))))
    (is (= false (now (s/put! s 0))))
    (is (s/closed? s))
    (is (instance? ArithmeticException (s/terminal-error s)))
    (is (= [6] (all s)))))

(deftest a-transducer-may-put-into-its-own-stream
  (let [self (promise)
        s (s/stream 10 (map (fn [x] (when (= x 1) (s/put! @self 2)) x)))]
    (deliver self s)
    (s/put! s 1)
    (s/close! s)
    (is (= [1 2] (all s)))))

(deftest one-transducer-step-at-a-time
  (let [s (s/stream 100000 (map-indexed vector))
        n 4
        done (CountDownLatch. n)]
    (dotimes [_ n]
      (future (dotimes [i 5000] (s/put! s i)) (.countDown done)))
    (is (.await done 20 TimeUnit/SECONDS))
    (s/close! s)
    (is (= (range 20000) (map first (all s))))))

;;; connecting

(deftest nil-timeout-means-none ; §7.5 defect: it was a NullPointerException
  (let [a (s/stream)
        b (s/stream 1)]
    (s/connect a b {:timeout nil})
    (is (= true (soon (s/put! a 1))))
    (is (= 1 (soon (s/take! b))))))

(deftest every-sink-of-a-synchronous-source-is-closed ; §7.5 defect: only the first was
  (let [queue (LinkedBlockingQueue.)
        source (s/->source queue)
        sinks (vec (repeatedly 3 #(s/stream 10)))]
    (run! #(s/connect source %) sinks)
    (.add queue 1)
    (is (= [1 1 1] (mapv #(soon (s/take! %)) sinks)))
    (s/close! source)
    (doseq [sink sinks]
      (let [closed (promise)]
        (s/on-closed sink #(deliver closed true))
        (is (= true (soon closed)))))))

(deftest callbacks-of-connect-via-may-return-anything ; §7.6 defect: a plain value killed the pump
  (doseq [[answer more] [[true 3] [nil 3] [:x 3] [false 1] [(Deferred/of true) 3] [(Deferred/of false) 1]
                         [(CompletableFuture/completedFuture true) 3]
                         [(CompletableFuture/completedFuture false) 1]]]
    (let [seen (atom 0)
          source (s/stream)
          sink (s/stream)
          result (s/connect-via source (fn [_] (swap! seen inc) answer) sink)]
      (dotimes [_ 3] (s/put! source 1))
      (s/close! source)
      (is (= true (soon result)))
      (is (= more @seen)))))

(deftest connect-via-ends-whichever-way ; §7.6 defect: the result stayed pending
  (testing "without downstream?"
    (let [source (s/stream)
          result (s/connect-via source (fn [_] true) (s/stream) {:downstream? false})]
      (s/close! source)
      (is (= true (now result)))))
  (testing "a throwing callback closes both ends and says why"
    (let [source (s/stream)
          sink (s/stream)
          result (s/connect-via source (fn [_] (throw (ex-info "expected" {}))) sink)]
      (s/put! source 1)
      (is (= true (now result)))
      (is (= "expected" (ex-message (s/terminal-error result))))
      (is (s/closed? source))
      (is (s/closed? sink)))))

(deftest consume-ignores-results-and-tells-why-it-ended
  (let [source (s/stream)
        seen (atom [])
        result (s/consume (fn [x] (swap! seen conj x) false) source)]
    (doseq [x [1 2 3]] (s/put! source x))
    (is (= :pending (now result)))
    (s/close! source)
    (is (= true (now result)))
    (is (= [1 2 3] @seen)))
  (let [source (s/stream)
        result (s/consume #(/ 1 %) source)]
    (s/put! source 0)
    (is (= true (now result)))
    (is (instance? ArithmeticException (s/terminal-error result)))
    (is (s/closed? source))))

(deftest consume-async-waits-and-counts-nil-as-more
  (let [source (s/stream 10)
        gate (Deferred/create)
        seen (atom [])
        result (s/consume-async (fn [x] (swap! seen conj x) (case (long x) 1 gate 2 nil 3 false)) source)]
    (doseq [x [1 2 3 4]] (s/put! source x))
    (is (= [1] @seen))
    (.success gate true)
    (is (= [1 2 3] @seen))
    (is (= true (now result)))
    (is (s/closed? source))))

(deftest drain-into-never-closes
  (let [sink (s/stream 10)]
    (is (= true (soon (s/drain-into [1 2 3] sink))))
    (is (not (s/closed? sink)))
    (is (= [["drain-into" sink]] (let [a (s/stream)]
                                   (s/drain-into a sink)
                                   (for [[d c] (s/downstream a)] [d (second (first (s/downstream c)))]))))))

(deftest views-hide-one-side-and-closing-still-works-through-them
  (let [s (s/stream)
        source (s/source-only s)]
    (is (and (s/source? source) (not (s/sink? source))))
    (let [closed (promise)]
      (s/on-closed source #(deliver closed true)) ; T27, issue 100
      (s/close! source)
      (is (= true (now closed)))
      (is (s/closed? source))
      (is (s/closed? s)))
    (is (thrown? IllegalArgumentException (s/closed? (s/->source [1])))))
  (let [in (s/stream)
        out (s/stream)
        both (s/splice in out)]
    (s/put! both 1)
    (is (= 1 @(s/take! in)))
    (s/close! both)
    (is (and (s/closed? in) (s/closed? out)))))

(deftest downstream-of-a-view-is-that-of-its-stream
  (let [s (s/stream)
        sink (s/stream)]
    (s/connect (s/source-only s) sink {:description :there})
    (is (= [[:there sink]] (s/downstream s) (s/downstream (s/source-only s))))))

;;; operators

(deftest operators-do-as-their-namesakes ; §7.7 defect: batch without latency failed
  (doseq [[expected s] [[[2 3 4] (s/map inc (fed 1 2 3))]
                        [[11 22] (s/map + (fed 1 2) [10 20 30])]
                        [[1 3] (s/filter odd? [1 2 3])]
                        [[1 2 2] (s/mapcat #(repeat % %) [0 1 2])]
                        [[1 2 3] (s/mapcat #(some-> % s/->source) [[1] nil [2 3]])]
                        [[] (s/mapcat (constantly nil) [1 2])]
                        [[[1 :a] [2 :b]] (s/zip [1 2] [:a :b :c])]
                        [[[1] [2]] (s/zip [1 2])]
                        [[0 1 3 6] (s/reductions + 0 [1 2 3])]
                        [[1 3 6] (s/reductions + [1 2 3])]
                        [[1 2 3 4] (s/concat [(fed 1 2) [3] [] (list 4)])]
                        [[1 2 3] (s/realize-each [1 (Deferred/of 2) (CompletableFuture/completedFuture 3)])]
                        [[[1 2] [3]] (s/batch 2 [1 2 3])]
                        [[["a" "bb"] ["cccc"] ["d"]] (s/batch count 3 nil ["a" "bb" "cccc" "d"])]
                        [[1 2 3] (s/buffer 2 [1 2 3])]
                        [[1 2 3] (s/buffer identity 2 [1 2 3])]
                        [[1 2 3] (s/throttle 1e9 [1 2 3])]
                        [[1 2 3] (s/onto nil [1 2 3])]]]
    (is (= expected (all s)) (str (s/description s)))))

(deftest partitions-appear-one-after-the-other
  (let [out (s/lazily-partition-by odd? (fed 1 3 2 4 5))
        first-part (soon (s/take! out))
        second-part (s/take! out)]
    (is (= :pending (now second-part)))
    (is (= [1 3] (all first-part)))
    (is (= [2 4] (all (soon second-part))))
    (is (= [5] (all (soon (s/take! out)))))
    (is (= :end (soon (s/take! out :end))))))

(deftest folding
  (is (= 6 (soon (s/reduce + (fed 1 2 3)))))
  (is (= 16 (soon (s/reduce + 10 [1 2 3]))))
  (is (= 0 (soon (s/reduce + (fed)))))
  (is (= :init (soon (s/reduce + :init (fed)))))
  (is (= :only (soon (s/reduce + (fed :only)))))
  (is (= 6 (soon (s/reduce #(Deferred/of (+ %1 %2)) (Deferred/of 0) (fed 1 2 3)))))
  (is (= 6 (soon (s/reduce #(let [d (Deferred/create)] (future (.success d (+ %1 %2))) d) 0 (fed 1 2 3)))))
  (let [s (fed 1 2 3 4)]
    (is (= :stop (soon (s/reduce (fn [_ x] (if (= x 2) (reduced :stop) x)) s))))
    (is (= [3 4] (all s))))
  (is (thrown? ArithmeticException (soon (s/reduce / (fed 1 0)))))
  (testing "an operator that failed upstream is not an ordinary end (T13)"
    (is (thrown? ArithmeticException (soon (s/reduce + 0 (s/map #(/ 1 %) (fed 1 0 1))))))))

(deftest a-throwing-function-closes-both-ends-and-spares-siblings ; §7.7 defect of reductions
  (doseq [op [#(s/map (fn [_] (throw (ex-info "expected" {}))) %)
              #(s/filter (fn [_] (throw (ex-info "expected" {}))) %)
              #(s/mapcat (fn [_] (throw (ex-info "expected" {}))) %)
              #(s/reductions (fn [_ _] (throw (ex-info "expected" {}))) 0 %)
              #(s/realize-each (s/map (fn [_] (Deferred/failed (ex-info "expected" {}))) %))
              #(s/batch (fn [_] (throw (ex-info "expected" {}))) 2 nil %)
              #(s/lazily-partition-by (fn [_] (throw (ex-info "expected" {}))) %)]]
    (let [source (s/stream)
          out (op source)
          sibling (s/stream 10)]
      (s/put! source 1)
      (while (some #{0} [(now (s/take! out :end))]))
      (is (s/drained? out))
      (is (s/closed? source))
      (is (= "expected" (ex-message (s/terminal-error out)))))
    (let [source (s/stream)
          sibling (s/stream 10)]
      (op source)
      (s/connect source sibling)
      (s/put! source 1)
      (s/put! source 2)
      (s/close! source)
      (is (= [1 2] (all sibling))))))

(deftest closing-the-output-closes-the-input-at-once ; T9
  (doseq [op [#(s/map inc %) #(s/filter odd? %) #(s/mapcat list %) #(s/zip % (s/stream))
              #(s/reductions + %) #(s/batch 2 %) #(s/throttle 10 %) #(s/buffer 10 %)
              #(s/realize-each %) #(s/concat %) #(s/lazily-partition-by odd? %)
              #(s/transform (map inc) %) #(s/dropping-stream 1 %) #(s/sliding-stream 1 %)]]
    (let [source (s/stream)]
      (s/close! (op source))
      (is (s/closed? source)))))

(deftest zip-ends-with-the-first-of-its-sources
  (let [a (s/stream)
        b (s/stream)
        out (s/zip a b)
        end (s/take! out :end)]
    (s/put! a 1)
    (s/close! b)
    (is (= :end (now end)))
    (is (s/closed? a))))

(deftest connections-tell-their-operator
  (doseq [[op f] {"map" #(s/map inc %) "filter" #(s/filter odd? %) "mapcat" #(s/mapcat list %)
                  "realize-each" s/realize-each "zip" s/zip "transducer" #(s/transform (map inc) %)
                  "batch" #(s/batch 2 %) "throttle" #(s/throttle 10 %) "concat" s/concat
                  "lazily-partition-by" #(s/lazily-partition-by odd? %)}]
    (let [source (s/stream)]
      (f source)
      (is (= {:op op} (ffirst (s/downstream source)))))))

(deftest batches-are-emitted-when-their-first-message-is-old
  (let [clock (t/mock-clock)]
    (t/with-clock clock
      (let [source (s/stream)
            out (s/batch 10 5 source)
            batch (s/take! out)]
        (s/put! source 1)
        (t/advance clock 3)
        (s/put! source 2)
        (t/advance clock 1)
        (is (= :pending (now batch)))
        (t/advance clock 1)
        (is (= [1 2] (now batch)))
        (s/put! source 3)
        (s/close! source)
        (is (= [3] (now (s/take! out))))
        (is (s/drained? out)))))
  (is (thrown? AssertionError (s/batch 0 [1]))))

(deftest throttle-honours-any-rate ; §7.7 defect: periods were whole milliseconds
  (doseq [[rate ms expected] [[600 100 61] [2500 100 251] [0.5 4000 3] [10 1000 11]]]
    (let [clock (t/mock-clock)]
      (t/with-clock clock
        (let [source (s/stream)
              seen (atom 0)]
          (s/consume (fn [_] (swap! seen inc)) (s/throttle rate 1 source))
          (s/put-all! source (range 1000))
          (is (= 1 @seen) "the first one is immediate")
          (dotimes [_ 100] (t/advance clock (/ ms 100.0)))
          (t/advance clock 1e-6)
          (is (= expected @seen) (str rate)))))))

(deftest throttle-saves-up-no-more-than-its-backlog
  (let [clock (t/mock-clock)]
    (t/with-clock clock
      (let [source (s/stream)
            seen (atom 0)]
        (s/consume (fn [_] (swap! seen inc)) (s/throttle 10 5 source))
        (t/advance clock 60000)
        (s/put-all! source (range 100))
        (is (= 5 @seen))))))

(deftest periodic-values-stay-two-ahead-and-start-again
  (let [clock (t/mock-clock)]
    (t/with-clock clock
      (let [n (atom 0)
            s (s/periodically 10 0 #(swap! n inc))]
        (t/advance clock 100)
        (is (= 2 @n))
        (is (= 1 (now (s/take! s))))
        (t/advance clock 100)
        (is (= 3 @n))
        (s/close! s)
        (t/advance clock 100)
        (is (= 3 @n))))))

(deftest periodic-streams-align-to-the-wall-clock
  (let [clock (t/mock-clock 25)]
    (t/with-clock clock
      (let [at (atom nil)]
        (s/periodically 10 #(reset! at (t/now clock)))
        (t/advance clock 5)
        (is (= 30.0 @at))))))

(deftest a-throwing-periodic-function-closes-the-stream
  (let [clock (t/mock-clock)]
    (t/with-clock clock
      (let [s (s/periodically 10 0 #(throw (ex-info "expected" {})))]
        (is (s/drained? s))
        (is (= "expected" (ex-message (s/terminal-error s))))))))

;;; lossy and measured streams

(deftest dropping-and-sliding-streams-are-exact ; T20, issue 241
  (let [s (s/dropping-stream 2)]
    (is (every? true? (map now (map #(s/put! s %) (range 5)))))
    (is (= 0 (:pending-puts (s/description s))))
    (s/close! s)
    (is (= [0 1] (all s))))
  (doseq [n [1 2]]
    (let [s (s/sliding-stream n)]
      (is (every? true? (map now (map #(s/put! s %) (range 5)))))
      (s/close! s)
      (is (= (take-last n (range 5)) (all s)))))
  (let [source (s/stream)
        s (s/sliding-stream 2 source)]
    (dotimes [i 5] (s/put! source i))
    (s/close! source)
    (is (= [3 4] (all s)))))

(deftest a-measured-buffer-accepts-and-answers-late
  (let [s (s/buffered-stream count 3)
        a (s/put! s "ab")
        b (s/put! s "cd")
        c (s/put! s "e")]
    (is (= [true :pending :pending] (map now [a b c])))
    (is (= {:buffer-size 5 :buffer-capacity 3} (select-keys (s/description s) [:buffer-size :buffer-capacity])))
    (is (= "ab" (now (s/take! s))))
    (is (= [true true] (map now [b c])))
    (is (= ["cd" "e"] (do (s/close! s) (all s))))))

(deftest a-timed-put-into-a-full-measured-buffer-times-out-and-stays ; T12, issue 110; §7.7 defect
  (let [s (s/buffered-stream count 1 nil)]
    (s/put! s "a")
    (is (= :late (now (s/try-put! s "b" 0 :late))))
    (s/close! s)
    (is (= ["a" "b"] (all s)))))

(deftest a-hard-limit-keeps-messages-out ; T12, issue 110
  (let [s (s/buffered-stream count 2 nil 4)
        puts (mapv #(s/put! s %) ["aa" "bb" "cc" "dd"])]
    (is (= 4 (:buffer-size (s/description s))))
    (is (= 2 (:pending-puts (s/description s))))
    (.success ^Deferred (nth puts 2) :withdrawn)
    (s/close! s)
    (is (= ["aa" "bb" "dd"] (all s)))))

;;; coercions

(deftest what-can-be-a-source-or-a-sink
  (doseq [x [[1] (list 1) (range 3) #{1} {1 2} (iterate inc 1) (lazy-seq [1]) (ArrayList. [1])
             (.iterator ^Iterable (list 1)) (java.util.stream.IntStream/range 0 3) (LinkedBlockingQueue.)
             (Deferred/create) (s/stream)]]
    (is (s/sourceable? x) (class x))
    (is (s/source? (s/->source x))))
  (doseq [x [(LinkedBlockingQueue.) (Deferred/create) (s/stream)]]
    (is (s/sinkable? x))
    (is (s/sink? (s/->sink x))))
  (doseq [x ["a" (int-array 1) (LinkedList.) (HashMap.) (PriorityQueue.) (promise) (delay 1)
             (CompletableFuture.) nil (Object.)]]
    (is (not (s/sourceable? x)) (class x))
    (is (not (s/sinkable? x)))
    (is (= :no (s/->source x :no) (s/->sink x :no)))
    (is (thrown-with-msg? IllegalArgumentException #"cannot convert .* to source" (s/->source x)))
    (is (thrown-with-msg? IllegalArgumentException #"cannot convert .* to sink" (s/->sink x)))))

(defn- finite-sources []
  {"vector" (s/->source [1 2 3])
   "seq" (s/->source (list 1 2 3))
   "lazy seq" (s/->source (map identity (list 1 2 3)))
   "iterator" (s/->source (.iterator ^Iterable (list 1 2 3)))
   "Java stream" (s/->source (java.util.stream.Stream/of (to-array [1 2 3])))
   "stream" (fed 1 2 3)
   "operator" (s/map identity [1 2 3])})

(deftest finite-sources-behave-alike ; §8 defects of timed takes from seqs and lists
  (doseq [[kind s] (finite-sources)]
    (testing kind
      (is (= 1 (soon (s/take! s))))
      (is (= 2 (soon (s/try-take! s :end 10000 :late))))
      (is (= 3 (soon (s/take! s :end))))
      (is (= :end (soon (s/take! s :end))))
      (is (= :end (soon (s/try-take! s :end 10000 :late))))
      (is (s/drained? s))))
  (doseq [[kind s] (finite-sources)]
    (testing (str kind " through map into two sinks")
      (let [mapped (s/map inc s)
            sinks [(s/stream) (s/stream)]]
        (run! #(s/connect mapped %) sinks)
        (is (= [4 4] (mapv (comp last deref) (mapv #(future (all %)) sinks)))))))
  (doseq [[kind s] (finite-sources)]
    (testing (str kind " closed early")
      (let [drained (promise)]
        (s/on-drained s #(deliver drained true))
        (s/close! s)
        (when-not (#{"stream" "operator"} kind)
          (is (= true (soon drained)))
          (is (= :end (soon (s/take! s :end)))))))))

(deftest closing-releases-what-is-behind-a-source
  (let [closed (promise)
        java-stream (.onClose (java.util.stream.Stream/of (to-array [1 2])) #(deliver closed true))]
    (s/close! (s/->source java-stream))
    (is (= true (soon closed))))
  (let [source (s/->source (LinkedBlockingQueue.)) ; T18, issue 176
        take (s/take! source :end)]
    (s/close! source)
    (is (= :end (soon take)))
    (is (s/drained? source))))

(deftest a-throwing-iterator-fails-the-take-and-ends ; §8 defect: takes stayed pending
  (let [source (s/->source (reify java.util.Iterator
                             (hasNext [_] true)
                             (next [_] (throw (ex-info "expected" {})))))]
    (is (thrown-with-msg? Exception #"expected" (soon (s/take! source))))
    (is (= :end (soon (s/take! source :end))))
    (is (s/drained? source))))

(deftest a-throwing-seq-ends
  (let [source (s/->source (map #(/ 1 %) (list 0)))]
    (is (= :end (soon (s/take! source :end))))
    (is (instance? ArithmeticException (s/terminal-error source)))))

(deftest a-timed-take-from-a-queue-loses-nothing ; T19
  (let [queue (LinkedBlockingQueue.)
        source (s/->source queue)]
    (is (= :late (soon (s/try-take! source :end 20 :late))))
    (.add queue 1)
    (is (= 1 (soon (s/take! source))))))

(deftest an-interrupted-blocking-take-from-a-queue-spares-the-source ; T17
  (let [queue (LinkedBlockingQueue.)
        ^manifold.stream.core.IEventSource source (s/->source queue)]
    (.interrupt (Thread/currentThread))
    (is (thrown? InterruptedException (.take source nil true)))
    (is (not (s/drained? source)))
    (.add queue 1)
    (is (= 1 (.take source nil true)))))

(deftest queue-sinks ; §8 defect: a timeout yielded false
  (let [queue (ArrayBlockingQueue. 1)
        sink (s/->sink queue)]
    (is (= true (soon (s/put! sink 1))))
    (is (= :late (soon (s/try-put! sink 2 20 :late))))
    (let [put (s/put! sink 3)]
      (is (= 1 (.take queue)))
      (is (= true (soon put)))
      (is (= 3 (.take queue))))
    (is (thrown? AssertionError (s/put! sink nil)))
    (s/close! sink)
    (is (s/closed? sink))
    (is (= false (soon (s/put! sink 4))))))

(deftest deferreds-are-streams-of-one
  (let [^Deferred d (Deferred/create)
        source (s/->source d)
        take (s/take! source)]
    (.success ^Deferred d (identity 1))
    (is (= 1 (now take)))
    (is (s/drained? source))
    (is (= :end (now (s/take! source :end)))))
  (let [d (Deferred/create)]
    (.success ^Deferred (s/take! (s/->source d)) :withdrawn)
    (is (not (.realized d)) "withdrawing a take must not touch the deferred"))
  (let [d (Deferred/create)
        sink (s/->sink d)]
    (is (= true (now (s/put! sink 1))))
    (is (= false (now (s/put! sink 2))))
    (is (s/closed? sink))
    (is (= 1 (now d)))))

(deftype Bag [xs])
(deftype LateBag [xs])

(deftest ^:runs-once protocols-can-be-extended-at-any-time
  (is (not (s/sourceable? (LateBag. [1]))))
  (extend-protocol core/Sourceable
    Bag (to-source [b] (s/->source (.-xs b)))
    LateBag (to-source [b] (s/->source (.-xs b))))
  (is (= [1 2] (all (s/->source (Bag. [1 2])))))
  (is (= [1 2] (all (s/->source (LateBag. [1 2])))))
  (is (satisfies? core/Sourceable [1]))
  (is (= [1] (all (core/to-source [1])))))

(deftest stream->seq-takes-any-message-and-ends-at-a-gap
  (is (= [1 :manifold.stream/none 2] (s/stream->seq (fed 1 :manifold.stream/none 2))))
  (let [s (s/stream 10)]
    (s/put! s 1)
    (is (= [1] (s/stream->seq s 10)))))

;;; custom streams

(core/def-sink+source Pipe [^:volatile-mutable held]
  (isSynchronous [_] false)
  (description [this] {:type "pipe" :closed? (.isClosed this)})
  (put [this x _]
    (.lock lock)
    (set! held x)
    (.unlock lock)
    (Deferred/of (not (.isClosed this))))
  (put [this x blocking? _ _] (.put this x blocking?))
  (take [_ _ _] (Deferred/of held))
  (take [this dflt blocking? _ _] (.take this dflt blocking?)))

(deftest custom-streams-get-what-they-do-not-define
  (let [p (->Pipe nil)
        events (atom [])]
    (is (:private (meta #'->Pipe)))
    (s/on-closed p #(swap! events conj :closed))
    (s/on-drained p #(swap! events conj :drained))
    (is (= true @(s/put! p 1)))
    (is (= 1 @(s/take! p)))
    (is (identical? (s/weak-handle p) (s/weak-handle p)))
    (reset-meta! p {:a 1})
    (is (= {:a 1} (meta p)))
    (is (nil? (s/downstream p)))
    (s/close! p)
    (.markDrained ^manifold.stream.core.IEventSource p)
    (is (and (s/closed? p) (s/drained? p)))
    (is (= [:closed :drained] @events))
    (is (re-find #"<< stream: \{:type \"pipe\"" (pr-str p)))))
