(ns weir.bytes.values
  "Makes bytes in every representation, and reads every representation back, without the library."
  (:import (java.io ByteArrayInputStream ByteArrayOutputStream File InputStream Reader StringReader)
           (java.nio ByteBuffer)
           (java.nio.channels Channels ReadableByteChannel)
           (java.util.concurrent Flow$Publisher)
           (manifold.stream.core IEventSource)
           (weir.bytes ByteSource Type)
           (weir.stream Stream)))

(set! *warn-on-reflection* true)

(def byte-array-class (class (byte-array 0)))

(defn utf8 ^bytes [^String s] (.getBytes s "UTF-8"))

(defn text ^String [^bytes b] (String. b "UTF-8"))

(defn buffer
  "A buffer that is a window in the middle of a larger array."
  ^ByteBuffer [^bytes b]
  (let [wide (byte-array (+ 5 (alength b)))]
    (System/arraycopy b 0 wide 3 (alength b))
    (-> (ByteBuffer/wrap wide) (.position 3) (.limit (+ 3 (alength b))))))

(defn split
  "Cuts an array into pieces of the given sizes, repeated; a zero makes an empty piece."
  [^bytes b sizes]
  (loop [at 0, sizes (cycle (if (every? zero? sizes) [1] sizes)), pieces []]
    (if (< at (alength b))
      (let [n (min (long (first sizes)) (- (alength b) at))]
        (recur (+ at n) (rest sizes) (conj pieces (java.util.Arrays/copyOfRange b at (+ at n)))))
      pieces)))

(defn stream
  "A source that has been given all messages and is closed."
  ^Stream [messages]
  (let [s (Stream/buffered (max 1 (count messages)))]
    (run! #(.put s %) messages)
    (.close s)
    s))

(defn file ^File [^bytes b]
  (let [f (doto (File/createTempFile "weir" ".bytes") .deleteOnExit)]
    (with-open [out (java.io.FileOutputStream. f)] (.write out b))
    f))

(defn text-pieces
  "Cuts text into strings of one or two code points."
  [^bytes b]
  (map #(apply str %) (partition-all 2 (map #(String. (Character/toChars (int %)))
                                            (iterator-seq (.iterator (.codePoints (text b))))))))

(def sources
  "For each name a type and a function of the bytes and piece sizes."
  {"byte[]" [byte-array-class (fn [b _] b)]
   "ByteBuffer" [ByteBuffer (fn [b _] (buffer b))]
   "String" [String (fn [b _] (text b))]
   "CharSequence" [CharSequence (fn [b _] (StringBuilder. (text b)))]
   "InputStream" [InputStream (fn [^bytes b _] (ByteArrayInputStream. b))]
   "RBC" [ReadableByteChannel (fn [^bytes b _] (Channels/newChannel (ByteArrayInputStream. b)))]
   "Reader" [Reader (fn [b _] (StringReader. (text b)))]
   "File" [File (fn [b _] (file b))]
   "Path" [java.nio.file.Path (fn [b _] (.toPath (file b)))]
   "char[]" [(class (char-array 0)) (fn [b _] (.toCharArray (text b)))]
   "ByteSource" [(Type/of ByteSource/KIND)
                 (fn [b _] (let [bb (buffer b)]
                             (reify ByteSource
                               (takeBytes [_ n options] (ByteSource/take bb n options)))))]
   "VBB" [(Type/vectorOf ByteBuffer) (fn [b ns] (mapv buffer (split b ns)))]
   "vector-of String" [(Type/vectorOf String) (fn [b _] (vec (text-pieces b)))]
   "SBB" [(Type/seqOf ByteBuffer) (fn [b ns] (map buffer (split b ns)))]
   "SB" [(Type/seqOf byte-array-class) (fn [b ns] (map identity (split b ns)))]
   "SS" [(Type/seqOf String) (fn [b _] (text-pieces b))]
   "seq-of InputStream" [(Type/seqOf InputStream)
                         (fn [b ns] (map (fn [^bytes p] (ByteArrayInputStream. p)) (split b ns)))]
   "TBB" [(Type/streamOf ByteBuffer) (fn [b ns] (stream (map buffer (split b ns))))]
   "TB" [(Type/streamOf byte-array-class) (fn [b ns] (stream (split b ns)))]
   "stream-of String" [(Type/streamOf String) (fn [b _] (stream (text-pieces b)))]})

(def textual #{"String" "CharSequence" "Reader" "char[]" "vector-of String" "SS" "stream-of String"})

(def targets
  (-> (apply dissoc sources ["File" "Path" "vector-of String" "seq-of InputStream"
                             "stream-of String" "CharSequence"])
      (update-vals first)
      (assoc "CharSeq" CharSequence "IS" InputStream "Src" (Type/of ByteSource/KIND)
             "publisher" Flow$Publisher)))

(defn messages
  "Everything that a source emits."
  [^IEventSource s]
  (take-while #(not= ::end %) (repeatedly #(deref (.take s ::end false)))))

(declare bytes-of)

(defn- join ^bytes [parts]
  (let [out (ByteArrayOutputStream.)]
    (run! #(.writeBytes out (bytes-of %)) parts)
    (.toByteArray out)))

(defn- source-bytes [x]
  (let [options weir.bytes.Options/NONE]
    (join (take-while some? (repeatedly #(ByteSource/take x 3 options))))))

(defn- published [^Flow$Publisher p]
  (let [items (atom [])
        done (promise)]
    (.subscribe p (reify java.util.concurrent.Flow$Subscriber
                    (onSubscribe [_ s] (.request s Long/MAX_VALUE))
                    (onNext [_ x] (swap! items conj x))
                    (onError [_ t] (deliver done t))
                    (onComplete [_] (deliver done nil))))
    (when-let [t (deref done 10000 (Exception. "no end"))] (throw t))
    (join @items)))

(defn bytes-of
  "The bytes of a result."
  ^bytes [x]
  (cond
    (nil? x) (byte-array 0)
    (bytes? x) x
    (instance? ByteBuffer x) (let [b (byte-array (.remaining ^ByteBuffer x))]
                               (.get (.duplicate ^ByteBuffer x) b)
                               b)
    (instance? CharSequence x) (utf8 (str x))
    (= (class (char-array 0)) (class x)) (utf8 (String. ^chars x))
    (instance? InputStream x) (.readAllBytes ^InputStream x)
    (instance? Reader x) (utf8 (slurp x))
    (instance? ReadableByteChannel x) (.readAllBytes (Channels/newInputStream ^ReadableByteChannel x))
    (instance? IEventSource x) (join (messages x))
    (instance? Flow$Publisher x) (published x)
    (sequential? x) (join x)
    :else (source-bytes x)))

(defn same? [a b] (java.util.Arrays/equals (bytes-of a) (bytes-of b)))
