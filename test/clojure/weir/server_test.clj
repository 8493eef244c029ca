(ns weir.server-test
  "What Clojure programs are told of a server's work."
  (:require
   [aleph.http :as http]
   [aleph.netty :as netty]
   [aleph.versions :as versions]
   [clojure.test :refer [deftest is use-fixtures]]
   [weir.server :as server])
  (:import
   (io.netty.handler.logging LogLevel LoggingHandler)
   (weir.http HttpServer)
   (weir.testing Await CapturedLog RawClient)))

(set! *warn-on-reflection* true)

(use-fixtures :each versions/each-version)

(defn- ask [options f]
  (let [^HttpServer s (http/start-server (fn [_] {:status 200, :body "hello"})
                                         (assoc options :port 0, :shutdown-timeout 0))]
    (try
      (with-open [client (versions/raw-client (netty/port s))]
        (.read (.get client "/x?y")))
      (f s)
      (finally (.close s)))))

(defn- await-true [what f]
  (Await/until what (reify java.util.function.BooleanSupplier (getAsBoolean [_] (boolean (f))))))

(deftest statistics-are-a-map
  (ask {:statistics? true}
       (fn [s]
         (await-true "the connection is gone" #(zero? (:connections (server/stats s))))
         (let [{:keys [accepted requests in-flight failed bytes-read latencies]} (server/stats s)]
           (is (= [1 1 0 0] [accepted requests in-flight failed]))
           (is (pos? bytes-read))
           (is (= #{:queued :handled :written :total} (set (keys latencies))))
           (is (= 1 (:count (:total latencies))))))))

(deftest events-are-maps
  (let [events (atom [])]
    (ask {:on-event #(swap! events conj %)}
         (fn [_] (await-true "three events" #(= 3 (count @events)))))
    (is (= [:connection-opened :request-ended :connection-closed] (map :event @events)))
    (is (= {:request-method :get, :target "/x?y", :status 200, :outcome :served, :body-bytes 5}
           (select-keys (second @events) [:request-method :target :status :outcome :body-bytes])))))

(deftest a-logger-sees-the-traffic
  (with-open [log (CapturedLog.)]
    (ask {:logger (LoggingHandler. "weir.server-test" LogLevel/ERROR)}
         (fn [_] (await-true "bytes are logged" #(seq (.lines log "READ: ")))))))

(versions/http1-test values-of-the-wrong-kind-are-refused
  "No request is made."
  (is (thrown-with-msg? IllegalArgumentException #":logger .*LoggingHandler"
                        (http/start-server (fn [_]) {:port 0, :logger :debug})))
  (is (thrown-with-msg? IllegalArgumentException #":on-event .*function"
                        (http/start-server (fn [_]) {:port 0, :on-event "f"}))))
