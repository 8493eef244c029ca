(ns weir.sse
  "Server-sent events: a response that is an event stream, fed from any source.

  An event is a string, or a map of `:data`, `:event`, `:id`, `:retry` (ms) and `:comment`."
  (:require
   [weir.options :as o])
  (:import
   (java.time Duration)
   (weir.http.sse EventStream ServerSentEvent)))

(set! *warn-on-reflection* true)

(def ^:private content-headers
  {"content-type" "text/event-stream; charset=utf-8"
   "cache-control" "no-cache"
   ;; nginx would gather events until its buffer is full
   "x-accel-buffering" "no"})

(defn- text [x] (when (some? x) (str x)))

(defn event
  "Returns the engine's event for `x`: a string, which is the data, or a map of `:data`, `:event`,
  `:id`, `:retry` and `:comment`. Throws IllegalArgumentException for anything else, and for an
  `:event` or `:id` of several lines."
  ^ServerSentEvent [x]
  (cond
    (map? x) (ServerSentEvent. (text (if (keyword? (:event x)) (name (:event x)) (:event x)))
                               (text (:id x))
                               (text (:data x))
                               (long (or (o/non-negative x :retry) -1))
                               (text (:comment x)))
    (string? x) (ServerSentEvent/of x)
    :else (throw (o/illegal :event x "a string, or a map of :data, :event, :id, :retry, :comment"))))

(defn response
  "Returns a Ring response that sends the events of `source`, which is a stream or anything that
  `manifold.stream/->source` takes. The next event is taken when the one before it was written. When
  the client goes away the source is closed; when the source is drained the response ends, and a
  browser comes back after its retry time.

  :headers      - more response headers
  :heartbeat-ms - longest silence before a comment is sent; 0 for none (default 15000)"
  ([source] (response source nil))
  ([source {:keys [headers] :as options}]
   (o/report-unknown! "weir.sse/response" options #{:headers :heartbeat-ms})
   (let [heartbeat (o/non-negative options :heartbeat-ms)]
     {:status 200
      :headers (merge content-headers headers)
      :body (EventStream/of source
                            event
                            (if heartbeat
                              (Duration/ofMillis heartbeat)
                              EventStream/DEFAULT_HEARTBEAT))})))

(defn last-event-id
  "Returns the id of the last event that the client of `request` has seen, nil on its first visit."
  [request]
  (get-in request [:headers "last-event-id"]))
