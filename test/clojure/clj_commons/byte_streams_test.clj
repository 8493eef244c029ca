(ns clj-commons.byte-streams-test
  "The facade's rules; what deviates from the original is marked [D], with the rule's words."
  (:require [byte-streams :as old]
            [byte-streams.graph]
            [byte-streams.protocols :as old-proto]
            [byte-streams.pushback-stream]
            [clj-commons.byte-streams :as bs]
            [clj-commons.byte-streams.char-sequence :as cs]
            [clj-commons.byte-streams.graph :as g]
            [clj-commons.byte-streams.protocols :as proto]
            [clj-commons.byte-streams.pushback-stream :as ps]
            [clojure.test :refer [are deftest is testing]]
            [weir.bytes.values :as v])
  (:import (java.io ByteArrayInputStream ByteArrayOutputStream Closeable File FilterInputStream
                    IOException InputStream Reader StringReader)
           (java.nio ByteBuffer)
           (java.nio.channels ReadableByteChannel WritableByteChannel)
           (java.nio.charset StandardCharsets)
           (weir.bytes ByteSource Type)
           (weir.stream Stream)))

(set! *warn-on-reflection* true)

(defn- counting
  "A stream of the bytes that counts its closes; fails after them if `failure` is given."
  ([bytes closes] (counting bytes closes nil))
  ([^bytes bytes closes failure]
   (let [in (ByteArrayInputStream. bytes)]
     (proxy [InputStream] []
       (read
         ([] (let [b (.read in)] (if (and failure (neg? b)) (throw failure) b)))
         ([target] (.read ^InputStream this target 0 (alength ^bytes target)))
         ([target off len]
          (let [n (.read in ^bytes target (int off) (int len))]
            (if (and failure (neg? n)) (throw failure) n))))
       (close [] (swap! closes inc))))))

;;; types and paths

(deftest types-print-as-they-are-written
  (is (= "(seq-of java.nio.ByteBuffer)" (pr-str (bs/seq-of ByteBuffer))))
  (is (= "(stream-of java.lang.String)" (pr-str (bs/stream-of String))))
  (is (= (bs/seq-of bytes) (bs/seq-of v/byte-array-class)))
  (is (= (Type/of ByteSource/KIND) (Type/of #'proto/ByteSource) (Type/of proto/ByteSource)
         (Type/of #'old-proto/ByteSource))))

(deftest values-have-types
  (are [t x] (= t (bs/type-descriptor x))
    (bs/vector-of String) ["a" 1]
    Type/ANY_SEQ (list 1)
    Type/ANY_STREAM (v/stream [])
    (Type/of String) "a"
    Type/NIL nil))

(deftest a-path-is-nil-when-there-is-none
  ;; [D] conversion-path: nil when impossible, as documented
  (is (nil? (bs/conversion-path Number String)))
  (is (= () (bs/conversion-path String CharSequence)))
  (is (= [[v/byte-array-class ByteBuffer]] (bs/conversion-path v/byte-array-class ByteBuffer))))

(deftest possible-conversions-are-distinct
  ;; [D] possible-conversions: distinct
  (let [all (bs/possible-conversions String)]
    (is (apply distinct? all))
    (is (some #{InputStream} all))
    (is (some #{#'proto/ByteSource} (map #(.shown (Type/of %)) (map Type/of [ByteSource/KIND]))))))

(deftest costs-are-of-a-value
  (is (= 2 (bs/conversion-cost "a" 'bytes)))
  (is (= 0 (bs/conversion-cost "a" CharSequence)))
  (is (= 9999 (bs/conversion-cost 1 String)))
  (is (= 9999 (bs/conversion-cost nil String))))

(deftest transfers-are-possible-between-classes
  ;; [D] optimized-transfer?: accept classes
  (is (true? (bs/optimized-transfer? String File)))
  (is (true? (bs/optimized-transfer? (bs/seq-of String) (Type/of java.io.OutputStream))))
  (is (false? (bs/optimized-transfer? String String))))

(deftest bytes-names-byte-arrays-everywhere
  ;; [D] `bytes` as the destination of convert: accept it and the symbol
  (is (v/same? "é" (bs/convert "é" bytes)))
  (is (v/same? "é" (bs/convert "é" 'bytes)))
  (is (v/same? "é" (bs/convert ["é"] (bs/vector-of bytes))) "and lifted")
  (is (= "é" (bs/convert (v/utf8 "é") String {:source-type bytes}))))

(deftest paths-and-char-arrays-are-types-like-any-other
  ;; [D] the library must add Path (like File), char[] via String, and its own buffer type as a
  ;; ByteSource (weir.net.ByteBufConversionsTest has the buffers)
  (let [f (.toPath (v/file (v/utf8 "né")))
        chars (class (char-array 0))]
    (are [x] (v/same? "né" x)
      (bs/convert f String)
      (bs/convert f bytes)
      (bs/convert f InputStream)
      (bs/convert f (bs/seq-of ByteBuffer))
      (bs/convert (char-array "né") bytes)
      (bs/convert (char-array "né") ByteBuffer)
      (bs/convert (list (char-array "n") (char-array "é")) String)
      (bs/convert (v/utf8 "né") chars)
      (bs/convert f chars))
    (is (instance? chars (bs/convert "né" chars)))
    (is (nil? (bs/transfer (char-array "!") f)))
    (is (= "né!" (bs/to-string f)))
    (is (= [[chars String] [String v/byte-array-class]]
           (bs/conversion-path chars v/byte-array-class)))))

(deftest ties-prefer-views
  ;; [D] ties must be broken by a documented order that prefers views over copies
  (let [b (byte-array 10000)
        [^ByteBuffer one & more] (bs/convert b (bs/seq-of ByteBuffer))]
    (is (empty? more) "one buffer, not chunks of 4096")
    (is (identical? b (.array one)))))

;;; empty, mixed, wrong

(deftest nil-is-refused-with-a-clear-message
  (doseq [f [bs/to-string bs/to-byte-array bs/to-input-stream #(bs/convert % String)]]
    (is (thrown-with-msg? IllegalArgumentException #"nil" (f nil)))))

(deftest empty-collections-give-empty-results
  ;; [D] (convert [] …): empty result
  (are [x] (and (= "" (bs/to-string x))
                (zero? (alength (bs/to-byte-array x)))
                (zero? (.remaining (bs/to-byte-buffer x)))
                (= -1 (.read (bs/to-input-stream x)))
                (empty? (bs/to-byte-buffers x))
                (= [] (bs/convert x (bs/vector-of String)))
                (empty? (v/messages (bs/convert x (bs/stream-of String)))))
    [] () (lazy-seq nil) (java.util.ArrayList.)))

(deftest an-empty-file-has-no-buffers
  (is (nil? (bs/convert (v/file (byte-array 0)) (bs/seq-of ByteBuffer)))))

(deftest a-mixed-vector-is-a-mixed-sequence
  ;; [D] vector of mixed types: treat like a mixed sequence
  (is (= "aébc" (bs/to-string ["a" (v/utf8 "é") (v/buffer (v/utf8 "b")) (StringBuilder. "c")])))
  (is (= "aé" (bs/to-string (list "a" (v/utf8 "é")))))
  (is (= "ab" (bs/to-string ["a" "b"]) (bs/to-string (list "a" "b")))))

(deftest what-is-no-bytes-is-refused
  ;; [D] lazy seq of numbers to String: throw
  (is (thrown? IllegalArgumentException (bs/to-string (map inc [1 2]))))
  (is (thrown? IOException (bs/to-string (v/stream [1 2]))))
  (doseq [x [{} #{} 1 :a]]
    (is (thrown-with-msg? IllegalArgumentException #"to java.lang.String" (bs/convert x String)))))

(deftest unknown-elements-are-converted-and-the-wrapper-is-changed
  ;; [D] #36: convert every element, change the wrapper
  (let [elements ["a" (v/utf8 "é") (v/buffer (v/utf8 "c"))]]
    (doseq [make [#(apply list elements) #(map identity elements) #(v/stream elements)]
            [class type] {ByteBuffer ByteBuffer, v/byte-array-class bytes, String String}]
      (let [all (bs/convert (make) (bs/seq-of type))]
        (is (every? #(instance? class %) all))
        (is (v/same? "aéc" all)))
      (let [all (v/messages (bs/convert (make) (bs/stream-of type)))]
        (is (= 3 (count all)))
        (is (every? #(instance? class %) all)))
      (is (vector? (bs/convert (make) (bs/vector-of type)))))))

(deftest a-missing-file-is-named
  (is (thrown? java.nio.file.NoSuchFileException (bs/to-string (File. "/nowhere/at/all")))))

;;; registration

(deftype Unheard [x])
(deftype Other [x])

(deftest registration-is-seen-after-a-failed-look-up
  ;; [D] registration must invalidate the caches
  (is (thrown? IllegalArgumentException (bs/to-string (Unheard. "a"))))
  (bs/def-conversion [Unheard String] [u] (.x u))
  (is (= "a" (bs/to-string (Unheard. "a"))))
  (is (= "ab" (bs/to-string (list (Unheard. "a") (Unheard. "b")))))
  (testing "and replaces the former one"
    (bs/def-conversion [Unheard String] [u options] (str (:prefix options) (.x u)))
    (is (= "-a" (bs/to-string (Unheard. "a") {:prefix "-"}))))
  (testing "and its cost steers the path"
    (bs/def-conversion ^{:cost 100} [Unheard String] [u] (throw (Exception. "dear")))
    (bs/def-conversion ^{:cost 1} [Unheard bytes] [u] (v/utf8 "cheap"))
    (is (= "cheap" (bs/to-string (Unheard. "a")))))
  (testing "through the old names too"
    (old/def-conversion [Other Unheard] [o] (Unheard. (.x o)))
    (is (= "cheap" (bs/to-string (Other. "a"))))))

(deftest the-old-names-are-the-same-things
  ;; [D] the deprecated sub-namespaces are aliases instead of copies
  (is (identical? bs/conversions old/conversions))
  (is (identical? bs/inverse-conversions old/inverse-conversions))
  (is (identical? bs/src->dst->transfer old/src->dst->transfer))
  (doseq [[new old] '{clj-commons.byte-streams byte-streams
                      clj-commons.byte-streams.graph byte-streams.graph
                      clj-commons.byte-streams.protocols byte-streams.protocols
                      clj-commons.byte-streams.pushback-stream byte-streams.pushback-stream}
          [s v] (ns-publics new)]
    (is (= @v @(ns-resolve old s)) (str old "/" s))))

(deftype Tape [letters])

(deftest extending-a-protocol-makes-a-source
  (is (thrown? IllegalArgumentException (bs/to-string (Tape. (atom ["a"])))))
  (extend-type Tape
    proto/ByteSource
    (take-bytes! [this n options]
      (let [[x & more] @(.letters this)] (reset! (.letters this) more) x)))
  (is (= "aéb" (bs/to-string (Tape. (atom ["a" (v/utf8 "é") (v/buffer (v/utf8 "b"))])))))
  (is (satisfies? old-proto/ByteSource (Tape. nil))))

(deftest a-custom-transfer-returns-its-value
  (bs/def-transfer [InputStream Unheard] [in sink options] [(slurp in) (.x ^Unheard sink) (:a options)])
  (is (= ["text" 1 2] (bs/transfer "text" (Unheard. 1) {:a 2}))))

(defn- clojure
  "Evaluates a form in a process of its own; returns what it prints."
  [paths form]
  (let [^java.util.List command
        [(str (System/getProperty "java.home") "/bin/java")
         "-cp" (apply str (interpose File/pathSeparator
                                     (concat paths [(System/getProperty "java.class.path")])))
         "clojure.main" "-e" (pr-str form)]
        p (-> (ProcessBuilder. command) (.redirectErrorStream true) (.start))]
    (slurp (.getInputStream p))))

(deftest types-are-made-in-java-so-that-namespaces-compile-in-any-order
  ;; [D] define descriptor types in Java (#34 #68)
  (let [dir (.toFile (java.nio.file.Files/createTempDirectory
                      "weir" (make-array java.nio.file.attribute.FileAttribute 0)))
        write (fn [n form] (spit (doto (File. dir (str n ".clj")) .deleteOnExit) form))]
    (write "weir_aot_a"
           "(ns weir-aot-a (:require [clj-commons.byte-streams :as bs]))
            (deftype Ours [x])
            (bs/def-conversion [Ours String] [o] (.x o))
            (bs/def-conversion [(bs/seq-of Ours) bytes] [os] (.getBytes (apply str (map #(.x ^Ours %) os))))
            (bs/def-transfer [Ours java.io.OutputStream] [o out] :moved)")
    (write "weir_aot_b" "(ns weir-aot-b (:require [byte-streams :as bs] [weir-aot-a]))
            (bs/def-conversion [weir_aot_a.Ours (bs/seq-of String)] [o] (map str (.x o)))")
    (doseq [order '[[weir-aot-a weir-aot-b] [weir-aot-b weir-aot-a]]]
      (let [out (.toFile (java.nio.file.Files/createTempDirectory
                          "weir" (make-array java.nio.file.attribute.FileAttribute 0)))]
        (clojure [out dir] `(binding [*compile-path* ~(str out)] (run! compile '~order)))
        (is (re-find #"fine :moved"
                     (clojure [out]
                              '(do (require 'weir-aot-b 'clj-commons.byte-streams)
                                   (let [convert (resolve 'clj-commons.byte-streams/convert)
                                         transfer (resolve 'clj-commons.byte-streams/transfer)
                                         ours #(eval (list 'weir_aot_a.Ours. %))]
                                     (println (convert (ours "fine") String)
                                              (transfer (ours "")
                                                        (java.io.ByteArrayOutputStream.))))))))))))
