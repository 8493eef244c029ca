(ns weir.http.header-map-test
  (:require
    [clojure.string :as str]
    [clojure.test :refer [deftest is testing]]
    [clojure.test.check.clojure-test :refer [defspec]]
    [clojure.test.check.generators :as gen]
    [clojure.test.check.properties :as prop]
    [weir.http.view-model :as model])
  (:import
    (io.netty.handler.codec.http DefaultHttpHeaders EmptyHttpHeaders HttpHeaders ReadOnlyHttpHeaders)
    (java.util ArrayList)
    (java.util.function BiConsumer)
    (weir.http HeaderMap Headers)))

(set! *warn-on-reflection* true)

(defn- wire
  ^HttpHeaders [fields]
  (let [headers (DefaultHttpHeaders. false)]
    (doseq [[^String k v] fields]
      (.add headers k ^Object v))
    headers))

(defn- header-map
  ^HeaderMap [& fields]
  (HeaderMap. (wire (partition 2 fields))))

(defn- joined
  "The plain map that fields stand for."
  [fields]
  (reduce (fn [m [k v]]
            (let [k (str/lower-case k)
                  separator (if (= "cookie" k) "; " ",")]
              (update m k #(if % (str % separator v) v))))
          {}
          (remove #(str/starts-with? (first %) ":") fields)))

;;; generators

(def ^:private names
  ["host" "accept" "cookie" "set-cookie" "x-a" "x-b" "content-type" "content-length" "etag" "via"])

(def ^:private gen-case
  "A function that changes the case of a string."
  (gen/fmap (fn [upper] (fn [s] (apply str (map #(if %2 (str/upper-case %1) %1) s (cycle upper)))))
            (gen/not-empty (gen/vector gen/boolean))))

(def ^:private gen-value
  (gen/fmap str/trim gen/string-alphanumeric))

(def ^:private gen-field
  (gen/fmap (fn [[change-case name value]] [(change-case name) value])
            (gen/tuple gen-case (gen/elements (conj names ":path")) gen-value)))

(def ^:private gen-fields
  (gen/vector gen-field 0 25))

(def ^:private gen-key
  "Keys that mean the same in a header map and in a plain map: not other spellings of fields."
  (gen/one-of [(gen/elements names) (gen/elements ["new" "other" :params :x/y 'sym 7 nil [1]])]))

(def ^:private gen-new-value
  (gen/one-of [gen-value gen/small-integer (gen/return nil) (gen/vector gen-value 0 2)]))

;;; properties

(defspec a-header-map-cannot-be-told-from-a-plain-map 300
  (prop/for-all [fields gen-fields
                 ops (model/ops-gen gen-key gen-new-value)
                 touched gen/boolean]
    (let [view (HeaderMap. (wire fields))]
      (when touched (count view))
      (nil? (model/first-difference view (joined fields) ops (concat names ["new" :params 'sym 7 nil]))))))

(defspec a-field-is-found-by-every-spelling-of-its-name 200
  (prop/for-all [fields gen-fields, change-case gen-case]
    (let [view (HeaderMap. (wire fields))
          plain (joined fields)]
      (every? (fn [name]
                (let [value (get plain name)]
                  (= value
                     (get view (change-case name))
                     (get view (keyword (change-case name)))
                     (get view (symbol (change-case name)))
                     (view (change-case name))
                     ((keyword name) view)
                     (.get view ^String (change-case name)))))
              names))))

(defspec all-values-of-a-field-are-given-in-order 200
  (prop/for-all [fields gen-fields, change-case gen-case]
    (let [view (HeaderMap. (wire fields))]
      (every? (fn [name]
                (= (for [[k v] fields :when (= name (str/lower-case k))] v)
                   (.getAll view (change-case name))))
              names))))

(defspec names-are-listed-once-in-the-order-of-arrival 100
  (prop/for-all [fields gen-fields]
    (let [order (distinct (for [[k] fields :when (not= ":path" (str/lower-case k))]
                            (str/lower-case k)))]
      (= order (or (keys (HeaderMap. (wire fields))) []) (.names (HeaderMap. (wire fields)))))))

;;; tables

(deftest repeated-fields-are-joined
  (let [h (header-map "Via" "a" "VIA" "b" "Cookie" "x=1" "cookie" "y=2" "Set-Cookie" "s" "Set-Cookie" "t")]
    (is (= {"via" "a,b" "cookie" "x=1; y=2" "set-cookie" "s,t"} h))
    (is (= "x=1; y=2" (get h "COOKIE")))
    (is (= ["s" "t"] (.getAll h "set-cookie")))))

(deftest contains-is-strict-where-get-is-lenient
  (let [h (header-map "Content-Type" "text/plain")]
    (is (contains? h "content-type"))
    (is (not (contains? h "Content-Type")))
    (is (not (contains? h :content-type)))
    (is (= "text/plain" (get h "Content-Type") (:content-type h) ('CONTENT-TYPE h)))))

(deftest assoc-adds-exactly-the-key-given
  (let [h (assoc (header-map "A" "1") "Foo" "x" :bar "y")]
    (is (= {"a" "1" "Foo" "x" :bar "y"} h))
    (is (= "x" (get h "Foo")))
    (is (nil? (get h "foo")))
    (is (= "y" (:bar h)))
    (is (nil? (get h "bar")))
    (testing "so a field and its other spelling live side by side"
      (let [both (assoc h "A" "2")]
        (is (= 4 (count both)))
        (is (= "2" (get both "A")))
        (is (= "1" (get both "a")))))
    (testing "and a lower-case key is still found in any case"
      (is (= "new" (get (assoc h "a" "new") "A"))))))

(deftest dissoc-hides-a-lower-case-key-in-every-spelling
  (let [h (header-map "A" "1" "B" "2")]
    (is (= {"b" "2"} (dissoc h "a")))
    (is (nil? (get (dissoc h "a") "A")))
    (is (nil? (:a (dissoc h "a"))))
    (is (= {"a" "1" "b" "2"} (dissoc h "A") (dissoc h :a)))
    (is (= "3" (get (assoc (dissoc h "a") "a" "3") "A")))))

(deftest get-all-reads-the-wire-only
  (let [h (header-map "A" "1" "A" "2")]
    (is (= ["1" "2"] (.getAll ^HeaderMap (assoc h "a" "3") "a")))
    (is (= ["1" "2"] (.getAll ^HeaderMap (dissoc h "a") "A")))
    (is (= [] (.getAll h "b")))))

(deftest changes-keep-the-class-and-the-metadata
  (let [h (with-meta (header-map "A" "1") {:m 1})]
    (doseq [x [h (assoc h "b" 2) (dissoc h "a") (into h {"b" 2}) (merge h {"b" 2}) (vary-meta h assoc :n 2)]]
      (is (instance? HeaderMap x))
      (is (= 1 (:m (meta x)))))))

(deftest pseudo-header-fields-are-never-visible
  (let [h (header-map ":status" "200" "a" "1")]
    (is (= {"a" "1"} h))
    (is (nil? (get h ":status")))
    (is (nil? (find h ":status")))
    (is (not (contains? h ":status")))
    (is (= [] (.getAll h ":status")))
    (is (= "7" (get (assoc h ":status" "7") ":status")))))

(deftest any-kind-of-netty-headers-will-do
  (let [fields (into-array CharSequence ["A" "1" "a" "2" "B" "3"])
        h (HeaderMap. (ReadOnlyHttpHeaders. false fields))]
    (is (= {"a" "1,2" "b" "3"} h))
    (is (= "1,2" (get h "A")))
    (is (= "3" (:b h)))
    (is (nil? (get h "c"))))
  (is (= {} (HeaderMap. EmptyHttpHeaders/INSTANCE)))
  (is (nil? (seq (header-map)))))

(deftest destructuring-finds-strings-and-keywords
  (let [{:keys [host] :strs [accept] :as all} (header-map "Host" "h" "Accept" "a")]
    (is (= ["h" "a" 2] [host accept (count all)]))))

(deftest a-transient-may-not-be-used-after-persistent
  (let [t (transient (header-map "A" "1"))]
    (is (= "1" (get t "a") (t "A")))
    (is (= 1 (count t)))
    (persistent! t)
    (is (thrown? IllegalAccessError (assoc! t "b" "2")))))

(deftest java-reads-headers-through-an-interface
  (let [h (Headers/of (wire [["A" "1"] ["B" "2"] ["a" "3"]]))
        seen (ArrayList.)]
    (is (= "1,3" (.get h "A")))
    (is (nil? (.get h "c")))
    (is (.contains h "B"))
    (is (not (.contains h "c")))
    (is (= ["a" "b"] (.names h)))
    (.forEach h (reify BiConsumer (accept [_ k v] (.add seen [k v]))))
    (is (= [["a" "1,3"] ["b" "2"]] seen))))
