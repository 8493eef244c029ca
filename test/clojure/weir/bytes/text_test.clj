(ns weir.bytes.text-test
  "Encoding and decoding, lines, comparing, printing, files, and the queue."
  (:require [clj-commons.byte-streams :as bs]
            [clj-commons.byte-streams.char-sequence :as cs]
            [clj-commons.byte-streams.graph :as g]
            [clj-commons.byte-streams.protocols :as proto]
            [clj-commons.byte-streams.pushback-stream :as ps]
            [clojure.test :refer [are deftest is testing]]
            [clojure.test.check.clojure-test :refer [defspec]]
            [clojure.test.check.generators :as gen]
            [clojure.test.check.properties :as prop]
            [weir.bytes.values :as v])
  (:import (java.io ByteArrayInputStream Closeable DataInputStream IOException InputStream Reader)
           (java.nio ByteBuffer)
           (java.nio.channels ReadableByteChannel WritableByteChannel)
           (java.nio.charset Charset StandardCharsets)
           (weir.stream Stream)))

(set! *warn-on-reflection* true)

;;; encoding

(deftest every-spelling-of-an-encoding-reaches-every-step
  ;; [D] InputStream → Reader: keyword too; :encoding in every spelling (string, keyword, Charset [D])
  (doseq [encoding ["ISO-8859-1" :iso-8859-1 StandardCharsets/ISO_8859_1]
          :let [o {:encoding encoding}
                b (.getBytes "né" "ISO-8859-1")]]
    (are [x] (= "né" x)
      (bs/to-string b o)
      (bs/to-string (ByteBuffer/wrap b) o)
      (bs/to-string (ByteArrayInputStream. b) o)
      (bs/to-string (v/stream [b]) o)
      (bs/to-string (list b) o)
      (str (bs/to-char-sequence (ByteArrayInputStream. b) o))
      (slurp (bs/to-reader b o))
      (first (bs/to-line-seq b o))
      (first (bs/convert [b] (bs/seq-of String) o))
      (first (v/messages (bs/convert (v/stream [b]) (bs/stream-of String) o))))
    (are [x] (v/same? b x)
      (bs/to-byte-array "né" o)
      (bs/to-byte-buffer "né" o)
      (bs/to-input-stream "né" o)
      (bs/to-data-input-stream "né" o) ; [D] options are passed on
      (bs/to-byte-buffers "né" o)
      (bs/to-input-stream (list "né") o)
      (let [f (v/file (byte-array 0))] (bs/transfer "né" f o) (bs/to-byte-array f))))
  (is (thrown? IllegalArgumentException (bs/to-string (byte-array 1) {:encoding "no such"}))))

(def ^:private broken (byte-array [97 -61 98]))

(deftest malformed-bytes-are-treated-as-asked
  ;; [D] :on-encoding-error is honoured; default :replace; :report throws IllegalArgumentException
  (doseq [[how f] {"byte[]" bs/to-string
                   "buffer" #(bs/to-string (ByteBuffer/wrap %1) %2)
                   "direct" #(bs/to-string (.flip (.put (ByteBuffer/allocateDirect 3) ^bytes %1)) %2)
                   "stream" #(bs/to-string (ByteArrayInputStream. %1) %2)
                   "source" #(bs/to-string (v/stream [%1]) %2)
                   "text" #(str (bs/to-char-sequence (ByteArrayInputStream. %1) %2))
                   "text by chars" #(let [^CharSequence s (bs/to-char-sequence
                                                           (ByteArrayInputStream. %1) %2)]
                                      (.charAt s 0)
                                      (str s))
                   "strings" #(first (bs/convert [%1] (bs/seq-of String) %2))}]
    (testing how
      (is (= "a\ufffdb" (f broken {})))
      (is (= "a\ufffdb" (f broken {:on-encoding-error :replace})))
      (is (= "ab" (f broken {:on-encoding-error :ignore})))
      (is (thrown? IllegalArgumentException (f broken {:on-encoding-error :report}))))))

(defspec text-can-be-looked-at-in-any-way-while-it-is-decoded 100
  ;; [D] charAt, subSequence and toString, forcing as much as needed, and length forcing all
  (prop/for-all [parts (gen/vector (gen/elements ["a" "é" "€" "😀"]) 1 40)
                 chunk (gen/choose 1 9)
                 at gen/nat]
    (let [s ^String (apply str parts)
          open #(bs/to-char-sequence (ByteArrayInputStream. (v/utf8 s)) {:chunk-size chunk})
          at (mod at (count s))]
      (and (= (.charAt s at) (.charAt ^CharSequence (open) at))
           (= (subs s at) (str (.subSequence ^CharSequence (open) at (count s))))
           (= (count s) (.length ^CharSequence (open)))
           (let [^CharSequence t (open)]
             (.charAt t at)
             (= s (str t) (str t)))))))

(deftest decoding-takes-what-it-needs-and-closes-at-the-end
  (let [taken (atom 0), closed (atom 0)
        pieces (atom (map v/utf8 ["ab" "c" "d"]))
        s (cs/decode-byte-source (fn [n] (swap! taken inc) (let [[x & more] @pieces] (reset! pieces more) x))
                                 #(swap! closed inc)
                                 {:chunk-size 4})]
    (is (= \b (.charAt ^CharSequence s 1)))
    (is (= [1 0] [@taken @closed]))
    (is (= "abcd" (str s)))
    (is (= 1 @closed))
    (is (thrown? IndexOutOfBoundsException (.charAt ^CharSequence s 4)))))

;;; lines

(deftest lines-are-read-lazily-and-the-reader-closes-at-the-end
  ;; [D] to-line-seq: closes at end; IOException while reading is thrown
  (let [closes (atom 0)
        r (proxy [java.io.StringReader] ["a\nb\r\nc"] (close [] (swap! closes inc)))]
    (is (= ["a" "b" "c"] (bs/to-line-seq r)))
    (is (= 1 @closes)))
  (is (nil? (bs/to-line-seq "")))
  (let [failing (proxy [Reader] []
                  (read ([] (throw (IOException. "torn")))
                        ([_] (throw (IOException. "torn")))
                        ([_ _ _] (throw (IOException. "torn"))))
                  (close []))]
    (is (thrown-with-msg? IOException #"torn" (doall (bs/to-line-seq failing))))))

;;; helpers

(deftest one-argument-byte-arrays-are-a-sequence
  ;; [D] to-byte-arrays must return a seq
  (is (seq? (bs/to-byte-arrays "abc")))
  (is (v/same? "abc" (bs/to-byte-arrays "abc")))
  (is (= [2 1] (map alength (bs/to-byte-arrays "abc" {:chunk-size 2})))))

(deftest an-input-stream-leaves-the-buffer-alone
  ;; [D] to-input-stream: duplicate
  (let [b (v/buffer (v/utf8 "abc"))]
    (is (= "abc" (slurp (bs/to-input-stream b))))
    (is (= 3 (.position b)))))

(deftest what-is-there-already-is-returned-as-it-is
  (doseq [[f x] {bs/to-byte-array (byte-array 1)
                 bs/to-byte-buffer (ByteBuffer/allocate 1)
                 bs/to-string (String. "a")
                 bs/to-input-stream (ByteArrayInputStream. (byte-array 1))
                 bs/to-data-input-stream (DataInputStream. (ByteArrayInputStream. (byte-array 1)))
                 bs/to-char-sequence (StringBuilder. "a")}]
    (is (identical? x (f x)))))

(deftest a-buffer-that-covers-its-array-is-not-copied
  (let [a (byte-array 3)]
    (is (identical? a (bs/to-byte-array (ByteBuffer/wrap a))))
    (is (not (identical? a (bs/to-byte-array (ByteBuffer/wrap a 1 2)))))))

(deftest a-zero-length-read-is-zero
  ;; [D] ByteBufferInputStream: a zero-length read returns 0
  (doseq [^InputStream in [(clj_commons.byte_streams.ByteBufferInputStream. (ByteBuffer/allocate 0))
                           (byte_streams.ByteBufferInputStream. (ByteBuffer/allocate 0))]]
    (is (= 0 (.read in (byte-array 1) 0 0)))
    (is (= -1 (.read in (byte-array 1) 0 1)))))

(deftest a-stream-over-a-buffer-marks-and-skips
  (let [in (clj_commons.byte_streams.ByteBufferInputStream. (v/buffer (v/utf8 "abcdef")))]
    (is (= 2 (.skip in 2)))
    (.mark in 10)
    (is (= 4 (.available in)))
    (is (= 4 (.skip in 100)))
    (.reset in)
    (is (= "cdef" (slurp in)))))

;;; sources and sinks

(deftest a-channels-failure-is-no-end
  ;; [D] take-bytes! of a channel: propagate I/O errors
  (let [c (reify ReadableByteChannel
            (read [_ _] (throw (IOException. "torn")))
            (isOpen [_] true)
            (close [_]))]
    (is (thrown-with-msg? IOException #"torn" (proto/take-bytes! c 3 nil)))
    (is (thrown-with-msg? IOException #"torn" (bs/to-string c)))))

(deftest all-bytes-go-into-a-channel-that-takes-a-few-at-a-time
  ;; [D] send-bytes! to a WritableByteChannel: loop
  (let [got (java.io.ByteArrayOutputStream.)
        c (reify WritableByteChannel
            (write [_ b] (if (.hasRemaining b) (do (.write got (.get b)) 1) 0))
            (isOpen [_] true)
            (close [_]))
        b (v/buffer (v/utf8 "abc"))]
    (proto/send-bytes! c b nil)
    (is (= "abc" (str got)))
    (is (= 3 (.position b)))))

(deftest bytes-are-taken-piece-by-piece
  (doseq [[make class] [[#(ByteArrayInputStream. %) v/byte-array-class]
                        [#(bs/to-readable-channel %) ByteBuffer]
                        [#(ByteBuffer/wrap %) ByteBuffer]]
          :let [src (make (v/utf8 "abcde"))
                pieces (vec (take-while some? (repeatedly #(proto/take-bytes! src 2 {}))))]]
    (is (every? #(instance? class %) pieces))
    (is (= [2 2 1] (map #(alength (v/bytes-of %)) pieces)))
    (is (v/same? "abcde" pieces)))
  (testing "of a buffer in its own byte order"
    (is (= java.nio.ByteOrder/LITTLE_ENDIAN
           (.order ^ByteBuffer (proto/take-bytes! (.order (ByteBuffer/allocate 2)
                                                          java.nio.ByteOrder/LITTLE_ENDIAN)
                                                  1 nil))))))

(deftest what-can-be-closed
  (is (proto/closeable? (ByteArrayInputStream. (byte-array 0))))
  (is (not (proto/closeable? nil)))
  (is (not (proto/closeable? "a"))))

(deftest everything-goes-nowhere
  (bs/transfer "abc" bs/dev-null)
  (is (nil? (proto/send-bytes! bs/dev-null "abc" nil))))

;;; files

(deftest files-are-appended-to-or-truncated
  ;; [D] :append? false: truncate
  (let [f (v/file (v/utf8 "0123456789"))]
    (bs/transfer "ab" f)
    (is (= "0123456789ab" (bs/to-string f)))
    (bs/transfer "xy" f {:append? false})
    (is (= "xy" (bs/to-string f)))
    (with-open [out (bs/to-output-stream f)] (.write out (v/utf8 "z")))
    (is (= "xyz" (bs/to-string (.toPath f))))
    (with-open [out (bs/to-output-stream f {:append? false})] (.write out (v/utf8 "z")))
    (is (= "z" (bs/to-string f)))
    (bs/transfer f f {:append? true})
    (is (= "zz" (bs/to-string f)))))

(deftest the-source-type-of-a-transfer-counts
  ;; [D] transfer: the source-type argument is honoured
  (let [f (v/file (byte-array 0))]
    (bs/transfer (list "a" "b") (bs/seq-of String) f {})
    (is (= "ab" (bs/to-string f)))
    (is (thrown? IllegalArgumentException (bs/transfer "a" Number f {})))))

(deftest a-chunk-size-must-be-positive
  (is (thrown? IllegalArgumentException
               (bs/transfer "a" (v/file (byte-array 0)) {:chunk-size 0}))))

(deftest no-route-is-told-with-both-types
  (is (thrown-with-msg? IllegalArgumentException #"java.lang.Long.*java.lang.String"
                        (bs/transfer 1 "a"))))

;;; comparing and printing

(defn- unsigned [^bytes a ^bytes b]
  (or (first (remove zero? (map #(- (bit-and 255 (long %1)) (bit-and 255 (long %2))) a b)))
      (- (alength a) (alength b))))

(defspec bytes-compare-unsigned-whatever-the-chunks 200
  ;; [D] compare the byte sequences
  (prop/for-all [a (gen/fmap byte-array (gen/vector (gen/elements [0 1 127 -128 -1]) 0 6))
                 b (gen/fmap byte-array (gen/vector (gen/elements [0 1 127 -128 -1]) 0 6))
                 sizes (gen/vector (gen/choose 0 3) 1 3)]
    (let [expected (long (unsigned a b))]
      (and (= expected (bs/compare-bytes a b) (bs/compare-bytes (v/buffer a) b))
           (= (Long/signum expected)
              (Long/signum (bs/compare-bytes (map v/buffer (v/split a sizes)) b))
              (Long/signum (bs/compare-bytes a (v/stream (v/split b [2]))))
              (Long/signum (bs/compare-bytes (ByteArrayInputStream. a) (v/buffer b))))
           (= (zero? expected) (bs/bytes= a (list (v/buffer b))))))))

(deftest bytes-print-in-hexadecimal-and-as-text
  (is (= "" (with-out-str (bs/print-bytes ""))))
  (is (= (str "30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66      0123456789abcdef\n"
              "00 20 7E                                              . ~\n")
         (let [^String printed (with-out-str (bs/print-bytes "0123456789abcdef\u0000 ~"))]
           (.replace printed (System/lineSeparator) "\n")))))

;;; the queue

(deftest puts-wait-beyond-the-capacity-and-nothing-is-dropped
  (let [p (ps/pushback-stream 4)
        a (byte-array 8)]
    (is (true? @(ps/put-array p (v/utf8 "abcd") 0 4)))
    (let [waiting (ps/put-buffer p (v/buffer (v/utf8 "efg")))]
      (is (not (realized? waiting)))
      (is (= 4 @(ps/take p a 0 4)))
      (is (true? @waiting))
      (is (= 3 @(ps/eager-take p a 4 4)))
      (is (= "abcdefg" (String. a 0 7))))))

(deftest takes-wait-for-all-or-eagerly-for-some
  (let [p (ps/pushback-stream 100)
        a (byte-array 4), b (byte-array 4)
        all (ps/take p a 0 3)
        some-of (ps/eager-take p b 0 4)]
    (ps/put-array p (v/utf8 "ab") 0 2)
    (is (not (realized? all)))
    (ps/put-array p (v/utf8 "cd") 0 2)
    (is (= [3 1] [@all @some-of]))
    (let [last-one (ps/take p a 0 4)]
      (ps/put-array p (v/utf8 "e") 0 1)
      (ps/close p)
      (is (= 1 @last-one))
      (is (= 0 @(ps/take p a 0 4) @(ps/eager-take p a 0 4)))
      (is (false? @(ps/put-array p (v/utf8 "f") 0 1))))))

(deftest bytes-given-back-come-first
  ;; [D] pushback: put in front, as the name says
  (let [p (ps/pushback-stream 100)
        a (byte-array 6)]
    (ps/put-array p (v/utf8 "cd") 0 2)
    (ps/pushback-array p (v/utf8 "xby") 1 1)
    (ps/pushback-buffer p (v/buffer (v/utf8 "a")))
    (ps/close p)
    (is (= 4 @(ps/take p a 0 6)))
    (is (= "abcd" (String. a 0 4)))))

(deftest a-queue-is-read-as-a-stream
  (let [p (ps/pushback-stream 100)
        ^InputStream in (ps/->input-stream p)]
    (ps/put-array p (v/utf8 "abc") 0 3)
    (is (= 3 (.available in)))
    (is (= 1 (.skip in 1)))
    (is (= (int \b) (.read in)))
    (is (thrown? UnsupportedOperationException (.mark in 1)))
    (is (thrown? UnsupportedOperationException (.reset in)))
    (.close in)
    (is (= "c" (slurp in)))
    (is (false? @(ps/put-array p (v/utf8 "c") 0 1)))))

(deftest many-putters-and-takers-lose-nothing
  (let [p (ps/pushback-stream 64)
        n 2000
        putters (doall (for [_ (range 4)]
                         (future (dotimes [_ n] @(ps/put-array p (byte-array 3 (byte 1)) 0 3)))))
        takers (doall (for [_ (range 3)]
                        (future (let [a (byte-array 5)]
                                  (loop [sum 0]
                                    (let [got (long @(ps/eager-take p a 0 5))]
                                      (if (zero? got) sum (recur (+ sum got)))))))))]
    (run! deref putters)
    (ps/close p)
    (is (= (* 4 3 n) (reduce + (map deref takers))))))

;;; the graph as a value

(deftest graphs-are-values
  (let [g (-> (g/conversion-graph)
              (g/assoc-conversion String Long (fn [s _] (parse-long s)) 2)
              (g/assoc-conversion Long Double (fn [n o] (* (:by o 1.0) n)) 1))]
    (is (= [[(g/type String) (g/type Long)] [(g/type Long) (g/type Double)]]
           (:path (g/conversion-path g String Double))))
    (is (= 3.0 (:cost (g/conversion-path g String Double))))
    (is (nil? (g/conversion-path g Double String)))
    (is (= 84 ((g/conversion-fn g String Double) "42" {:by 2})))
    (is (= [42 43] ((g/conversion-fn g (g/type 'seq String) (g/type 'seq Long)) ["42" "43"] {})))
    (is (contains? (g/possible-sources g) (g/type String)))
    (is (contains? (g/possible-targets g) (g/type 'stream Double)))
    (is (= 42 ((:f (g/conversion g String Long)) "42" nil)))
    (is (g/assignable? String CharSequence))
    (is (= 1 (count (g/implicit-conversions (g/type 'vector String)))))))

(deftest a-closeable-sequence-closes
  (let [closes (atom 0), close #(swap! closes inc)]
    (is (= [1 2] (g/closeable-seq [1 2] true close)))
    (is (= 1 @closes))
    (is (nil? (g/closeable-seq [] true close)))
    (is (= 2 @closes))
    (let [s (g/closeable-seq [1 2] false close)]
      (doall s)
      (is (= 2 @closes)))
    (let [s (g/closeable-seq [1 2] false close)]
      (.close ^Closeable s)
      (is (= 3 @closes)))))
