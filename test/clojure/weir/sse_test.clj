(ns weir.sse-test
  "Server-sent events over real sockets."
  (:require
   [aleph.http :as http]
   [aleph.netty :as netty]
   [aleph.versions :as versions]
   [clojure.string :as str]
   [clojure.test :refer [deftest is use-fixtures]]
   [manifold.stream :as s]
   [weir.sse :as sse])
  (:import
   (weir.http HttpServer)
   (weir.http.sse ServerSentEvent)
   (weir.testing Await RawClient RawClient$Response)))

(set! *warn-on-reflection* true)

(use-fixtures :each versions/each-version)

(defn- with-client [source options f]
  (let [^HttpServer server (http/start-server (fn [_] (sse/response source options))
                                              {:port 0 :shutdown-timeout 0})]
    (try
      (with-open [client (versions/raw-client (netty/port server))]
        (f client (.readHead (.get client "/"))))
      (finally (.close server)))))

(defn- next-event [^RawClient client]
  (some-> (.readChunk client) (String. "UTF-8")))

(deftest each-event-is-sent-when-it-is-put
  (let [events (s/stream)]
    (with-client events nil
      (fn [client head]
        (is (str/starts-with? (RawClient$Response/header head "content-type") "text/event-stream"))
        (is (= "no-cache" (RawClient$Response/header head "cache-control")))
        (s/put! events "hello")
        (is (= "data: hello\n\n" (next-event client)))
        (s/put! events {:event :tick :id 7 :retry 1000 :data "a\nb\r\nc"})
        (is (= "event: tick\nid: 7\nretry: 1000\ndata: a\ndata: b\ndata: c\n\n" (next-event client)))
        (s/put! events {:comment "still here"})
        (is (= ": still here\n\n" (next-event client)))
        (s/close! events)
        (is (nil? (next-event client)))))))

(deftest silence-is-broken-by-a-comment
  (with-client (s/stream) {:heartbeat-ms 20}
    (fn [client _]
      (is (= ":\n\n" (next-event client)))
      (is (= ":\n\n" (next-event client))))))

(deftest a-client-that-goes-away-closes-the-source
  (let [events (s/stream)]
    (with-client events nil (fn [client _] (.close ^RawClient client)))
    (Await/until "the source is closed" (fn [] (s/closed? events)))
    (is (false? (deref (s/put! events "late") 10000 :timeout)))))

(deftest any-source-will-do
  (with-client ["a" "b"] nil
    (fn [client _]
      (is (= ["data: a\n\n" "data: b\n\n" nil] (repeatedly 3 #(next-event client)))))))

(deftest a-message-that-is-no-event-cuts-the-response
  (let [events (s/stream)]
    (with-client events nil
      (fn [^RawClient client _]
        (s/put! events 12)
        (is (.atEnd client))
        (Await/until "the source is closed" (fn [] (s/closed? events)))))))

(versions/http1-test no-field-breaks-out-of-its-line
  "No request is made."
  (is (thrown-with-msg? IllegalArgumentException #"id: \"1\ndata: forged\""
                        (sse/event {:id "1\ndata: forged" :data "x"})))
  (is (thrown-with-msg? IllegalArgumentException #"event: \"a\rb\"" (sse/event {:event "a\rb"})))
  (is (thrown-with-msg? IllegalArgumentException #":retry is -1" (sse/event {:retry -1})))
  (is (thrown-with-msg? IllegalArgumentException #":event is :x" (sse/event :x)))
  (is (= "data: \ndata: x\n\n" (String. (.encode (ServerSentEvent/of "\nx"))))))

(versions/http1-test the-client-tells-where-it-left-off
  "No request is made."
  (is (= "7" (sse/last-event-id {:headers {"last-event-id" "7"}})))
  (is (nil? (sse/last-event-id {:headers {}}))))
