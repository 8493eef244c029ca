(ns weir.ring.async-test
  "Ring's asynchronous handlers: exactly one answer, whoever gives it first."
  (:require
   [aleph.http :as http]
   [aleph.netty :as netty]
   [aleph.versions :as versions]
   [clojure.test :refer [deftest is testing use-fixtures]])
  (:import
   (java.util.concurrent CountDownLatch TimeUnit)
   (weir.http HttpServer)
   (weir.testing Await RawClient RawClient$Response)))

(set! *warn-on-reflection* true)

(use-fixtures :each versions/each-version)

(defn- with-client [handler options f]
  (let [^HttpServer server (http/start-server handler (merge {:port 0 :shutdown-timeout 0} options))]
    (with-open [_ server
                client (versions/raw-client (netty/port server))]
      (f client))))

(defn- answer [^RawClient client]
  (let [^RawClient$Response response (.read (.get client "/"))]
    [(.status response) (.text response)]))

(defn- each-way
  "Calls `f` with a client of `handler`, first by the option and then by the wrapper."
  [handler f]
  (with-client handler {:async? true} f)
  (with-client (http/wrap-ring-async-handler handler) {} f))

(defn- ok [text] {:status 200 :headers {} :body text})

(defn- wanted [] (ex-info "wanted by the test" {}))

(deftest the-answer-may-come-from-any-thread
  (each-way (fn [_ respond _] (future (respond (ok "later"))) :ignored)
            (fn [client]
              (is (= [200 "later"] (answer client)))
              (is (= [200 "later"] (answer client))))))

(deftest the-first-of-several-answers-counts
  (doseq [[what handler expected]
          [["respond twice" (fn [_ respond _] (respond (ok "first")) (respond (ok "second"))) 200]
           ["raise after respond" (fn [_ respond raise] (respond (ok "first")) (raise (wanted))) 200]
           ["throw after respond" (fn [_ respond _] (respond (ok "first")) (throw (wanted))) 200]
           ["respond after raise" (fn [_ respond raise] (raise (wanted)) (respond (ok "late"))) 500]
           ["raise twice" (fn [_ _ raise] (raise (wanted)) (raise (wanted))) 500]]]
    (testing what
      (with-client handler {:async? true}
        (fn [client]
          (is (= expected (first (answer client))))
          (is (= expected (first (answer client))) "the connection goes on"))))))

(deftest the-callbacks-return-and-do-not-throw
  (let [results (promise)]
    (with-client (fn [_ respond raise]
                   (deliver results [(respond (ok "one")) (respond nil) (raise (wanted)) (raise nil)]))
      {:async? true}
      (fn [client]
        (is (= [200 "one"] (answer client)))
        (is (= [nil nil nil nil] @results))))))

(deftest raise-and-throw-are-answered-by-the-error-handler
  (doseq [handler [(fn [_ _ raise] (raise (wanted)))
                   (fn [_ _ raise] (future (raise (wanted))))
                   (fn [_ _ _] (throw (wanted)))]]
    (with-client handler {:async? true
                          :error-handler (fn [e] {:status 418 :body (ex-message e)})}
      (fn [client]
        (is (= [418 "wanted by the test"] (answer client)))))))

(deftest a-handler-that-is-too-late-is-a-500
  (let [late (promise)]
    (with-client (fn [_ respond _] (deliver late respond)) {:async? true :async-timeout 50}
      (fn [client]
        (is (= [500 "Internal Server Error"] (answer client)))
        (is (nil? (@late (ok "late"))) "which does not hear of it")
        (is (= [500 "Internal Server Error"] (answer client)))))))

(deftest the-timeout-handler-answers-instead
  (let [late (promise)
        handler (fn [_ respond _] (deliver late respond))]
    (testing "responds, later, after the handler has"
      (with-client handler
        {:async? true
         :async-timeout 50
         :async-timeout-handler (fn [request respond _]
                                  (future
                                    (@late (ok "late"))
                                    (respond (ok (str "too slow: " (:uri request))))))}
        (fn [client]
          (is (= [200 "too slow: /"] (answer client))))))
    (testing "raises"
      (with-client handler
        {:async? true
         :async-timeout 50
         :async-timeout-handler (fn [_ _ raise] (raise (wanted)))
         :error-handler (fn [e] {:status 418 :body (ex-message e)})}
        (fn [client]
          (is (= [418 "wanted by the test"] (answer client))))))
    (testing "throws"
      (with-client handler
        {:async? true
         :async-timeout 50
         :async-timeout-handler (fn [_ _ _] (throw (wanted)))}
        (fn [client]
          (is (= 500 (first (answer client)))))))))

(deftest a-handler-in-time-is-not-timed-out
  (with-client (fn [_ respond _] (future (respond (ok "in time"))))
    {:async? true
     :async-timeout 20000
     :async-timeout-handler (fn [_ respond _] (respond (ok "timed out")))}
    (fn [client]
      (is (= [200 "in time"] (answer client)))
      (is (= [200 "in time"] (answer client))))))

(deftest an-answer-after-the-client-has-gone-is-dropped
  (let [callbacks (promise)
        gone (CountDownLatch. 1)
        handler (fn [request respond raise]
                  (if (= "/first" (:uri request))
                    (let [^weir.deferred.Deferred closed (:aleph/closed request)
                          f (fn [_] (.countDown gone))]
                      (deliver callbacks [respond raise])
                      (.onRealized closed f f))
                    (respond (ok "next"))))
        ^HttpServer server (http/start-server handler {:port 0 :shutdown-timeout 0 :async? true})]
    (with-open [_ server]
      (with-open [client (versions/raw-client (netty/port server))]
        (.get client "/first")
        (is (vector? (deref callbacks 20000 nil))))
      (is (.await gone 20 TimeUnit/SECONDS))
      (let [[respond raise] @callbacks]
        (is (nil? (respond (ok "nobody hears it"))))
        (is (nil? (raise (wanted)))))
      (with-open [client (versions/raw-client (netty/port server))]
        (is (= [200 "next"] (answer client)))))))

;; A watch for each request of a kept connection would be a leak.
(deftest closed-is-about-the-clients-of-requests-that-are-in-work
  (let [asked (atom {})
        gone (CountDownLatch. 1)
        handler (fn [request respond _]
                  (let [^weir.deferred.Deferred closed (:aleph/closed request)
                        f (fn [_] (.countDown gone))]
                    (swap! asked assoc (:uri request) closed)
                    (if (= "/first" (:uri request))
                      (respond (ok "first"))
                      (.onRealized closed f f))))
        ^HttpServer server (http/start-server handler {:port 0 :shutdown-timeout 0 :async? true})]
    (with-open [_ server]
      (with-open [client (versions/raw-client (netty/port server))]
        (is (= "first" (.text (.read (.get client "/first")))))
        (.get client "/second")
        (Await/until "the second is in work" #(contains? @asked "/second")))
      (is (.await gone 20 TimeUnit/SECONDS))
      (is (true? @(get @asked "/second")))
      (is (false? (realized? (get @asked "/first")))))))

(deftest the-handler-is-called-once-even-when-it-fails
  (let [calls (atom 0)]
    (with-client (fn [_ _ _] (swap! calls inc) (throw (wanted))) {:async? true}
      (fn [client]
        (is (= 500 (first (answer client))))
        (is (= 1 @calls))))))

(deftest one-function-may-have-both-arities
  (let [handler (fn
                  ([_] (ok "sync"))
                  ([_ respond _] (respond (ok "async"))))]
    (with-client handler {} (fn [client] (is (= [200 "sync"] (answer client)))))
    (with-client handler {:async? true} (fn [client] (is (= [200 "async"] (answer client)))))))

(versions/http1-test options-that-need-an-asynchronous-handler-say-so
  "No request is made."
  (doseq [[options message] {{:async-timeout 5} #":async\? is nil \(expected: true with :async-timeout"
                             {:async? true :async-timeout -1} #":async-timeout is -1"
                             {:async? true :async-timeout-handler (fn [_ _ _])} #":async-timeout is nil"
                             {:async? true :async-timeout 5 :async-timeout-handler 3}
                             #":async-timeout-handler is 3"}]
    (is (thrown-with-msg? IllegalArgumentException message
                          (http/start-server (fn [_ _ _]) (assoc options :port 0))))))
