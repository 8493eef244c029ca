(ns manifold.api-test
  "Specification 16.1: every name of Manifold's documented namespaces is there, takes what it took, and
  says what it is for."
  (:require
   [clojure.test :refer [deftest is testing]]
   [manifold.bus]
   [manifold.debug]
   [manifold.deferred]
   [manifold.executor]
   [manifold.go-off]
   [manifold.stream]
   [manifold.stream.core]
   [manifold.stream.default]
   [manifold.stream.graph]
   [manifold.test]
   [manifold.time]
   [manifold.utils]))

(set! *warn-on-reflection* true)

(def ^:private api
  "Names and parameter lists of functions and macros, nil for what is neither."
  '{manifold.deferred
    {[deferred] ([] [executor]), [success-deferred] ([val] [val executor])
     [error-deferred] ([error] [error executor])
     [success! error!] ([deferred x] [deferred x claim-token]), [claim!] ([deferred])
     [listener] ([on-success] [on-success on-error])
     [add-listener! cancel-listener!] ([deferred listener])
     [on-realized] ([x on-success on-error]), [realized? deferred? deferrable?] ([x])
     [->deferred] ([x] [x default-val]), [unwrap unwrap'] ([x]), [connect] ([a b])
     [onto] ([d executor]), [chain chain'] ([x] [x f] [x f g] [x f g & fs])
     [catch catch'] ([x error-handler] [x error-class error-handler]), [finally finally'] ([x f])
     [zip zip' alt alt'] ([& vals]), [timeout!] ([d interval] [d interval timeout-value])
     [future] ([& body]), [future-with] ([executor & body]), [loop] ([bindings & body])
     [recur] ([& args]), [let-flow let-flow'] ([bindings & body])
     [chain- chain'- true-deferred- false-deferred- nil-deferred-] nil
     [success-value error-value] ([x default-value])}
    manifold.stream
    {[stream] ([] [buffer-size] [buffer-size xform] [buffer-size xform executor])
     [stream*] nil
     [buffered-stream] ([buffer-size] [metric limit] [metric limit description])
     [splice] ([sink source]), [source-only sink-only] ([s]), [put!] ([sink x])
     [put-all!] ([sink msgs]), [try-put!] ([sink x timeout] [sink x timeout timeout-val])
     [take!] ([source] [source default-val])
     [try-take!] ([source timeout] [source default-val timeout timeout-val])
     [close! closed?] ([sink]), [on-closed] ([sink callback]), [drained?] ([source])
     [on-drained] ([source callback]), [stream? source? sink? sourceable? sinkable?] ([x])
     [->source ->sink] ([x] [x default-val])
     [description synchronous? weak-handle downstream] ([x]), [onto] ([executor s])
     [connect] ([source sink] [source sink options])
     [connect-via] ([src callback dst] [src callback dst options])
     [consume consume-async] ([callback source]), [drain-into] ([src dst])
     [stream->seq] ([s] [s timeout-interval]), [map mapcat] ([f s] [f s & rest])
     [filter] ([pred s]), [transform] ([xform s] [xform buffer-size s]), [zip] ([a] [a & rest])
     [reductions reduce] ([f s] [f initial-value s]), [realize-each concat] ([s])
     [lazily-partition-by] ([f s])
     [batch] ([batch-size s] [max-size max-latency s] [metric max-size max-latency s])
     [throttle] ([max-rate s] [max-rate max-backlog s]), [buffer] ([limit s] [metric limit s])
     [periodically] ([period f] [period initial-delay f])
     [dropping-stream sliding-stream] ([n] [n source])}
    manifold.bus
    {[event-bus] ([] [stream-generator]), [publish!] ([bus topic message])
     [subscribe downstream active?] ([bus topic]), [topic->subscribers] ([bus])}
    manifold.executor
    {[executor-thread-local] nil, [executor] ([]), [with-executor] ([executor & body])
     [thread-factory] ([name-generator executor-promise]
                       [name-generator executor-promise stack-size]
                       [name-generator executor-promise stack-size daemon?]
                       [name-generator executor-promise stack-size daemon? new-thread-fn])
     [instrumented-executor] ([options])
     [fixed-thread-executor] ([num-threads] [num-threads options])
     [utilization-executor] ([utilization] [utilization max-threads]
                             [utilization max-threads options])
     [stats->map] ([stats] [stats quantiles]), [wait-pool execute-pool] ([])
     [register-wait-pool-stats-callback unregister-wait-pool-stats-callback
      register-execute-pool-stats-callback unregister-execute-pool-stats-callback] ([c])}
    manifold.time
    {[nanoseconds microseconds milliseconds seconds minutes hours days hz format-duration] ([n])
     [floor] ([timestamp unit]), [add] ([timestamp value unit]), [in] ([interval f])
     [every] ([period f] [period initial-delay f]), [at] ([timestamp f])
     [*clock* IMockClock] nil, [with-clock] ([clock & body]), [mock-clock] ([] [initial-time])
     [scheduled-executor->clock] ([e]), [now] ([clock]), [advance] ([clock time])}
    manifold.go-off
    {[go-off] ([& body]), [go-off-with] ([executor & body]), [<! <!?] ([deferred-or-stream])}
    manifold.debug
    {[*dropped-error-logging-enabled?* *leak-aware-deferred-rate* dropped-errors] nil
     [enable-dropped-error-logging! disable-dropped-error-logging!] ([])
     [set-leak-aware-deferred-rate!] ([n]), [log-dropped-error!] ([error])
     [with-dropped-error-detection] ([f handle-dropped-errors])}
    manifold.test
    {[instrument-tests-with-dropped-error-detection!] ([]), [expect-dropped-errors] ([n & body])}
    manifold.utils
    {[mutex] ([]), [with-lock with-lock*] ([lock & body]), [future-with] ([executor & body])
     [wait-for when-core-async] ([& body]), [without-overflow] ([executor & body])
     [stack-depth max-depth fast-satisfies invoke-callbacks] nil, [when-class] ([class & body])
     [definterface+] ([name & body])
     [fn->Function fn->Consumer fn->BiFunction fn->BiConsumer] ([f])}
    manifold.stream.core
    {[def-source def-sink def-sink+source] ([name params & body])
     [Sourceable Sinkable to-source to-sink] nil
     [close! closed?] ([sink]), [drained?] ([source]), [weak-handle synchronous?] ([x])}
    manifold.stream.default
    {[stream stream* onto max-producers max-consumers max-dirty-puts max-dirty-takes] nil}
    manifold.stream.graph
    {[connect] nil, [downstream] ([stream])}})

(deftest every-documented-name-is-there-and-takes-what-it-took ; 16.1
  (doseq [[namespace table] api, [names arglists] table, n names]
    (testing (symbol (name namespace) (name n))
      (let [v (get (ns-publics namespace) n)]
        (is (var? v))
        (doseq [params arglists]
          (is (some #{params} (:arglists (meta v))) (pr-str (:arglists (meta v)))))))))

(deftest every-public-name-says-what-it-is-for
  (doseq [namespace (keys api)
          [n v] (ns-publics namespace)
          :let [{:keys [doc no-doc protocol]} (meta v)]
          :when (not (or no-doc protocol (= 'IMockClock n)))]
    (is (seq doc) (symbol (name namespace) (name n)))))

(deftest what-never-was-there-is-not-pretended ; §1
  (doseq [[namespace n] '[[manifold.deferred success?] [manifold.deferred error?]
                          [manifold.deferred or] [manifold.stream merge] [manifold.stream ->seq]
                          [manifold.stream lazily-partition-all] [manifold.time system-clock]
                          [manifold.time real-clock]]]
    (is (not (contains? (ns-publics namespace) n)) n)))
