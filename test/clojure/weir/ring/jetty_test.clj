(ns weir.ring.jetty-test
  "Ring applications get and give on this server what they get and give on Ring's Jetty adapter, but
  for the differences that docs/ring.md lists: no others, and each of these is met at least once."
  (:require
   [clojure.string :as str]
   [clojure.test :refer [deftest is testing]]
   [weir.ring.cases :as cases]
   [weir.ring.comparison :as comparison]))

(set! *warn-on-reflection* true)

(defn- spelling
  "A content type without blanks, in small letters."
  [[content-type]]
  (some-> content-type str/lower-case (str/replace " " "")))

(defn- framed-otherwise?
  "True if one of the servers says the length of a body where the other sends chunks or closes."
  [{:keys [what ours theirs our-response]}]
  (and (#{"content-length" "transfer-encoding"} what)
       (not= (nil? ours) (nil? theirs))
       (not (#{204 304} (:status our-response)))))

(defn- error-page?
  "True for what differs because the other server has described an error in a page."
  [{:keys [what their-response]}]
  (and (#{:body "content-length" "content-type" "cache-control" "date"} what)
       (re-find #"HTTP ERROR 500|Bad Message 400" (:body their-response))))

(defn- reset-content?
  "True for what a 205 has here: a length of zero, and nothing more."
  [{:keys [what our-response]}]
  (and (= 205 (:status our-response)) (#{:body "content-length" "transfer-encoding"} what)))

(defn- in-case [case-name what]
  #(and (= case-name (:case %)) (= what (:what %))))

(def ^:private explanations
  "The rows of the table in docs/ring.md, each with what it explains. The first that fits counts."
  [["server" #(= "server" (:what %))]
   ["connection" #(= "connection" (:what %))]
   ["reset-content" reset-content?]
   ["framing" framed-otherwise?]
   ["error-pages" error-page?]
   ["plain-text-charset" #(and (= "content-type" (:what %))
                               (= ["text/plain; charset=UTF-8"] (:ours %))
                               (= ["text/plain"] (:theirs %)))]
   ["content-type-spelling" #(and (= "content-type" (:what %))
                                  (= (spelling (:ours %)) (spelling (:theirs %))))]
   ["nil-response" (in-case "nil-response" :status)]
   ["dot-segments" (in-case "dot-segments" :status)]
   ["absent-keys" (in-case "keys" :body)]
   ["repeated-cookies" (in-case "repeated-cookies" :body)]
   ["request-charset" (in-case "request-charset" :body)]
   ["two-spellings" (in-case "two-spellings" "x-a")]])

(defn- explanation [difference]
  (some (fn [[id explains?]] (when (explains? difference) id)) explanations))

(def ^:private results
  "Groups to maps of cases to what `compare-case` returns."
  (delay
    (let [servers (comparison/start-both)]
      (try
        (into {}
              (for [[group cases] cases/groups]
                [group (into {} (for [[case-name a-case] cases]
                                  [case-name (comparison/compare-case servers a-case)]))]))
        (finally
          (comparison/stop-both servers))))))

(defn- differences [group]
  (for [[case-name {:keys [differences]}] (get @results group)
        difference differences]
    (assoc difference :case case-name)))

(defn- same-but-for-what-is-listed [group]
  (is (seq (get @results group)))
  (doseq [{:keys [what request] :as difference} (differences group)
          :when (nil? (explanation difference))]
    (testing (str (:case difference) ", request " request ": " what)
      (is (= (:theirs difference) (:ours difference))))))

(defn- none-fails [group]
  (doseq [[case-name {:keys [responses]}] (get @results group)]
    (testing case-name
      (is (every? #(< (:status %) 500) responses)))))

(deftest requests-are-the-same-maps
  (same-but-for-what-is-listed "request maps")
  (none-fails "request maps"))

(deftest responses-are-sent-in-the-same-way
  (same-but-for-what-is-listed "responses"))

(deftest failures-have-the-same-status
  (same-but-for-what-is-listed "failures"))

(deftest parameters-are-parsed-alike
  (same-but-for-what-is-listed "parameters")
  (none-fails "parameters"))

(deftest cookies-sessions-and-flash-work-alike
  (same-but-for-what-is-listed "state")
  (none-fails "state"))

(deftest files-and-resources-are-served-alike
  (same-but-for-what-is-listed "files")
  (none-fails "files"))

(deftest json-goes-in-and-out-alike
  (same-but-for-what-is-listed "json")
  (none-fails "json"))

(deftest routes-match-alike
  (same-but-for-what-is-listed "routes")
  (none-fails "routes"))

(deftest the-usual-stacks-of-middleware-work-alike
  (same-but-for-what-is-listed "defaults")
  (none-fails "defaults")
  (testing "which includes a login"
    (doseq [site ["site" "secure-site over https"]]
      (let [[_ login home] (get-in @results ["defaults" site :responses])]
        (is (= 302 (:status login)))
        (is (= "hello weir" (:body home)))))))

(deftest asynchronous-handlers-work-alike
  (same-but-for-what-is-listed "asynchronous"))

(defn- listed []
  (->> (slurp "docs/ring.md")
       str/split-lines
       (keep #(second (re-find #"^\| `([a-z-]+)` \|" %)))
       set))

(deftest the-list-of-differences-is-exact
  (is (= (listed) (set (map first explanations))) "docs/ring.md lists what this test explains")
  (is (= (listed) (set (keep explanation (mapcat differences (keys cases/groups)))))
      "each difference that is listed is met"))
