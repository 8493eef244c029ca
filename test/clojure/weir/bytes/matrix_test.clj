(ns weir.bytes.matrix-test
  "Every representation to every other, by the table of costs and by the bytes that arrive."
  (:require [clj-commons.byte-streams :as bs]
            [clojure.test :refer [deftest is testing]]
            [clojure.test.check :as tc]
            [clojure.test.check.generators :as gen]
            [clojure.test.check.properties :as prop]
            [weir.bytes.values :as v])
  (:import (weir.bytes Conversions Path Type)))

(set! *warn-on-reflection* true)

(def ^:private cost-table
  "Least costs; nil where nothing is to be done, in the order of `columns`."
  '{"String" [2 2 nil 0 2 2 3.5 2 3 4 6 2 4 5]
    "CharSequence" [3 3 1 nil 3 3 4.5 3 4 5 7 3 5 6]
    "byte[]" [nil 0 2 2 0 0 1.5 0 1 2 4 0 2 3]
    "ByteBuffer" [1 nil 3 2 0 0 1.5 0 1 2 4 0 2 3]
    "InputStream" [1.5 1.5 3 2 nil 0 1.5 0 1 2 4 1.5 2 3]
    "RBC" [1.5 1.5 3 2 0 nil 1.5 0 1 2 4 1.5 2 3]
    "Reader" [4.5 4.5 2.5 1.5 4.5 4.5 nil 4.5 5.5 6.5 8.5 4.5 6.5 7.5]
    "File" [1.5 1.5 3 2 0 0 1.5 0 0 1 3 1.5 1 2]
    "Path" [1.5 1.5 3 2 0 0 1.5 0 0 1 3 1.5 1 2]
    "ByteSource" [2 2 3 2 2 2 3.5 nil 3 4 6 2 4 5]
    "VBB" [2 1 4 3 1 1 2.5 1 1 2 4 nil 2 3]
    "vector-of String" [3 3 1 1 3 3 4.5 3 3 3 1 3 4 4]
    "SBB" [2.5 2.5 4 3 1 1 2.5 1 nil 1 3 2.5 1 2]
    "SB" [2.5 2.5 4 3 1 1 2.5 1 0 nil 2 2.5 1 1]
    "SS" [4.5 4.5 6 5 3 3 4.5 3 2 2 nil 4.5 3 3]
    "seq-of InputStream" [3 3 4.5 3.5 1.5 1.5 3 1.5 1.5 1.5 3 3 2.5 2.5]
    "TBB" [1.5 1.5 3 2 0 0 1.5 0 1 2 4 1.5 nil 1.1]
    "TB" [1.5 1.5 3 2 0 0 1.5 0 1 1 3 1.5 0.1 nil]
    "stream-of String" [3.6 3.6 5.1 4.1 2.1 2.1 3.6 2.1 3 3 1 3.6 2.2 2.1]})

(def ^:private columns
  ["byte[]" "ByteBuffer" "String" "CharSeq" "IS" "RBC" "Reader" "Src" "SBB" "SB" "SS" "VBB" "TBB" "TB"])

(defn- cost [src dst]
  (some-> ^Path (Conversions/path (Type/of src) (Type/of dst)) .cost))

(deftest least-costs-are-those-of-the-table
  (doseq [[from costs] cost-table
          [to expected] (map vector columns costs)
          :when expected]
    (is (= (double expected) (cost (first (v/sources from)) (v/targets to)))
        (str from " to " to))))

(deftest sinks-reach-each-other-and-nothing-else-does
  (let [sinks [java.io.OutputStream java.nio.channels.WritableByteChannel
               #'clj-commons.byte-streams.protocols/ByteSink]]
    (doseq [src [java.io.File java.io.OutputStream java.nio.channels.WritableByteChannel], dst sinks]
      (is (= 0.0 (cost src dst))))
    (doseq [src [String java.io.InputStream], dst sinks]
      (is (nil? (cost src dst))))
    (is (nil? (cost String java.io.File)))
    (is (nil? (cost java.io.OutputStream String)))))

(defn- arrives? [from to bytes sizes options]
  (let [[type make] (v/sources from)
        options (cond-> options
                  (::declared options) (-> (dissoc ::declared) (assoc :source-type type)))]
    (v/same? bytes (bs/convert (make bytes sizes) (v/targets to) options))))

(def ^:private sizes (gen/vector (gen/choose 0 5) 1 4))

(def ^:private options
  (gen/let [declared gen/boolean, chunk (gen/elements [nil 1 2 3 7 1000]), direct gen/boolean]
    (cond-> {:direct? direct}
      declared (assoc ::declared true)
      chunk (assoc :chunk-size chunk, :buffer-size chunk))))

(def ^:private any-text
  "Characters of one to four bytes."
  (gen/fmap #(v/utf8 (apply str %))
            (gen/vector (gen/elements ["a" "\n" "é" "ß" "€" "語" "😀" "𝄞"]))))

(defn- check [pairs bytes-gen]
  (doseq [[from to] pairs]
    (let [result (tc/quick-check 15 (prop/for-all [b bytes-gen, ns sizes, o options]
                                      (arrives? from to b ns o)))]
      (is (:pass? result)
          (pr-str from to (some-> result :shrunk :smallest (update 0 vec))
                  (some-> result :shrunk :result))))))

(deftest text-survives-every-way-whatever-the-chunks
  (check (for [from (keys v/sources), to (keys v/targets)
               ;; each of several streams is a text of its own
               :when (not= [from to] ["seq-of InputStream" "SS"])]
           [from to])
         any-text))

(deftest all-bytes-survive-every-way-without-text
  (check (for [from (keys v/sources), to (keys v/targets)
               :when (not (or (v/textual from) (v/textual to) (= "CharSeq" to)))]
           [from to])
         (gen/fmap byte-array (gen/vector gen/byte))))

(deftest a-callers-buffer-keeps-its-position
  (doseq [to (keys v/targets)
          :let [b (v/buffer (v/utf8 "héllo"))]]
    (v/bytes-of (bs/convert b (v/targets to)))
    (when-not (= "Src" to) ; the very buffer, which the reader takes from
      (is (= 3 (.position b)) to))))

(deftest every-source-goes-to-every-sink
  (doseq [from (keys v/sources)
          sink [:file :path :stream :channel]
          :let [bytes (v/utf8 "añ語😀")
                f (v/file (byte-array 0))
                out (java.io.ByteArrayOutputStream.)]]
    (testing (str from " to " sink)
      (bs/transfer ((second (v/sources from)) bytes [2 3])
                   (case sink
                     :file f
                     :path (.toPath f)
                     :stream out
                     :channel (java.nio.channels.Channels/newChannel out)))
      (is (v/same? bytes (if (#{:file :path} sink) (bs/to-byte-array f) (.toByteArray out)))))))
