(ns weir.bytes.closing-test
  "Who closes what, and when.

  [D] converting a one-shot source (stream, channel, Manifold source) to an in-memory value closes it
  exactly once, on success and on failure; lazy results close on exhaustion, on .close, and when a
  derived Manifold source is closed."
  (:require [clj-commons.byte-streams :as bs]
            [clj-commons.byte-streams.protocols :as proto]
            [clojure.test :refer [are deftest is testing]]
            [weir.bytes.values :as v])
  (:import (java.io ByteArrayOutputStream Closeable IOException InputStream Reader)
           (java.nio ByteBuffer)
           (java.nio.channels Channels ReadableByteChannel)
           (weir.stream Stream)))

(set! *warn-on-reflection* true)

(defn- counting
  "A stream of `n` bytes that counts its closes, and at its end fails if there is a failure."
  ^InputStream [closes n failure]
  (let [left (atom n)
        one (fn [] (cond (pos? @left) (do (swap! left dec) 97)
                         failure (throw failure)
                         :else -1))]
    (proxy [InputStream] []
      (read
        ([] (one))
        ([target] (.read ^InputStream this target 0 (alength ^bytes target)))
        ([target off len]
         (if (zero? len)
           0
           (let [b (one)]
             (if (neg? b) -1 (do (aset-byte target off b) 1))))))
      (close [] (swap! closes inc)))))

(def ^:private memory
  {"byte[]" bs/to-byte-array
   "ByteBuffer" bs/to-byte-buffer
   "String" bs/to-string
   "str of CharSequence" (comp str bs/to-char-sequence)
   "vector" #(bs/convert % (bs/vector-of ByteBuffer))
   "convert to byte[]" #(bs/convert % bytes)
   "convert to String" #(bs/convert % String)
   "char[]" #(bs/convert % (class (char-array 0)))
   "bytes=" #(bs/bytes= % "aaa")
   "all buffers" (comp doall bs/to-byte-buffers)
   "all arrays" (comp doall bs/to-byte-arrays)
   "all lines" (comp doall bs/to-line-seq)
   "drained source" #(doall (v/messages (bs/convert % (bs/stream-of ByteBuffer))))
   "transfer to a stream" #(bs/transfer % (ByteArrayOutputStream.))
   "transfer to a file" #(bs/transfer % (v/file (byte-array 0)))
   "transfer to a sink" #(bs/transfer % bs/dev-null)})

(def ^:private wrap
  {"InputStream" identity
   "channel" #(Channels/newChannel ^InputStream %)
   "reader" #(java.io.InputStreamReader. ^InputStream %)})

(deftest reading-into-memory-closes-once
  (doseq [[what make] wrap, [how f] memory
          :let [closes (atom 0)]]
    (f (make (counting closes 3 nil)))
    (is (= 1 @closes) (str what ", " how))))

(deftest a-failure-midway-closes-once-and-is-thrown
  (doseq [[what make] wrap, [how f] memory
          :let [closes (atom 0)]]
    (is (thrown-with-msg? IOException #"torn" (f (make (counting closes 3 (IOException. "torn")))))
        (str what ", " how))
    (is (= 1 @closes) (str what ", " how))))

(deftest a-source-is-closed-when-it-was-read-or-failed
  (doseq [[how f] (dissoc memory "drained source" "all arrays" "all buffers")]
    (let [s (Stream/buffered 3)]
      (.put s (v/utf8 "a"))
      (.put s 42)
      (is (thrown? Exception (f s)) how)
      (is (.isClosed s) how))))

(deftest the-error-that-ended-a-source-is-thrown
  ;; [D] an errored source must surface as IOException from `read`, not as a clean end
  (doseq [[how f] (dissoc memory "drained source") ; whose failure is told beside the messages
          :let [s (Stream/buffered 3)]]
    (.put s (v/utf8 "a"))
    (.fail s (IOException. "reset by peer"))
    (is (thrown-with-msg? IOException #"reset by peer" (f s)) how)))

(deftest lazy-results-close-what-they-read
  (doseq [[how f] {"stream of a channel" #(bs/to-input-stream (Channels/newChannel ^InputStream %))
                   "reader" bs/to-reader
                   "channel" bs/to-readable-channel
                   "text" bs/to-char-sequence
                   "buffers" #(bs/to-byte-buffers % {:chunk-size 2})
                   "arrays" #(bs/to-byte-arrays % {:chunk-size 2})
                   "lines" bs/to-line-seq
                   "source" #(bs/convert % (bs/stream-of ByteBuffer) {:chunk-size 2})
                   "derived source" #(bs/convert % (bs/stream-of bytes) {:chunk-size 2})
                   "buffers of a sequence" #(bs/convert (list %) (bs/seq-of ByteBuffer))}
          :let [closes (atom 0)
                x (f (counting closes 5 nil))]]
    (when-not (= how "buffers of a sequence")
      (when-not (= how "lines") ; the reader has seen the end of so short a text
        (is (zero? @closes) how)))
    (if (instance? Closeable x) (.close ^Closeable x) (.close ^manifold.stream.core.IEventStream x))
    (is (= 1 @closes) how)))

(deftest a-sequence-cut-short-does-not-look-complete
  (let [closes (atom 0)
        s (bs/to-byte-buffers (counting closes 5 nil) {:chunk-size 2})]
    (second s)
    (.close ^Closeable s)
    (is (= 1 @closes))
    (is (= 2 (count (take 2 s))) "what was read stays")
    (is (thrown? IOException (doall s)))))

(deftest dropping-the-head-closes-nothing
  ;; #37 #55: hold the source from every cell, no finalizers
  (let [closes (atom 0)
        tail (rest (bs/to-byte-buffers (counting closes 50 nil) {:chunk-size 1}))]
    (System/gc)
    (is (zero? @closes))
    (is (= 49 (count tail)))))

(deftest transfers-close-their-sink-if-asked
  (let [closes (atom 0)
        sink #(proxy [ByteArrayOutputStream] [] (close [] (swap! closes inc)))]
    (bs/transfer "abc" (sink))
    (is (= 1 @closes))
    (bs/transfer "abc" (sink) {:close? false})
    (is (= 1 @closes))
    (is (thrown? IOException
                 (bs/transfer (counting (atom 0) 1 (IOException. "torn")) (sink))))
    (is (= 2 @closes))))

(deftest closing-a-stream-over-a-source-refuses-what-waits
  ;; [D] closing must close the source and complete pending puts with false
  (let [s (Stream/create)
        puts (mapv #(.put s (byte-array %)) [10 2000 2000 2000])
        in (bs/to-input-stream s)]
    (is (= [true true] (map deref (take 2 puts))))
    (.close in)
    (is (.isClosed s))
    (is (= [false false] (map #(deref % 1000 :pending) (drop 2 puts))))
    (is (false? @(.put s (byte-array 1))))))

(deftest a-sequence-read-as-a-channel-ends-with-its-reader
  ;; [D] seq-of ByteBuffer to channel, seq-of ByteSource to InputStream: bounded, ends when the
  ;; reader closes
  (let [pulled (atom 0)
        endless (fn [] (map (fn [_] (swap! pulled inc) (v/buffer (v/utf8 "abc"))) (iterate inc 0)))]
    (doseq [type [ReadableByteChannel InputStream]
            source-type [(bs/seq-of ByteBuffer) (bs/seq-of #'proto/ByteSource)]]
      (reset! pulled 0)
      (with-open [^Closeable in (bs/convert (endless) type {:source-type source-type})]
        (if (instance? InputStream in)
          (.readNBytes ^InputStream in 7)
          (.read ^ReadableByteChannel in (ByteBuffer/allocate 7))))
      (is (<= 1 @pulled 4)))))

(deftest endless-sequences-are-lazy
  ;; #21
  (is (= "xxx" (v/text (.readNBytes (bs/to-input-stream (repeat "x")) 3))))
  (is (= "xxx" (v/text (.readNBytes (bs/to-input-stream (bs/convert (repeat "x") (bs/stream-of bytes))) 3))))
  (is (= 3 (count (take 3 (bs/to-byte-buffers (repeat "x")))))))

(deftest a-source-is-not-read-far-ahead
  (let [s (Stream/create)
        puts (mapv (fn [_] (.put s (byte-array 1024))) (range 1000))]
    (with-open [in (bs/to-input-stream s {:buffer-size 4096})]
      (is (<= (count (filter realized? puts)) 5))
      (.readNBytes in 10240)
      (is (<= (count (filter realized? puts)) 15)))))

(deftest chunks-of-one-byte-are-stack-safe
  (let [n 100000]
    (is (= n (count (bs/to-byte-buffers (byte-array n) {:chunk-size 1}))))
    (is (= n (count (bs/to-string (bs/to-byte-buffers (byte-array n) {:chunk-size 1})))))
    (is (= n (count (bs/to-string (bs/convert (byte-array n) (bs/stream-of bytes)
                                              {:chunk-size 1})))))))

(deftest a-huge-file-is-mapped-in-pieces
  (let [f (v/file (byte-array 0))
        size (* 3 1024 1024 1024)]
    (with-open [r (java.io.RandomAccessFile. f "rw")]
      (.setLength r size)
      (.seek r (dec size))
      (.write r 97))
    (testing "of two billion bytes"
      (let [all (bs/to-byte-buffers f)]
        (is (= [2000000000 (- size 2000000000)] (map #(.remaining ^ByteBuffer %) all)))
        (is (= 97 (.get ^ByteBuffer (last all) (- size 2000000001))))))
    (testing "of a given size"
      (is (= 12 (count (bs/to-byte-buffers f {:chunk-size (* 256 1024 1024)})))))
    (testing "and an early close fails cleanly"
      (let [s (bs/to-byte-buffers f {:chunk-size 1024})]
        (.close ^Closeable s)
        (is (thrown? IOException (second s)))))
    (.delete f)))

(deftest a-file-is-mapped-for-writing-if-asked
  (let [f (v/file (v/utf8 "abc"))
        [^ByteBuffer b] (bs/to-byte-buffers f {:writable? true})]
    (.put b 1 (byte 120))
    (is (= "axc" (bs/to-string f)))))
