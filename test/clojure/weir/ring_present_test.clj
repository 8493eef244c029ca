(ns weir.ring-present-test
  "Ring is there for the tests that need it: they are never skipped."
  (:require [clojure.test :refer [deftest is]]
            [ring.core.protocols :as protocols]
            [ring.middleware.params :refer [wrap-params]]
            [ring.util.response :as response])
  (:import (java.io ByteArrayOutputStream)))

(set! *warn-on-reflection* true)

(deftest ring-reads-the-parameters-of-a-query-string
  (let [handler (wrap-params #(response/response (get-in % [:query-params "name"])))]
    (is (= "weir" (:body (handler {:request-method :get :uri "/" :query-string "name=weir"}))))))

(deftest ring-writes-a-string-body-to-a-stream
  (let [out (ByteArrayOutputStream.)]
    (protocols/write-body-to-stream "water" (response/response "water") out)
    (is (= "water" (.toString out)))))
