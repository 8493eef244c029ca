(ns weir.server
  "What a running server can be asked, beside Aleph's functions."
  (:import
   (weir.http HttpServer ServerStats ServerStats$Latency)))

(set! *warn-on-reflection* true)

(defn- latency [^ServerStats$Latency l]
  {:count (.count l), :mean-ns (.mean l), :p50-ns (.p50 l), :p90-ns (.p90 l), :p99-ns (.p99 l)
   :max-ns (.max l)})

(defn stats
  "Returns what `server` has done since its start, if it was started with `:statistics? true`: a map
  of `:connections` (open now), `:accepted`, `:requests`, `:in-flight` (now), `:refused` (bad or slow
  requests), `:rejected` (no room), `:failed` (by the handler), `:aborted` (by the client),
  `:bytes-read`, `:bytes-written`, and `:latencies` by phase: `:queued` until the handler is called,
  `:handled` until there is a response, `:written` until its last byte has gone to the socket, and
  `:total`; each a map of `:count`, `:mean-ns`, `:p50-ns`, `:p90-ns`, `:p99-ns` and `:max-ns`."
  [^HttpServer server]
  (let [^ServerStats s (.stats server)]
    {:connections (.connections s)
     :accepted (.accepted s)
     :requests (.requests s)
     :in-flight (.inFlight s)
     :refused (.refused s)
     :rejected (.rejected s)
     :failed (.failed s)
     :aborted (.aborted s)
     :bytes-read (.bytesRead s)
     :bytes-written (.bytesWritten s)
     :latencies (into {} (map (fn [[phase l]] [(keyword phase) (latency l)])) (.latencies s))}))
