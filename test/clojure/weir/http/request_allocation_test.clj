(ns weir.http.request-allocation-test
  "What a request costs a handler in garbage."
  (:require
   [clojure.test :refer [deftest is]]
   [weir.http.messages :as messages])
  (:import
   (com.sun.management ThreadMXBean)
   (java.lang.management ManagementFactory)
   (weir.http RequestMessage RingRequest)))

(set! *warn-on-reflection* true)

(defn- five-keys [req]
  (let [host (get (:headers req) "host")]
    (if (and (:request-method req) (:uri req) (:query-string req) (:remote-addr req))
      host
      req)))

(defn- bytes-each
  "Returns the bytes that this thread allocates for each of many requests."
  [^RequestMessage message]
  (let [^ThreadMXBean threads (ManagementFactory/getThreadMXBean)
        id (.getId (Thread/currentThread))
        n 100000
        before (.getThreadAllocatedBytes threads id)]
    (dotimes [_ n]
      (when-not (string? (five-keys (RingRequest. message)))
        (throw (IllegalStateException. "a key was missing"))))
    (quot (- (.getThreadAllocatedBytes threads id) before) n)))

;; In a JVM of its own it is 184, as JMH prints it. What the compiler removes depends on what else has run
;; in this one: an iterator over the header's values, for one.
(deftest building-the-view-and-reading-five-keys-allocates-next-to-nothing
  (let [message (messages/request-message
                 {:target "/a/path?a=1"
                  :fields [["Host" "localhost:8080"] ["Accept" "text/html"]]})
        ;; what the compiler can remove is gone after some rounds
        rounds (take 50 (repeatedly #(bytes-each message)))]
    (is (some #(< % 256) rounds))))
