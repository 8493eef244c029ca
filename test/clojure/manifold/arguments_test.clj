(ns manifold.arguments-test
  "What a function is given by mistake: the message names the argument, its value and what would do, and
  nothing fails inside with a NullPointerException or a ClassCastException."
  (:require
   [clojure.test :refer [deftest is testing]]
   [manifold.bus :as b]
   [manifold.deferred :as d]
   [manifold.executor :as ex]
   [manifold.go-off :as g]
   [manifold.stream :as s]
   [manifold.time :as t])
  (:import
   [java.util.concurrent LinkedBlockingQueue]))

(set! *warn-on-reflection* true)

(defmacro ^:private mistakes
  "A map of each form to a function that evaluates it."
  [& forms]
  (into {} (for [f forms] [`(quote ~f) `(fn [] ~f)])))

(defn- thrown [f]
  (try
    (f)
    nil
    (catch Throwable e e)))

(defn- check [type mistakes]
  (doseq [[form f] mistakes]
    (testing form
      (let [e (thrown f)]
        (is (instance? type e))
        (is (re-find #"^[a-z:*].*: .* \(expected: .+\)$" (str (ex-message e))))))))

(deftest deferreds
  (check IllegalArgumentException
    (mistakes
     (d/deferred :x) (d/success-deferred 1 :x) (d/error-deferred 1 :x)
     (d/success! 1 1) (d/success! nil 1) (d/success! (promise) 1) (d/success! 1 1 1)
     (d/error! 1 1) (d/error! nil 1) (d/error! 1 1 1) (d/claim! 1) (d/claim! nil)
     (d/listener 1) (d/listener inc 3)
     (d/add-listener! 1 (d/listener inc)) (d/add-listener! (d/deferred) inc)
     (d/add-listener! (d/deferred) nil) (d/cancel-listener! nil nil)
     (d/on-realized 1 inc inc) (d/on-realized nil inc inc) (d/on-realized (d/deferred) 1 inc)
     (d/on-realized (d/success-deferred 1) inc 2)
     (d/onto (d/deferred) 5)
     (d/catch (d/success-deferred 1) 5) (d/catch (d/success-deferred 1) nil)
     (d/catch (d/success-deferred 1) 5 identity) (d/catch (d/success-deferred 1) "E" identity)
     (d/catch' 1 5) (d/catch' 1 'E identity)
     (d/finally 1 nil) (d/finally (d/deferred) 5) (d/finally' 1 5)
     (d/timeout! (d/deferred) :x) (d/timeout! (d/deferred) "5" 1)
     (d/future-with nil 1) (d/future-with 5 1)))
  (testing "of stages it is the result's error"
    (check IllegalArgumentException
      (mistakes @(d/chain 1 2) @(d/chain 1 inc "x") @(d/chain 1 inc inc inc inc 2)
                @(d/chain' 1 2) @(d/chain (d/future 1) 2))))
  (testing "where programs have come to know the type"
    (check ClassCastException (mistakes (d/realized? 1) (d/realized? nil) (d/realized? (future 1))))
    (check AssertionError (mistakes (d/connect 1 2) (d/connect 1 nil) (d/connect 1 (promise)))))
  (testing "what no deferred can be made of is told by its class"
    (doseq [[form f] (mistakes (d/->deferred 1) (d/->deferred nil) (d/onto 1 nil))]
      (is (re-find #"^cannot convert (java.lang.Long|nil) to deferred\.$" (ex-message (thrown f)))
          form)))
  (testing "of macros, when they are expanded"
    (doseq [form '[(manifold.deferred/loop [x] x) (manifold.deferred/loop 5 x)
                   (manifold.deferred/let-flow [x] x) (manifold.deferred/let-flow x x)
                   (manifold.deferred/as-deferred 5)]]
      (is (re-find #"^(bindings of (loop|let-flow)|name): .* \(expected: "
                   (str (ex-message (ex-cause (thrown #(macroexpand form))))))
          form))))

(deftest streams
  (let [not-source 5]
    (check IllegalArgumentException
      (mistakes
       (s/stream :x) (s/stream 1e30) (s/stream 0 5) (s/stream 0 nil 5)
       (s/stream* 5) (s/stream* [1]) (s/stream* {:buffer-size :x}) (s/stream* {:executor 5})
       (s/stream* {:xform 5}) (s/stream* {:description 5})
       (s/buffered-stream nil) (s/buffered-stream :x) (s/buffered-stream nil 5)
       (s/buffered-stream 5 5) (s/buffered-stream count 5 7) (s/buffered-stream count 5 nil nil)
       (s/put! (s/buffered-stream (constantly nil) 3) 1)
       (s/dropping-stream nil) (s/sliding-stream :x)
       (s/periodically nil inc) (s/periodically 0 inc) (s/periodically :x inc)
       (s/periodically 1 :x inc) (s/periodically 1000 nil) (s/periodically 1000 5)
       (s/onto 5 (s/stream)) (s/onto (s/stream) nil)
       (s/put! nil 1) (s/put! 5 1) (s/put! [1] 1) (s/put! (s/->source [1]) 1)
       (s/try-put! nil 1 1) (s/try-put! (s/stream) 1 :x) (s/try-put! (s/->source [1]) 1 1)
       (s/take! nil) (s/take! 5) (s/take! [1 2]) (s/take! (s/sink-only (s/stream)))
       (s/take! (iterate inc 1)) (s/take! (lazy-seq (throw (Exception.))))
       (s/try-take! nil 1) (s/try-take! (s/stream) :x) (s/try-take! [1] 5)
       (s/close! nil) (s/close! 5) (s/close! [1]) (s/discard! nil) (s/discard! 5)
       (s/closed? nil) (s/closed? 5) (s/on-closed nil inc) (s/on-closed (s/->source [1]) (fn []))
       (s/on-closed (s/stream) nil) (s/on-closed (s/stream) 5)
       (s/drained? nil) (s/drained? 5) (s/drained? (s/sink-only (s/stream)))
       (s/on-drained nil inc) (s/on-drained (s/stream) nil) (s/on-drained (s/stream) 5)
       (s/description nil) (s/description 5) (s/downstream nil) (s/weak-handle 5)
       (s/synchronous? [1])
       (s/connect (s/stream) (s/stream) 5) (s/connect (s/stream) (s/stream) [1])
       (s/connect (s/stream) (s/stream) {:timeout :x})
       (s/connect-via (s/stream) nil (s/stream)) (s/connect-via (s/stream) 5 (s/stream))
       (s/connect-via (s/stream) inc (s/stream) 5)
       (s/consume nil (s/stream)) (s/consume 5 (s/stream)) (s/consume (s/stream) inc)
       (s/consume-async nil (s/stream)) (s/stream->seq (s/stream) :x)
       (s/map nil (s/stream)) (s/map 5 (s/stream)) (s/map (s/stream) inc) (s/map nil [1] [2])
       (s/filter nil (s/stream)) (s/mapcat 5 (s/stream)) (s/mapcat nil [1] [2])
       (s/transform 5 (s/stream)) (s/transform nil (s/stream)) (s/transform (map inc) :x [1])
       (s/lazily-partition-by nil (s/stream)) (s/reductions nil (s/stream))
       (s/reductions 5 0 (s/stream)) (s/reduce nil (s/stream)) (s/reduce 5 0 (s/stream))
       (s/batch nil [1]) (s/batch :x [1]) (s/batch 1 :x [1]) (s/batch nil 1 1 [1])
       (s/batch 5 1 1 [1])
       (s/throttle 0 [1]) (s/throttle -1 [1]) (s/throttle nil [1]) (s/throttle :x [1])
       (s/throttle 1 :x [1]) (s/throttle 1 nil [1]) (s/throttle Double/NaN [1])
       (s/buffer nil [1]) (s/buffer :x [1]) (s/buffer 5 1 [1]) (s/buffer nil 1 [1])))
    (testing "where programs have come to know the type"
      (check NullPointerException (mistakes (s/stream nil) (s/stream nil (map inc))))
      (check AssertionError (mistakes (s/batch 0 [1]) (s/batch -1 [1]))))
    (testing "what no source or sink can be made of is told by its class"
      (doseq [[form f] (mistakes
                        (s/->source nil) (s/->source 5) (s/->sink nil) (s/->sink 5)
                        (s/source-only nil) (s/sink-only 5) (s/splice 1 (s/stream))
                        (s/splice (s/stream) nil) (s/dropping-stream 1 5) (s/sliding-stream 1 nil)
                        (s/put-all! nil [1]) (s/put-all! 5 [1])
                        (s/connect nil (s/stream)) (s/connect (s/stream) 5)
                        (s/connect-via nil inc (s/stream)) (s/connect-via (s/stream) inc 5)
                        (s/consume inc nil) (s/consume-async inc 5) (s/drain-into nil (s/stream))
                        (s/drain-into (s/stream) 5) (s/stream->seq nil) (s/onto nil nil)
                        (s/zip nil) (s/zip [1] 5) (s/map inc nil) (s/map + [1] 5) (s/filter odd? 5)
                        (s/mapcat list 5) (s/realize-each nil) (s/transform (map inc) 5)
                        (s/concat 5) (s/lazily-partition-by odd? 5) (s/reductions + 5)
                        (s/reduce + nil) (s/batch 5 nil) (s/throttle 1 5)
                        (s/buffer 1 not-source))]
        (is (re-find #"^cannot convert (java.lang.Long|nil) to (source|sink)$"
                     (str (ex-message (thrown f))))
            form)))))

(deftest values-are-shown-though-they-have-no-end
  (is (re-find #"^source: a clojure.lang.Iterate, not realized|^source: \(1 2 3"
               (ex-message (thrown #(s/take! (iterate inc 1))))))
  (is (re-find #"^source: \[0 1 2 3.*\.\.\. \(expected: "
               (ex-message (thrown #(s/take! (vec (range 1000))))))))

(deftest clocks
  (check IllegalArgumentException
    (mistakes
     (t/nanoseconds nil) (t/microseconds :x) (t/milliseconds nil) (t/seconds :x) (t/minutes nil)
     (t/hours "1") (t/days nil) (t/hz nil) (t/format-duration :x)
     (t/floor nil :day) (t/floor :x :day) (t/add nil 1 :day) (t/add 1 nil :day) (t/add 1 :x :day)
     (t/in nil inc) (t/in :x inc) (t/in 1 nil) (t/in 1 5) (t/in Double/NaN inc)
     (t/every nil inc) (t/every 0 inc) (t/every -1 inc) (t/every 1 nil) (t/every 1 5)
     (t/every 1 :x inc) (t/every 1 nil inc) (t/at nil inc) (t/at 1 nil)
     (t/mock-clock :x) (t/mock-clock nil) (t/advance (t/mock-clock) -1)
     (t/advance (t/mock-clock) nil) (t/scheduled-executor->clock nil)
     (t/scheduled-executor->clock 5) (t/with-clock nil 1) (t/with-clock 5 1)))
  (check AssertionError
    (mistakes (t/floor 1 :year) (t/floor 1 nil) (t/add 1 1 :x)
              (t/with-clock (t/mock-clock) (t/every 0 inc)))))

(deftest executors
  (let [none (deliver (promise) nil)
        run! #(.newThread ^java.util.concurrent.ThreadFactory % (fn []))]
    (check IllegalArgumentException
      (mistakes
       (ex/with-executor 5 1)
       (ex/thread-factory nil none) (ex/thread-factory 5 none) (ex/thread-factory (constantly "x") nil)
       (ex/thread-factory (constantly "x") none :x)
       (ex/thread-factory (constantly "x") none 0 true 5)
       (run! (ex/thread-factory (constantly "x") none 0 true (constantly nil)))
       (ex/stats->map nil) (ex/stats->map 5)
       (ex/instrumented-executor 5) (ex/instrumented-executor {:controller 5})
       (ex/fixed-thread-executor 1 {:thread-factory 5}) (ex/fixed-thread-executor 1 {:queue-length :x})
       (ex/fixed-thread-executor 1 {:queue-length -1}) (ex/fixed-thread-executor 1 {:stats-callback 5})
       (ex/fixed-thread-executor 1 {:sample-period :x}) (ex/fixed-thread-executor 1 {:sample-period 0})
       (ex/fixed-thread-executor 1 {:control-period :x}) (ex/fixed-thread-executor 1 {:metrics :x})
       (ex/fixed-thread-executor 1 {:metrics [1]}) (ex/fixed-thread-executor 1 {:metrics 5})
       (ex/fixed-thread-executor 1 {:initial-thread-count :x})
       (ex/fixed-thread-executor 1 {:initial-thread-count -1})
       (ex/fixed-thread-executor nil) (ex/fixed-thread-executor 0) (ex/fixed-thread-executor :x)
       (ex/fixed-thread-executor 1e12) (ex/fixed-thread-executor 1 5)
       (ex/utilization-executor nil) (ex/utilization-executor 2) (ex/utilization-executor :x)
       (ex/utilization-executor 0.5 :x) (ex/utilization-executor 0.5 0)
       (ex/utilization-executor 0.5 nil) (ex/virtual-executor 5)
       (ex/register-wait-pool-stats-callback nil) (ex/register-execute-pool-stats-callback 5)
       (g/go-off-with nil 1) (g/go-off-with 5 1)))))

(deftest busses
  (check IllegalArgumentException
    (mistakes
     (b/event-bus nil) (b/event-bus 5) (b/publish! nil 1 1) (b/publish! 5 1 1) (b/subscribe nil 1)
     (b/downstream nil 1) (b/active? 5 1) (b/topic->subscribers nil)))
  (testing "what is no stream is no subscriber"
    (doseq [made [5 nil (LinkedBlockingQueue.) (s/sink-only (s/stream)) (s/->source [1])]]
      (let [bus (b/event-bus (constantly made))]
        (is (re-find #"^result of stream-generator: .* \(expected: a stream"
                     (ex-message (thrown #(b/subscribe bus 1)))))
        (is (= {} (b/topic->subscribers bus)))))))

(deftest whatever-is-closed-may-be-discarded
  (doseq [view [identity s/source-only s/sink-only #(s/splice % (s/stream)) #(s/splice (s/stream) %)]]
    (let [s (s/stream)
          put (s/put! s 1)]
      (is (nil? (s/discard! (view s))))
      (is (false? @put))
      (is (s/drained? s))))
  (let [source (s/->source [1 2])]
    (is (nil? (s/discard! source)))
    (is (s/drained? source))))
