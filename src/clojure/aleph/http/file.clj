(ns aleph.http.file
  "Files and regions of files as bodies. `aleph.http/file` makes them; this namespace is loaded when
  the first one is made."
  (:require
   [clj-commons.byte-streams :as bs]
   [manifold.stream :as s])
  (:import
   (java.io EOFException File)
   (java.nio ByteBuffer)
   (java.nio.channels FileChannel)
   (java.nio.file OpenOption Path StandardOpenOption)
   (weir.http.body FileSlice)))

(set! *warn-on-reflection* true)

(def ^:dynamic *default-file-chunk-size*
  "Bytes that are read at once where the kernel cannot send a file by itself."
  FileSlice/DEFAULT_CHUNK_BYTES)

(defrecord HttpFile [^File fd ^long offset ^long length ^long chunk-size]
  FileSlice
  (path [_] (.toPath fd))
  (start [_] offset)
  (byteCount [_] length)
  (chunkBytes [_] (int chunk-size)))

(defmethod print-method HttpFile [^HttpFile file ^java.io.Writer writer]
  (.write writer (str "HttpFile[fd:" (:fd file)
                      " offset:" (:offset file)
                      " length:" (:length file) "]")))

(defn- ->file ^File [path]
  (cond
    (instance? File path) path
    (instance? Path path) (.toFile ^Path path)
    (string? path) (File. ^String path)
    :else (throw (IllegalArgumentException.
                  (str "path is a " (.getName (class path))
                       " (expected: a String, a java.io.File or a java.nio.file.Path)")))))

(defn- number [k n]
  (if (integer? n)
    n
    (throw (IllegalArgumentException.
            (str k " is " (pr-str n) " (expected: an integer; offset and length go together)")))))

(defn http-file
  "Describes a file, or `length` bytes from `offset` of it, as a body. The length is that of now.
  Throws IllegalArgumentException if there is no such file, or no such region in it."
  ([path]
   (http-file path nil nil nil))
  ([path offset length]
   (http-file path offset length nil))
  ([path offset length chunk-size]
   (when (nil? path)
     (throw (IllegalArgumentException. "path is nil (expected: a String, a File or a Path)")))
   (let [file (->file path)
         chunk (number "chunk-size" (or chunk-size *default-file-chunk-size*))]
     (FileSlice/checkFile (.toPath file))
     (if (and (nil? offset) (nil? length))
       (HttpFile. file 0 (.length file) chunk)
       (let [offset (number "offset" offset)
             length (number "length" length)]
         (FileSlice/check (.toPath file) offset length chunk)
         (HttpFile. file offset length chunk))))))

(defn- read-chunk ^ByteBuffer [^FileChannel channel ^long at ^long n]
  (let [chunk (ByteBuffer/allocate n)]
    (while (.hasRemaining chunk)
      (when (neg? (.read channel chunk (+ at (.position chunk))))
        (throw (EOFException. (str "the file has shrunk while it was read, at " at)))))
    (.flip chunk)))

(defn- chunks [^FileChannel channel at left chunk-size]
  (lazy-seq
   (if (zero? left)
     (.close channel)
     (let [n (min left chunk-size)]
       (cons (read-chunk channel at n)
             (chunks channel (+ at n) (- left n) chunk-size))))))

(defn- buffers [^HttpFile file chunk-size]
  (let [options (into-array OpenOption [StandardOpenOption/READ])]
    (chunks (FileChannel/open (.path file) options)
            (.start file)
            (.byteCount file)
            (or chunk-size (.chunkBytes file)))))

(bs/def-conversion [HttpFile (bs/seq-of ByteBuffer)]
  [file {:keys [chunk-size]}]
  (seq (buffers file chunk-size)))

(defn http-file->stream
  "Returns a stream of the file's bytes as ByteBuffers of its chunk size."
  [^HttpFile file]
  (s/->source (buffers file nil)))
