(ns aleph.http-relay-test
  "A server whose handler passes requests on and returns the client's responses as they are."
  (:require
   [aleph.http :as http]
   [aleph.versions :as versions]
   [clj-commons.byte-streams :as bs]
   [clojure.test :refer [deftest is testing use-fixtures]]
   [manifold.deferred :as d]
   [manifold.stream :as s])
  (:import
   (java.util Arrays Random)
   (weir.http HttpServer)))

(set! *warn-on-reflection* true)

(use-fixtures :each versions/each-version)

(def ^:private large
  "More than any buffer on the way holds."
  (let [bytes (byte-array 300000)]
    (.nextBytes (Random. 42) bytes)
    bytes))

(defn- origin [req]
  (case (:uri req)
    "/small" {:status 200, :headers {"x-from" "origin"}, :body "small"}
    "/large" {:status 200, :headers {"content-type" "application/octet-stream"}, :body large}
    "/chunked" {:status 200, :body (s/->source (map #(Arrays/copyOfRange ^bytes large (int %) (int (+ % 1000)))
                                                    (range 0 300000 1000)))}
    "/empty" {:status 204}
    "/echo" {:status 201, :body (:body req)}))

(defn- url [^HttpServer server path]
  (str "http://localhost:" (.port server) path))

(defn- relay [pool raw? origin-server]
  (fn [{:keys [request-method uri body]}]
    (http/request {:request-method request-method
                   :url (url origin-server uri)
                   :body body
                   :pool pool
                   :raw-stream? raw?
                   :throw-exceptions? false})))

(defn- same-bytes? [expected rsp]
  (Arrays/equals (bs/to-byte-array expected) (bs/to-byte-array (or (:body rsp) ""))))

(deftest a-response-of-the-client-can-be-the-response-of-a-handler
  (doseq [raw? [false true]]
    (testing (if raw? "raw" "cooked")
      (with-open [^HttpServer there (http/start-server origin {:port 0})
                  ^java.io.Closeable pool (http/connection-pool
                                           {:connections-per-host 16
                                            :connection-options {:raw-stream? raw?}})
                  ^HttpServer here (http/start-server (relay pool raw? there)
                                                      {:port 0, :raw-stream? raw?})
                  ^java.io.Closeable clients (http/connection-pool {:connections-per-host 16})]
        (let [ask (fn [[method path status expected body]]
                    (d/chain (http/request {:request-method method
                                            :url (url here path)
                                            :body body
                                            :pool clients})
                             (fn [rsp]
                               (and (= status (:status rsp)) (same-bytes? expected rsp)))))
              cases (cycle [[:get "/small" 200 "small" nil]
                            [:get "/large" 200 large nil]
                            [:get "/chunked" 200 large nil]
                            [:get "/empty" 204 "" nil]
                            [:post "/echo" 201 large large]
                            [:head "/large" 200 "" nil]])
              answers (map deref (mapv ask (take 300 cases)))]
          (is (every? true? answers)))))))
