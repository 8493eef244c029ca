(ns weir.codecs-test
  "JSON and transit by real libraries, through the client's bodies; and without any of them."
  (:require
   [aleph.client-servers :refer [failure value with-server]]
   [aleph.http :as http]
   [aleph.http.client-middleware :as mw]
   [clojure.edn :as edn]
   [clojure.java.io :as io]
   [clojure.string :as str]
   [clojure.test :refer [are deftest is testing]]
   [cognitect.transit :as transit]
   [weir.codecs :as codecs])
  (:import
   (java.awt Point)
   (java.io ByteArrayInputStream File)
   (java.util List)
   (weir.testing Program)))

(set! *warn-on-reflection* true)

(def ^:private libraries
  "The JSON libraries that are on the class path of the tests."
  {"cheshire" (#'codecs/cheshire)
   "data.json" (#'codecs/data-json)})

(def ^:private value-of-all {"a" [1 2.5 nil true "ä\u2028"] "b" {"c/d" {}}})

(deftest every-library-reads-what-it-writes
  (doseq [[library {:keys [write read read-strict]}] libraries]
    (testing library
      (let [s (write value-of-all nil)]
        (is (string? s))
        (is (= value-of-all (read s) (read s false) (read-strict s)))
        (is (= {:a [1 2.5 nil true "ä\u2028"] :b {:c/d {}}} (read s true) (read-strict s true)))
        (is (= {"A" 1} (read "{\"a\":1}" str/upper-case)) "or a function of the key")
        (is (thrown? Exception (doall (read "{\"a\""))))
        (is (= "{\"a\":1}" (write {:a 1} {})))))))

(deftest libraries-that-are-absent-are-passed-over
  (is (nil? (#'codecs/jsonista)))
  (is (nil? (#'codecs/charred))))

(deftest options-go-to-the-library-that-is-there
  (is (= "{\n  \"a\" : 1\n}" (codecs/write-json {:a 1} {:pretty true})))
  (is (= "{\"A\":1}" ((:write (libraries "data.json")) {:a 1} {:key-fn (comp str/upper-case name)}))))

;; ---- over the wire

(defn- back [req] {:status 200 :headers {"content-type" (get-in req [:headers "content-type"])} :body (:body req)})

(deftest forms-and-bodies-in-each-format
  (with-server [url back]
    (are [type as sent got] (= got (:body (value (http/post url {:form-params sent :content-type type :as as}))))
      :json :json {:a [1 {:b "ä"}]} {:a [1 {:b "ä"}]}
      :json :json-strict {:a 1} {:a 1}
      :json :json-string-keys {:a {:b 1}} {"a" {"b" 1}}
      :json :json-strict-string-keys {:a 1} {"a" 1}
      :json :auto {:a 1} {:a 1}
      :json :string {:a 1} "{\"a\":1}"
      :transit+json :transit+json {:a #{1 :k 'sym} "s" #inst "2020-01-01"} {:a #{1 :k 'sym} "s" #inst "2020-01-01"}
      :transit+msgpack :transit+msgpack {:a [1 2.5 "ä"]} {:a [1 2.5 "ä"]}
      :transit+json :auto {:a #{1}} {:a #{1}}
      :transit+msgpack :auto {:a #{1}} {:a #{1}}
      :edn :clojure {:a #{1}} {:a #{1}}
      :edn :auto {:a #{1}} {:a #{1}})
    (testing "with the options of a library"
      (is (= "{\n  \"a\" : 1\n}" (:body (value (http/post url {:form-params {:a 1} :content-type :json
                                                                 :json-opts {:pretty true} :as :string})))))
      (let [handler (transit/write-handler "point" (fn [^Point p] [(.x p) (.y p)]))]
        (is (= (Point. 1 2)
               (-> (http/post url {:form-params {:p (Point. 1 2)}
                                   :content-type :transit+json :as :transit+json
                                   :transit-opts {:encode {:handlers {Point handler}}
                                                  :decode {:handlers {"point" (transit/read-handler
                                                                               (fn [[x y]] (Point. x y)))}}}})
                   value :body :p)))))
    (testing "what is none fails the request"
      (doseq [[as body] {:json "{", :transit+json "{", :transit+msgpack (byte-array [0x92 1])}]
        (is (instance? Exception (failure (http/post url {:body body :content-type as :as as}))))))))

(deftest an-empty-body-is-no-value
  (with-server [url (constantly {:status 200})]
    (is (= "" (:body (value (http/get url {:as :json})))))
    (is (nil? (:body (value (http/get url {:as :transit+json})))))))

(deftest programs-may-put-functions-of-their-own-in-place
  (with-server [url back]
    (with-redefs [mw/json-decode (fn [s & _] [:mine s])]
      (is (= [:mine "{}"] (:body (value (http/post url {:body "{}" :content-type :json :as :json}))))))
    (is (= {:a 1} (mw/parse-transit (ByteArrayInputStream. (mw/transit-encode {:a 1} :json)) :json)))))

;; ---- without the libraries

(def ^:private program
  '(do
     (require '[aleph.http.client-middleware :as mw])
     (let [told (fn [f] (try (f) (catch clojure.lang.ExceptionInfo e [(:type (ex-data e)) (ex-message e)])))]
       (println "RESULT" (pr-str {:json? (mw/json-enabled?)
                                  :transit? (mw/transit-enabled?)
                                  :json (told #(mw/json-encode {:a 1}))
                                  :transit (told #(alength ^bytes (mw/transit-encode 1 :json)))}))
       (shutdown-agents))))

(defn- run-without
  "Runs the program in a JVM that lacks the jars of these names. Debian's of ring-json and tigris name that
  of cheshire in their manifests."
  [jars]
  (let [class-path (->> (str/split (System/getProperty "java.class.path") (re-pattern File/pathSeparator))
                        (remove #(re-find jars (.getName (io/file %))))
                        (str/join File/pathSeparator))
        java (str (io/file (System/getProperty "java.home") "bin" "java"))
        ^List command [java "-XX:TieredStopAtLevel=1" "-cp" class-path "clojure.main" "-e" (pr-str program)]
        output (Program/run "" command)]
    (edn/read-string (second (or (re-find #"RESULT (.*)" output) (throw (AssertionError. output)))))))

(deftest a-program-without-the-libraries-is-told-which-ones-there-are
  (is (= {:json? false :transit? false
          :json [:cheshire-not-loaded
                 "JSON needs cheshire, metosin/jsonista, com.cnuernber/charred or org.clojure/data.json on the class path"]
          :transit [:transit-not-loaded "transit needs com.cognitect/transit-clj on the class path"]}
         (run-without #"^(ring|tigris|cheshire|data\.json|transit)"))))

(deftest a-program-with-another-library-uses-that
  (is (= {:json? true :json "{\"a\":1}" :transit? true}
         (select-keys (run-without #"^(ring|tigris|cheshire)") [:json? :json :transit?]))))
