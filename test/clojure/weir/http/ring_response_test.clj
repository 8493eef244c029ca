(ns weir.http.ring-response-test
  (:require
    [clojure.test :refer [deftest is]]
    [clojure.test.check.clojure-test :refer [defspec]]
    [clojure.test.check.generators :as gen]
    [clojure.test.check.properties :as prop]
    [weir.http.messages :as messages :refer [response]]
    [weir.http.view-model :as model])
  (:import
    (weir.http RingResponse)))

(set! *warn-on-reflection* true)

(def ^:private gen-parts
  (gen/hash-map :status (gen/choose 100 599)
                :body (gen/elements [nil "body"])
                :keep-alive? gen/boolean
                :protocol (gen/elements ["HTTP/1.0" "HTTP/1.1" "HTTP/2.0"])
                :reason (gen/elements [nil "" "OK"])
                :trailers (gen/elements [nil {"t" "1"}])
                :fields (gen/elements [[] [["a" "1"] ["b" "2"]]
                                       [["content-length" "7"] ["link" "<x>; rel=y"]]])))

(defn- expected-map
  [{:keys [status body keep-alive? protocol reason trailers fields]}]
  (cond-> {:status status :headers (into {} fields) :body body :aleph/keep-alive? keep-alive?
           :protocol protocol :remote-addr "10.1.2.3"
           :protocol-version {:name "HTTP" :major (parse-long (subs protocol 5 6))
                              :minor (parse-long (subs protocol 7))}}
    (= "content-length" (ffirst fields)) (assoc :length 7 :links {:y {:href "x"}})
    reason (assoc :reason-phrase reason)
    trailers (assoc :trailers trailers)))

(def ^:private gen-key
  (gen/elements [:status :headers :body :aleph/keep-alive? :protocol :remote-addr :reason-phrase
                 :trailers :connection-time :request-time :length :protocol-version :links :cookies "status" nil]))

(defspec a-response-cannot-be-told-from-a-plain-map 300
  (prop/for-all [parts gen-parts
                 ops (model/ops-gen gen-key gen/small-integer)]
    (nil? (model/first-difference (response parts) (expected-map parts) ops
                                  [:status :headers :body :aleph/keep-alive? :protocol :remote-addr
                                   :reason-phrase :trailers :connection-time :request-time :length
                                   :protocol-version :links "status" nil]))))

(deftest extras-are-put-on-the-view
  (let [r (assoc (response {:status 404}) :request-time 3 :connection-time 0)]
    (is (instance? RingResponse r))
    (is (= [404 3 0] ((juxt :status :request-time :connection-time) r)))))

(deftest java-reads-a-response-through-an-interface
  (let [r (response {:status 201 :reason "Created" :fields [["A" "1"]] :body "b"})]
    (is (= [201 "Created" "1" "b" "HTTP/1.1"]
           [(.status r) (.reasonPhrase r) (.get (.headers r) "a") (.body r) (.protocol r)]))
    (is (= (messages/address [10 1 2 3] 50000) (.remoteAddress r)))))
