(ns aleph.http.multipart
  "Forms with files, both ways: `:multipart` of a client's request, and `decode-request` in a handler.
  Parts are streamed; see weir.http.multipart for the Java API, which also reads parts without temporary
  files."
  (:require
   [aleph.http.encoding :as encoding]
   [manifold.stream :as s]
   [weir.options :as o])
  (:import
   (io.netty.handler.codec.http HttpHeaderNames HttpRequest)
   (io.netty.handler.codec.http.multipart Attribute FileUpload InterfaceHttpData)
   (java.io ByteArrayInputStream Closeable File InputStream UncheckedIOException)
   (java.net URLConnection)
   (java.nio ByteBuffer)
   (java.nio.charset Charset StandardCharsets)
   (java.nio.file Path)
   (java.util Iterator UUID)
   (weir.bytes Bytes)
   (weir.http.multipart FormPart FormParts FormParts$Limits Multipart Multipart$Mode MultipartReader Part)))

(set! *warn-on-reflection* true)

;; ---- out

(defn boundary "Returns a new delimiter of parts." [] (Multipart/newBoundary))

(defn- charset ^Charset [x]
  (cond
    (instance? Charset x) x
    (some? x) (Charset/forName (name x))))

(defn- file? [content] (or (instance? File content) (instance? Path content)))

(defn- file-of ^File [content] (if (instance? Path content) (.toFile ^Path content) content))

(defn ^:no-doc ->part
  "Returns the engine's part of a part map."
  ^Part [{:keys [part-name content mime-type file-name filename length] :as part}]
  (let [part-name (or part-name (:name part) (when (file? content) (.getName (file-of content))))
        cs (charset (or (:charset part) (:encoding part)))
        file-name (or file-name filename)]
    (o/check :part-name part-name some? "a name, :name, or a file as the :content")
    (if (or mime-type file-name (file? content))
      (Part/file (name part-name) content
                 (or file-name (when-not (file? content) (str (UUID/randomUUID))))
                 (some-> mime-type name) cs (long (or length -1)))
      (Part/field (name part-name) content cs))))

(defn- mode ^Multipart$Mode [x]
  (case x
    (nil :extended :rfc6532) Multipart$Mode/EXTENDED
    :browser-compatible Multipart$Mode/BROWSER_COMPATIBLE
    :strict Multipart$Mode/STRICT
    (throw (o/illegal :multipart-mode x ":extended, :browser-compatible or :strict"))))

(defn ^:no-doc ->multipart
  "Returns the body of a request with these part maps."
  ^Multipart [parts {:keys [mime-subtype multipart-charset multipart-mode]}]
  (Multipart/of (mapv ->part parts) (or mime-subtype "form-data")
                (or (charset multipart-charset) StandardCharsets/UTF_8)
                (mode multipart-mode)))

(defn encode-request
  "Sets the header fields of Netty's request for these part maps; returns it with the body, which the
  client can send."
  [^HttpRequest req parts]
  (let [body (->multipart parts nil)]
    (doto (.headers req)
      (.set HttpHeaderNames/CONTENT_TYPE ^Object (.contentType body))
      (.remove HttpHeaderNames/CONTENT_LENGTH)
      (.set HttpHeaderNames/TRANSFER_ENCODING "chunked"))
    [req body]))

;; ---- out, as a whole in memory, for who still uses it

(defn mime-type-descriptor
  "Returns the content type of a part."
  [mime-type encoding]
  (str (or mime-type "application/octet-stream")
       (some->> encoding (str "; charset="))))

(defn populate-part
  "Returns a part map with what its content says about it: the type and name of a file, bytes."
  [{:keys [part-name content mime-type charset transfer-encoding] :as part}]
  (let [file (when (file? content) (file-of content))
        file-name (or (:name part) (some-> file .getName))]
    {:part-name (or part-name (:name part) file-name)
     :content (ByteBuffer/wrap (if (nil? content) (byte-array 0) (Bytes/toByteArray content)))
     :mime-type (mime-type-descriptor
                 (or mime-type
                     (when file (or (URLConnection/guessContentTypeFromName (.getName file))
                                    "application/octet-stream"))
                     (when (string? content) "text/plain"))
                 charset)
     :transfer-encoding transfer-encoding
     :name (when (or file (:name part)) file-name)}))

(defn part-headers
  "Returns the header block of a part, with the empty line."
  [part-name mime-type transfer-encoding name]
  (str "content-disposition: form-data; name=\"" part-name "\""
       (when name (str "; filename=\"" name "\""))
       "\r\ncontent-type: " mime-type
       (when transfer-encoding (str "\r\ncontent-transfer-encoding: " (clojure.core/name transfer-encoding)))
       "\r\n\r\n"))

(defn encode-part
  "Returns a part, header and content, as a ByteBuffer."
  [part]
  (let [{:keys [part-name content mime-type transfer-encoding name]} (populate-part part)]
    (ByteBuffer/wrap
     (Bytes/toByteArray [(part-headers part-name mime-type transfer-encoding name)
                         (encoding/encode content (or transfer-encoding :binary))]))))

(defn encode-body
  "Returns all parts with their delimiters as a byte[]. Deprecated: `:multipart` streams them."
  {:deprecated "0.1.0"}
  ([parts] (encode-body (boundary) parts))
  ([boundary parts]
   (Bytes/toByteArray (-> (into [] (mapcat (fn [part] [(str "--" boundary "\r\n") (encode-part part) "\r\n"]))
                                parts)
                          (conj (str "--" boundary "--\r\n"))))))

;; ---- in

(defn- content-type [req] (get-in req [:headers "content-type"]))

(defn is-multipart? "Returns whether a request has a multipart body." [req]
  (MultipartReader/isMultipart (content-type req)))

(defn- ->map [^FormPart part]
  {:part-name (.name part)
   :content (.content part)
   :name (.fileName part)
   :charset (.charset part)
   :mime-type (.mimeType part)
   :transfer-encoding (.transferEncoding part)
   :memory? (nil? (.file part))
   :file? (.isFile part)
   :file (.file part)
   :size (.size part)})

(defmulti http-data->map
  "Turns what Netty has decoded of a form into a part map."
  (fn [^InterfaceHttpData data]
    (cond
      (instance? FileUpload data) FileUpload
      (instance? Attribute data) Attribute
      :else (class data))))

(defmethod http-data->map Attribute [^Attribute data]
  {:part-name (.getName data) :content (.getValue data) :name nil
   :charset (some-> (.getCharset data) str) :mime-type nil :transfer-encoding nil
   :memory? (.isInMemory data) :file? false :file nil :size (.length data)})

(defmethod http-data->map FileUpload [^FileUpload data]
  (let [memory? (.isInMemory data)]
    {:part-name (.getName data) :content (when memory? (ByteArrayInputStream. (.get data)))
     :name (.getFilename data) :charset (some-> (.getCharset data) str)
     :mime-type (.getContentType data) :transfer-encoding (.getContentTransferEncoding data)
     :memory? memory? :file? true :file (when-not memory? (.getFile data)) :size (.length data)}))

(defn- mapped
  "Returns an iterator of part maps, which is closed with what it goes over."
  [^FormParts parts]
  (reify
    Iterator
    (hasNext [_]
      (try
        (.hasNext parts)
        (catch UncheckedIOException e
          (throw (.getCause e)))))
    (next [_] (->map (.next parts)))
    Closeable
    (close [_] (.close parts))))

(defn- limits [{:keys [manual-cleanup?] :as options}]
  (FormParts$Limits. (int (or (o/non-negative options :memory-limit) FormParts/DEFAULT_MEMORY_LIMIT))
                     (int (or (o/positive-int options :max-parts) FormParts/DEFAULT_MAX_PARTS))
                     (long (or (o/non-negative options :max-part-size) Long/MAX_VALUE))
                     (boolean manual-cleanup?)))

(defn decode-request
  "Returns a stream of the parts of a form, url-encoded or multipart, each read when it is taken: maps of

  | key | meaning
  |:----|:----
  | `:part-name` | the name of the field
  | `:content` | a String for a field; an InputStream for a file in memory, else nil
  | `:name`, `:mime-type` | the name and the type of a file as its sender has them, nil for a field
  | `:charset`, `:transfer-encoding` | as the sender names them
  | `:file?`, `:memory?` | whether it is a file, and whether it is in memory
  | `:file`, `:size` | the temporary file of one that is not; bytes

  A form that ends early or is not well-formed fails the stream. A temporary file is deleted when the
  next part is taken or the stream is closed.

  | option | meaning (default)
  |:----|:----
  | `:memory-limit` | the largest file that is kept in memory, in bytes (16384)
  | `:body-buffer-size` | bytes of a raw stream that are read at once (65536)
  | `:max-parts` | how many parts the form may have (1000)
  | `:max-part-size` | how many bytes a part may have (a field 1048576, a file any number)
  | `:manual-cleanup?` | returns the stream and a function that deletes all files; nothing else does (false)

  Throws IllegalArgumentException if the request is no form."
  ([req] (decode-request req {}))
  ([{:keys [body] :as req} {:keys [manual-cleanup?] :as options}]
   (o/report-unknown! "aleph.http.multipart/decode-request" options
                      #{:memory-limit :body-buffer-size :max-parts :max-part-size :manual-cleanup?})
   (let [size (or (o/positive-int options :body-buffer-size) 65536)
         ^InputStream in (cond
                           (nil? body) (InputStream/nullInputStream)
                           (instance? InputStream body) body
                           :else (Bytes/toInputStream body (weir.bytes.Options/of {:buffer-size size})))
         parts (FormParts/of in (content-type req) (limits options))
         stream (s/->source (if (nil? body) [] (mapped parts)))]
     (if manual-cleanup?
       [stream #(.deleteFiles parts)]
       stream))))
