(ns aleph.connection-stats-test
  "Who is told how busy a client's connections are. Names aleph's #770 and #787: callbacks that pools
  of users' own never called."
  (:require
   [aleph.http :as http]
   [aleph.netty :as netty]
   [clojure.test :refer [deftest is]])
  (:import
   (java.io Closeable)
   (java.util.concurrent LinkedBlockingQueue TimeUnit)))

(set! *warn-on-reflection* true)

(defn- with-reports
  "Asks a server once through a pool of these options and returns the first report of that server's
  origin that tells of the request, or nil."
  [options ^LinkedBlockingQueue reports]
  (let [server (http/start-server (fn [_] {:status 200, :body "x"}) {:port 0, :shutdown-timeout 0})
        url (str "http://localhost:" (netty/port server))
        pool (http/connection-pool (merge {:control-period 100} options))]
    (try
      (loop [tries 100]
        (slurp (:body @(http/get url {:pool pool})))
        (let [found (some-> (.poll reports 10 TimeUnit/SECONDS) (get url))]
          (if (or (zero? tries) (some-> found :task-latency (get 0.5) pos?))
            found
            (recur (dec tries)))))
      (finally
        (.close ^Closeable pool)
        (.close ^Closeable server)))))

(defn- queue [] (LinkedBlockingQueue.))

(defn- told [stats]
  (is (= 1 (:num-workers stats)))
  (is (= #{:num-workers :queue-length :queue-latency :task-latency :task-arrival-rate
           :task-completion-rate :task-rejection-rate :utilization}
         (set (keys stats)))))

(deftest a-registered-callback-hears-of-pools-of-users-own
  (let [reports (queue)
        f (fn [stats] (.put ^LinkedBlockingQueue reports stats))]
    (is (contains? (http/register-connection-stats-callback f) f))
    (try
      (told (with-reports {} reports))
      (finally
        (is (not (contains? (http/unregister-connection-stats-callback f) f)))))))

(deftest a-pool-with-its-own-callback-calls-that-alone
  (let [reports (queue)
        others (queue)
        f (fn [stats] (.put ^LinkedBlockingQueue others stats))]
    (http/register-connection-stats-callback f)
    (try
      (told (with-reports {:stats-callback #(.put ^LinkedBlockingQueue reports %)} reports))
      (finally
        (http/unregister-connection-stats-callback f)))
    (is (empty? others))))

(deftest a-callback-that-is-no-function-is-refused
  (is (thrown-with-msg? IllegalArgumentException #":stats-callback"
                        (http/connection-pool {:stats-callback 1}))))
