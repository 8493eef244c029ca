(ns aleph.versions
  "Runs the tests of a namespace over HTTP/1.1, and then once more over HTTP/2, as they are.

    (use-fixtures :each versions/each-version)

  The second time servers speak both versions, and pools and requests without a pool speak HTTP/2 from the
  first byte."
  (:require
   [aleph.http :as http]
   [clojure.test :refer [deftest testing]]
   [weir.test-runner :as runner])
  (:import
   (java.io Closeable)
   (weir.testing Protocol RawClient)))

(set! *warn-on-reflection* true)

(def ^:dynamic *http2?*
  "Whether the tests run over HTTP/2."
  false)

(def both
  "Options of a server that speaks both versions without TLS."
  {:http-versions [:http2 :http1] :use-h2c? true})

(defn- with-both [options]
  (if (:ssl-context options) options (merge both options)))

(defn- speaking-both [start-server]
  (fn [handler options]
    (start-server handler (with-both options))))

(defn- speaking-http2 [connection-pool]
  (fn [options]
    (connection-pool (update options :connection-options #(merge {:force-h2c? true} %)))))

(defn options
  "Options of a server that is to speak the version of the test; for those that aleph.http does not start."
  [options]
  (if *http2?* (with-both options) options))

(defn raw-client
  "Connects a raw client that speaks the version of the test."
  ^RawClient [port]
  (.client (if *http2?* Protocol/HTTP_2 Protocol/HTTP_1_1) port))

(defn protocol
  "The `:protocol` of requests."
  []
  (if *http2?* "HTTP/2.0" "HTTP/1.1"))

(defmacro http1-test
  "Defines a test that has no meaning over HTTP/2 in a namespace whose tests run over both; `why` says so."
  [test-name why & body]
  `(deftest ~(vary-meta test-name assoc :variants ["HTTP/1.1"] :doc why)
     (when-not *http2?*
       ~@body)))

(defn- over-http2 [run]
  (let [pool (speaking-http2 http/connection-pool)]
    (with-open [^Closeable default (pool {})]
      (with-redefs [http/start-server (speaking-both http/start-server)
                    http/connection-pool pool
                    http/default-connection-pool default]
        (binding [*http2?* true]
          (testing "over HTTP/2"
            (run)))))))

(def ^{:arglists '([run])} each-version
  "A fixture that runs each test twice, and makes two of it in the report."
  (with-meta
    (fn [run]
      (when-not (= "HTTP/2" runner/*variant*)
        (testing "over HTTP/1.1"
          (run)))
      (when-not (= "HTTP/1.1" runner/*variant*)
        (over-http2 run)))
    {:variants ["HTTP/1.1" "HTTP/2"]}))

(defn- speaking-either [start-server]
  (fn [handler options]
    (start-server handler (merge (if (:ssl-context options)
                                   {:http-versions [:http2 :http1]}
                                   both)
                                 options))))

(defn- by-connect [websocket-client]
  (fn
    ([url] (websocket-client url {:http-versions [:http2]}))
    ([url options] (websocket-client url (merge {:http-versions [:http2]} options)))))

(defn each-websocket-version
  "A fixture that runs each test twice: with WebSockets of HTTP/1.1, and with those that are streams of
  HTTP/2."
  [run]
  (testing "over HTTP/1.1"
    (run))
  (with-redefs [http/start-server (speaking-either http/start-server)
                http/websocket-client (by-connect http/websocket-client)]
    (binding [*http2?* true]
      (testing "over HTTP/2"
        (run)))))
