(ns manifold.deferred-test
  (:require
    [clojure.test :refer [deftest is testing]]
    [manifold.deferred :as d]
    [manifold.time :as time])
  (:import
    [java.util.concurrent CompletableFuture CountDownLatch ExecutionException Executor TimeUnit
     TimeoutException]
    [manifold.deferred IDeferred]
    [weir.executor CurrentExecutor]
    [weir.time MockClock]))

(set! *warn-on-reflection* true)

(defn- value [d] (deref d 10000 ::late))

(defn- error [d]
  (try
    [::value (value d)]
    (catch Throwable t t)))

(defn- foreign
  "A deferred of somebody else: the five methods, over one of ours."
  [d]
  (reify IDeferred
    (executor [_] nil)
    (realized [_] (d/realized? d))
    (onRealized [_ f g] (d/on-realized d f g))
    (successValue [_ x] (d/success-value d x))
    (errorValue [_ x] (d/error-value d x))))

(defrecord Ticket [d])

(extend-protocol @#'d/Deferrable
  Ticket
  (to-deferred [ticket] (:d ticket)))

(deftest state-machine
  (let [d (d/deferred)]
    (is (true? (d/success! d 1)))
    (is (false? (d/success! d 2)))
    (is (false? (d/error! d 2)))
    (is (nil? (d/claim! d)))
    (is (= 1 @d)))
  (testing "claims"
    (let [d (d/deferred), token (d/claim! d)]
      (is token)
      (is (false? (d/success! d 1)))
      (is (thrown-with-msg? IllegalStateException #"invalid claim-token" (d/success! d 1 :other)))
      (is (true? (d/success! d 2 token)))
      (is (thrown-with-msg? IllegalStateException #"deferred isn't claimed"
            (d/success! d 3 token)))
      (is (= 2 @d))))
  (testing "born realized"
    (doseq [d [(d/success-deferred 1) (d/error-deferred (Exception.))]]
      (is (false? (d/claim! d)))
      (is (false? (d/success! d 1 :token)))
      (is (false? (d/error! d 1)))
      (d/error-value d nil))
    (is (identical? d/true-deferred- (d/success-deferred true)))
    (is (identical? d/nil-deferred- (d/success-deferred nil))))
  (testing "deliver, metadata, equality"
    (let [d (d/deferred)]
      (is (identical? d (deliver d 1)))
      (is (nil? (deliver d 2)))
      (alter-meta! d assoc :a 1)
      (is (= {:a 1} (meta d)))
      (is (thrown? ClassCastException (with-meta d {})))
      (is (not= d (d/success-deferred 1)))
      (is (not (future? d)))
      (is (instance? manifold.deferred.Deferred d)))))

(deftest deref-throws-the-error
  (let [e (Exception. "x")]
    (is (identical? e (error (d/error-deferred e))))
    (is (= {:error :k} (ex-data (error (d/error-deferred :k)))))
    (is (= {:error nil} (ex-data (error (d/error-deferred nil)))))
    (is (= :late (deref (d/deferred) 1 :late)))))

(deftest listeners
  (let [d (d/deferred), calls (atom []), note (fn [k] (fn [x] (swap! calls conj [k x])))
        l (d/listener (note :l)), twice (d/listener (note :twice))]
    (d/on-realized d (note 1) (note :error))
    (is (true? (d/add-listener! d l)))
    (d/add-listener! d twice)
    (d/add-listener! d twice)
    (d/on-realized d (fn [_] (throw (Exception. "logged"))) (note :error))
    (d/on-realized d (note 2) (note :error))
    (is (true? (d/cancel-listener! d l)))
    (is (false? (d/cancel-listener! d l)))
    (is (true? (d/cancel-listener! d twice)))
    (is (true? (d/success! d :v)))
    (is (= [[1 :v] [:twice :v] [2 :v]] @calls))
    (testing "one that throws after realization is logged, too (§3.3.5 defect)"
      (is (identical? d (d/on-realized d (fn [_] (throw (Exception. "logged"))) identity)))))
  (testing "an error-deferred honours its executor for listeners (§3.3.7 defect)"
    (let [tasks (atom []), ex (reify Executor (execute [_ r] (swap! tasks conj r)))
          seen (promise)]
      (d/add-listener! (d/error-deferred :e ex) (d/listener identity #(deliver seen %)))
      (is (not (realized? seen)))
      (run! #(.run ^Runnable %) @tasks)
      (is (= :e @seen)))))

(deftest one-of-64-threads-wins ; 16.3
  (let [d (d/deferred), calls (atom 0), start (CountDownLatch. 1)]
    (dotimes [_ 10000] (d/on-realized d (fn [_] (swap! calls inc)) identity))
    (let [wins (mapv (fn [i] (future (.await start) (d/success! d i))) (range 64))]
      (.countDown start)
      (is (= 1 (count (filter true? (map deref wins)))))
      (is (= 10000 @calls)))))

(deftest chain-matrix ; 16.4
  (doseq [[kind make] {:plain      (fn [] [1 nil])
                       :deferred   (fn [] (let [d (d/deferred)] [d #(d/success! d 1)]))
                       :nested     (fn [] (let [d (d/deferred), e (d/deferred)]
                                            [d #(do (d/success! d e) (d/success! e 1))]))
                       :promise    (fn [] (let [p (promise)] [p #(deliver p 1)]))
                       :future     (fn [] (let [p (promise)] [(future @p) #(deliver p 1)]))
                       :delay      (fn [] [(delay 1) nil])
                       :stage      (fn [] (let [f (CompletableFuture.)] [f #(.complete f 1)]))
                       :extension  (fn [] (let [d (d/deferred)]
                                            [(->Ticket d) #(d/success! d 1)]))
                       :foreign    (fn [] (let [d (d/deferred)]
                                            [(foreign d) #(d/success! d 1)]))}
          late? [true false]
          n (range 21)]
    (testing [kind late? n]
      (let [[x finish] (make)
            _ (when-not late? (when finish (finish)))
            r (apply d/chain x (repeat n inc))
            failing (fn [i] (assoc (vec (repeat n inc)) i #(throw (ex-info "x" {:v %}))))
            thrown (mapv #(apply d/chain x (failing %)) (range n))]
        (when late? (when finish (finish)))
        (is (= (inc n) (value r)))
        (is (= (mapv (fn [i] {:v (inc i)}) (range n)) (mapv (comp ex-data error) thrown)))))))

(deftest errors-skip-every-stage-of-a-chain ; 16.4
  (let [e (ex-info "x" {})]
    (doseq [[kind make] {:deferred  (fn [] (let [d (d/deferred)] [d #(d/error! d e)]))
                         :nested    (fn [] (let [d (d/deferred), inner (d/deferred)]
                                             [d #(do (d/success! d inner) (d/error! inner e))]))
                         :future    (fn [] (let [p (promise)] [(future @p (throw e)) #(deliver p 1)]))
                         :stage     (fn [] (let [f (CompletableFuture.)]
                                             [f #(.completeExceptionally f e)]))
                         :delay     (fn [] [(delay (throw e)) nil])
                         :extension (fn [] (let [d (d/deferred)] [(->Ticket d) #(d/error! d e)]))
                         :foreign   (fn [] (let [d (d/deferred)] [(foreign d) #(d/error! d e)]))}
            late? [true false]
            n [0 1 2 3 4 20]]
      (testing [kind late? n]
        (let [ran (atom 0)
              [x finish] (make)
              _ (when-not late? (when finish (finish)))
              r (apply d/chain x (repeat n (fn [_] (swap! ran inc))))]
          (when late? (when finish (finish)))
          (is (identical? e (let [found (error r)]
                              (if (instance? ExecutionException found) (ex-cause found) found))))
          (is (zero? @ran)))))))

(deftest chain-raw-passes-futures-on
  (let [p (doto (promise) (deliver 1))]
    (is (identical? p @(d/chain' p)))
    (is (identical? p @(d/chain' (d/success-deferred p) identity)))
    (is (= 1 @(d/chain p)))
    (is (= 1 (d/unwrap (d/success-deferred p))))
    (is (identical? p (d/unwrap' (d/success-deferred p))))))

(deftest chain-rules
  (is (= [nil] @(d/chain nil vector)) "C6")
  (is (= 3 @(d/chain- nil 1 inc inc)))
  (let [d (d/deferred)]
    (is (identical? d (d/chain'- d 1 inc)))
    (is (= 2 @d)))
  (is (instance? NullPointerException (error (d/chain 1 inc nil inc inc))) "C9")
  (let [d (d/deferred)]
    (is (instance? IllegalArgumentException (error (d/chain 1 d))) "C10, T23")
    (is (not (d/realized? d))))
  (testing "no stage runs after the result was realized (C8)"
    (doseq [chain [d/chain d/chain'], n (range 1 8)]
      (let [ran (atom 0), x (d/deferred)
            r (apply chain x (repeat n (fn [_] (swap! ran inc))))]
        (d/success! r :early)
        (d/success! x 1)
        (is (= :early @r))
        (is (zero? @ran)))))
  (testing "a marker of recur is a value"
    (is (= [1 2] @@(d/chain (d/recur 1 2))))))

(deftest catch-rules
  (is (= 5 (d/catch 5 identity)))
  (is (nil? (d/catch nil identity)))
  (is (= 5 @(d/catch' 5 identity)))
  (is (= [:got :k] @(d/catch (d/error-deferred :k) clojure.lang.Keyword #(vector :got %))))
  (is (= {:error :k} (ex-data (error (d/catch (d/error-deferred :k) Throwable identity)))) "T24")
  (is (= 1 @(d/catch (d/error-deferred :k) (fn [_] (d/success-deferred (future 1))))))
  (is (= "again" (ex-message (error (d/catch (d/error-deferred :k)
                                      (fn [_] (throw (Exception. "again"))))))))
  (is (instance? ExecutionException
        @(d/catch (future (throw (Exception. "x"))) identity)))
  (let [d (d/deferred), r (d/catch d (fn [_] :handled))]
    (d/error! d :k)
    (is (= :handled @r))))

(deftest finally-rules ; §3.6 defect: a plain value failed
  (let [ran (atom 0), f #(swap! ran inc), ok (d/success-deferred 1)]
    (is (identical? ok (d/finally ok f)))
    (is (= {:error :k} (ex-data (error (d/finally (d/error-deferred :k) f)))))
    (is (= 5 @(d/finally 5 f)) "a plain value counts as realized")
    (is (nil? @(d/finally' nil f)))
    (is (= 4 @ran))
    (let [d (d/deferred), r (d/finally d f)]
      (d/success! d ok)
      (is (identical? ok @r) "not flattened")
      (is (= 5 @ran)))
    (is (= "f" (ex-message (error (d/finally (d/error-deferred :k)
                                    #(throw (Exception. "f")))))))))

(deftest zip-rules ; §3.7 defect: realized layers were not flattened
  (is (= [] @(d/zip)))
  (is (= [1] @(d/zip 1)))
  (is (= [1 2 nil 4] @(d/zip 1 (future 2) (d/success-deferred nil) (foreign (d/success-deferred 4)))))
  (let [p (promise)]
    (is (= [p 1] @(d/zip' p (d/success-deferred 1)))))
  (let [a (d/deferred), z (d/zip a (d/error-deferred :k))]
    (is (= {:error :k} (ex-data (error z))) "an error wins beside a pending one"))
  (testing "realized or not, values are flattened"
    (let [a (d/deferred), z (d/zip a (d/success-deferred (d/success-deferred 2)))]
      (d/success! a (d/success-deferred 1))
      (is (= [1 2] @z)))))

(deftest alt-rules ; §3.8 defect: as for zip
  (is (= 1 @(d/alt (d/deferred) 1 (d/deferred))))
  (is (thrown? IllegalArgumentException (d/alt)))
  (let [a (d/deferred), b (d/deferred), r (d/alt a b (foreign (d/deferred)))]
    (d/success! b (d/success-deferred :b))
    (d/success! a :a)
    (is (= :b @r)))
  (is (= 1 @(d/alt (d/success-deferred (d/success-deferred 1))))
    "flattened, also what was realized before")
  (let [a (d/deferred), r (d/alt' a (d/deferred))]
    (d/error! a :k)
    (is (= {:error :k} (ex-data (error r)))))
  (testing "the winner among ready ones is uniformly random"
    (let [n 9000, wins (frequencies (repeatedly n #(deref (d/alt 0 (d/success-deferred 1) 2))))]
      (is (every? #(< 2700 (wins %) 3300) [0 1 2]) wins))))

(deftest timeout-rules ; §3.9 defect: the timer failed on a view of a future
  (let [clock (MockClock.)]
    (time/with-clock clock
      (let [plain (d/timeout! (d/deferred) 5)
            frac  (d/timeout! (d/deferred) 5.5)
            dflt  (d/timeout! (d/deferred) 5 nil)
            view  (d/timeout! (d/->deferred (promise)) 5 :view)
            never (promise)
            views (mapv #(d/timeout! (d/->deferred %) 5 :view)
                    [(future @never) (delay @never) (CompletableFuture.)])]
        (.advance clock 4.9)
        (is (not-any? d/realized? (list* plain frac dflt view views)))
        (.advance clock 1)
        (is (= "timed out after 5 milliseconds" (ex-message (error plain))))
        (is (instance? TimeoutException (error frac)))
        (is (= "timed out after 5.5 milliseconds" (ex-message (error frac))))
        (is (nil? @dflt))
        (is (= [:view :view :view :view] (mapv deref (cons view views))))
        (deliver never 1))))
  (is (= :now @(d/timeout! (d/deferred) 0 :now)))
  (is (= 5 (d/timeout! 5 1)))
  (is (nil? (d/timeout! nil 1)))
  (let [d (d/deferred)]
    (is (identical? d (d/timeout! d nil)))
    (is (not (d/realized? d)))))

(deftest connect-and-onto ; §3.10 defects: onto ignored by realized ones, and failing on views
  (let [a (d/deferred), b (d/deferred)]
    (is (true? (d/connect a b)))
    (d/success! a (d/success-deferred 1))
    (is (= 1 @b))
    (is (false? (d/connect 2 b)))
    (is (false? (d/connect (d/deferred) b))))
  (is (thrown? AssertionError (d/connect 1 (promise))))
  (let [ran (atom []), ex (reify Executor
                            (execute [this r]
                              (swap! ran conj this)
                              (.run r)))]
    (testing "stages on an onto'd deferred run there, realized or not (T2)"
      (doseq [x [(d/success-deferred 1) (future 1) (d/->deferred (future 1))]]
        (reset! ran [])
        (is (= 2 @(d/chain (d/onto x ex) inc)))
        (is (= ex (first @ran)))))
    (let [d (d/deferred ex)]
      (is (identical? d (d/onto d ex))))))

(deftest future-rules
  (is (= 3 @(d/future (+ 1 2))))
  (is (= "x" (ex-message (error (d/future (throw (Exception. "x")))))))
  (testing "bindings are conveyed and the pool's thread keeps its own"
    (is (= 7 (binding [*print-length* 7] @(d/future *print-length*)))))
  (testing "a body is skipped if the result is realized before it starts"
    (let [tasks (atom []), ex (reify Executor (execute [_ r] (swap! tasks conj r)))
          ran (atom false), r (d/future-with ex (reset! ran true))]
      (d/success! r :early)
      (run! #(.run ^Runnable %) @tasks)
      (is (false? @ran)))))

(deftest loop-rules ; §3.12 defects: arity, rounds after the result was realized
  (is (= 10 @(d/loop [i 0] (if (< i 10) (d/recur (inc i)) i))))
  (testing "inits are sequential, patterns work"
    (is (= [1 2 3] @(d/loop [a 1 [b] [(inc a)] c (inc b)] [a b c]))))
  (testing "deferreds are awaited, futures are not"
    (is (= 3 @(d/loop [i 0] (if (< i 3) (d/future (d/recur (inc i))) i))))
    (let [p (promise)] (is (identical? p @(d/loop [] p)))))
  (testing "a marker two deferreds deep"
    (is (= :end @(d/loop [again? true]
                   (if again? (d/success-deferred (d/success-deferred (d/recur false))) :end)))))
  (testing "a wrong number of arguments is an error of the result, now or later"
    (is (instance? clojure.lang.ArityException (error (d/loop [a 1] (d/recur)))))
    (is (instance? clojure.lang.ArityException (error (d/loop [a 1] (d/future (d/recur 1 2)))))))
  (testing "more than 20 names"
    (is (= 22 @(d/loop [a 1 b 1 c 1 d 1 e 1 f 1 g 1 h 1 i 1 j 1 k 1 l 1 m 1 n 1 o 1 p 1 q 1 r 1 s 1
                        t 1 u 1 v 1]
                 (+ a b c d e f g h i j k l m n o p q r s t u v)))))
  (testing "realizing the result ends it (T5)"
    (let [rounds (atom 0), steps (vec (repeatedly 5 d/deferred))
          r (d/loop [i 0]
              (swap! rounds inc)
              (d/chain (steps i) (fn [_] (d/recur (inc i)))))]
      (d/success! (steps 0) 1)
      (d/success! r :stop)
      (d/success! (steps 1) 1)
      (is (= 2 @rounds)))))

(deftest ^:runs-once coercion ; §4.2 defects: views lacked methods, timed deref of a delay failed
  (is (thrown-with-msg? IllegalArgumentException #"cannot convert java.lang.Long to deferred"
        (d/->deferred 1)))
  (is (thrown? IllegalArgumentException (d/->deferred nil)))
  (is (= :no (d/->deferred 1 :no)))
  (is (not-any? d/deferrable? [nil 1 (atom 1) (agent 1) (volatile! 1) (reduced 1) (map inc [1])]))
  (is (every? d/deferrable?
        [(d/deferred) (promise) (delay 1) (future 1) (CompletableFuture.) (->Ticket nil)]))
  (testing "a delay is forced by a callback, not by looking"
    (let [forced (atom 0), d (d/->deferred (delay (swap! forced inc)))]
      (is (not (d/realized? d)))
      (is (= "<< … >>" (pr-str d)))
      (is (zero? @forced))
      (is (= 1 (deref d 10000 :late)))))
  (testing "views are full deferreds"
    (let [p (promise), d (d/->deferred p)]
      (is (nil? (.executor ^IDeferred d)))
      (is (true? (d/success! d 1)))
      (is (= 1 @d))
      (is (not (realized? p)))
      (is (= 2 @(.thenApply ^java.util.concurrent.CompletionStage (d/->deferred (delay 1))
                  (reify java.util.function.Function (apply [_ x] (inc x))))))))
  (testing "a callback for the value that throws is not followed by that for the error" ; §4.2 defect
    (doseq [x [(future 1) (doto (promise) (deliver 1)) (delay 1)], late? [true false]]
      (let [seen (promise), d (d/->deferred x)]
        (when late? @d)
        (d/on-realized d (fn [_] (throw (Exception. "logged"))) (fn [_] (deliver seen :error)))
        (d/on-realized d (fn [_] (deliver seen :value)) identity)
        (is (= :value (deref seen 10000 :late))))))
  (testing "extending the protocol again changes what is remembered"
    (let [c (class (reify Comparable (compareTo [_ _] 0))), x (reify Comparable (compareTo [_ _] 0))]
      (is c)
      (is (not (d/deferrable? x)))
      (extend (class x) @#'d/Deferrable {:to-deferred (fn [_] (d/success-deferred :now))})
      (is (= :now @(d/->deferred x)))))
  (testing "also for a class of which many values went through chains"
    (let [x (java.util.concurrent.Phaser.)]
      (dotimes [_ 10] (is (identical? x @(d/chain x identity identity))))
      (extend java.util.concurrent.Phaser @#'d/Deferrable
        {:to-deferred (fn [_] (d/success-deferred :now))})
      (is (= :now @(d/chain x identity)))
      (is (= :now @(d/chain nil (constantly x) identity)))
      (is (identical? x @(d/chain' x identity))))))

(deftest callbacks-see-the-thread-that-runs-them
  (let [d (d/deferred), seen (promise)]
    (binding [*print-length* 7]
      (d/on-realized d (fn [_] (deliver seen *print-length*)) identity))
    (d/success! d 1)
    (is (nil? @seen))))

(deftest three-way-branch
  (let [branch #(d/success-error-unrealized % v [:value v] e [:error e] :pending)]
    (is (= [:value 1] (branch (d/success-deferred 1))))
    (is (= [:error :k] (branch (d/error-deferred :k))))
    (is (= :pending (branch (foreign (d/deferred)))))))

(deftest printing
  (is (= "<< \"v\" >>" (pr-str (d/success-deferred "v"))))
  (is (= "<< ERROR: :k >>" (pr-str (d/error-deferred :k))))
  (is (= "<< … >>" (pr-str (d/deferred)) (pr-str (foreign (d/deferred)))))
  (testing "a method of somebody else for an interface does not disturb (T25)"
    (defmethod print-method java.util.concurrent.CompletionStage [_ ^java.io.Writer w] (.write w "x"))
    (try
      (is (= "<< … >>" (pr-str (d/deferred))))
      (is (= "<< 1 >>" (pr-str (d/success-deferred 1)) (pr-str (d/->deferred (doto (delay 1) deref)))))
      (finally
        (remove-method print-method java.util.concurrent.CompletionStage)))))

(deftest the-current-executor-is-that-of-results
  (let [ex (reify Executor (execute [_ r] (.run r)))]
    (CurrentExecutor/set ex)
    (try
      (is (= ex (.executor ^IDeferred (d/deferred)) (.executor ^IDeferred (d/chain 1 inc))))
      (finally
        (CurrentExecutor/set nil)))))

(deftest a-deferred-of-somebody-else-works-in-every-combinator ; 16.2: it has but the five methods
  (let [e (ex-info "x" {})]
    (doseq [late? [true false]
            [what f expected] [[:chain #(d/chain % inc) 2]
                               [:chain' #(d/chain' % inc inc inc inc) 5]
                               [:catch #(d/catch % identity) 1]
                               [:catch' #(d/catch' % identity) 1]
                               [:finally #(d/chain (d/finally % (constantly nil))) 1]
                               [:finally' #(d/chain (d/finally' % (constantly nil))) 1]
                               [:zip #(d/zip % 2) [1 2]]
                               [:zip' #(d/zip' 2 %) [2 1]]
                               [:alt #(d/alt % (d/deferred)) 1]
                               [:alt' #(d/alt' (d/deferred) %) 1]
                               [:connect #(let [d (d/deferred)] (d/connect % d) d) 1]
                               [:onto #(d/onto % (reify Executor (execute [_ r] (.run r)))) 1]
                               [:stage #(d/chain 1 (constantly %)) 1]
                               [:loop #(d/loop [again? true]
                                         (if again? (d/chain % (fn [_] (d/recur false))) %)) 1]
                               [:let-flow #(d/let-flow [x %] (inc x)) 2]
                               [:let-flow' #(d/let-flow' [x %, y (inc x)] [x y]) [1 2]]
                               [:timeout! #(d/chain (d/timeout! % 100000)) 1]]]
      (testing [what late?]
        (let [ok (d/deferred), bad (d/deferred)
              finish (fn [] (d/success! ok 1) (d/error! bad e))
              _ (when-not late? (finish))
              r (f (foreign ok)), thrown (f (foreign bad))]
          (when late? (finish))
          (is (= expected (value r)))
          (is (= (if (#{:catch :catch'} what) [::value e] e) (error thrown))))))))
