(ns org.httpkit.utils-test
  (:require
   [clojure.test :refer [deftest is]]
   [org.httpkit.encode :refer [base64-encode]]
   [org.httpkit.utils :as utils])
  (:import
   (java.util.concurrent CountDownLatch ExecutorService RejectedExecutionException TimeUnit)))

(set! *warn-on-reflection* true)

(deftest base64-is-the-standard-one
  (is (= "aGk/Pz8+" (base64-encode (.getBytes "hi???>")))))

(deftest compile-if-decides-when-it-is-expanded
  (is (= 1 (utils/compile-if true 1 (no-such-function))))
  (is (= 2 (utils/compile-if (throw (Exception.)) (no-such-function) 2))))

(deftest versions-are-compared-by-feature
  (is (utils/java-version>= 8))
  (is (not (utils/java-version>= 999)))
  (is (= (utils/java-version>= 21) (utils/have-virtual-threads?))))

(deftest a-fixed-worker-is-bounded
  (let [{:keys [^ExecutorService pool] :as worker}
        (utils/new-worker {:queue-type :array :queue-size 20480}
                          {:allow-virtual? false :n-threads 1 :queue-size 1 :prefix "w-"})
        go-on (CountDownLatch. 1)
        thread (promise)
        task #(do (deliver thread (.getName (Thread/currentThread)))
                  (.await go-on 5 TimeUnit/SECONDS))]
    (try
      (is (= {:type :fixed :n-min-threads 1 :n-max-threads 1 :queue-type :array :queue-size 1}
             (select-keys worker [:type :n-min-threads :n-max-threads :queue-type :queue-size])))
      (.execute pool task)
      (is (= "w-1" (deref thread 5000 nil)))
      (.execute pool task)
      (is (thrown? RejectedExecutionException (.execute pool task)))
      (finally
        (.countDown go-on)
        (.shutdown pool)))))

(deftest a-bad-queue-is-told
  (is (thrown-with-msg? IllegalArgumentException #":queue-type is :ring \(expected: :array or :linked\)"
                        (utils/new-worker {} {:allow-virtual? false :queue-type :ring}))))
