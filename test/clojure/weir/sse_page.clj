(ns weir.sse-page
  "A page that listens to an event stream, and a server that ends the stream twice: for the browser
  test of `weir.sse`."
  (:require
   [aleph.http :as http]
   [manifold.stream :as s]
   [weir.sse :as sse]))

(set! *warn-on-reflection* true)

(def ^:private page
  "<!doctype html><meta charset=utf-8><link rel=icon href='data:,'><p id=state>waiting</p><script>
   window.seen = [];
   const source = new EventSource('/events');
   source.addEventListener('tick', e => seen.push(e.lastEventId + ':' + e.data));
   source.addEventListener('open', () => state.textContent = 'open');
   </script>")

(defn- ticks [from]
  (for [id (range from (+ from 3))]
    {:event :tick, :id id, :retry 20, :data (str "line " id "\nü")}))

(defn- events
  "Three events after those that the client has seen. The first stream ends, the second is cut, the
  third stays open."
  [request visits to-cut]
  (let [last-id (sse/last-event-id request)
        visit (count (swap! visits conj last-id))
        source (s/stream)]
    (doseq [event (ticks (inc (parse-long (or last-id "0"))))]
      (s/put! source event))
    (case visit
      1 (s/close! source)
      2 (reset! to-cut (:aleph/channel request))
      nil)
    (sse/response source)))

(defn start
  "Starts the server on a free port. Conjoins each Last-Event-ID that comes to the vector in the atom
  `visits`, and puts the channel of the second stream into the atom `to-cut`."
  [visits to-cut]
  (http/start-server
   (fn [request]
     (if (= "/events" (:uri request))
       (events request visits to-cut)
       {:status 200, :headers {"content-type" "text/html; charset=utf-8"}, :body page}))
   {:port 0, :shutdown-timeout 0}))
