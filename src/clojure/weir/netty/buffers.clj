(ns weir.netty.buffers
  "Netty's buffers and their reference counts, for `aleph.netty`."
  (:require
   [clj-commons.byte-streams :as bs]
   [manifold.stream :as s])
  (:import
   (io.netty.buffer ByteBuf Unpooled)
   (io.netty.channel Channel ChannelHandlerContext)
   (io.netty.util ReferenceCounted)
   (weir.net Buffers ByteBufConversions)))

(set! *warn-on-reflection* true)

;; Programs that load this namespace meet Netty's buffers: byte-streams is to know them.
(ByteBufConversions/install)

;;; ---- reference counts

(defn release
  "Gives up a reference to `x`, if it counts them. Returns `x`."
  [x]
  (when (instance? ReferenceCounted x)
    (.release ^ReferenceCounted x))
  x)

(defn acquire
  "Takes a reference to `x`, if it counts them. Returns `x`."
  [x]
  (when (instance? ReferenceCounted x)
    (.retain ^ReferenceCounted x))
  x)

;;; ---- buffers

(def ^{:tag 'java.lang.Class} byte-array-class
  "The class of byte arrays."
  (Class/forName "[B"))

(defn channel
  "Returns the channel of a channel or a handler's context."
  ^Channel [x]
  (if (instance? Channel x) x (.channel ^ChannelHandlerContext x)))

(defn allocate
  "Returns a new buffer of the allocator of a channel or context."
  ^ByteBuf [x]
  (.buffer (.alloc (channel x))))

(defn buf->array
  "Copies what is readable; the buffer is left as it is."
  ^bytes [^ByteBuf buf]
  (let [a (byte-array (.readableBytes buf))]
    (.getBytes buf (.readerIndex buf) a)
    a))

(defn release-buf->array
  "Copies what is readable, and releases the buffer."
  ^bytes [^ByteBuf buf]
  (try
    (buf->array buf)
    (finally (.release buf))))

(defn bufs->array
  "Copies what is readable in each buffer into one array; the buffers are left as they are."
  ^bytes [bufs]
  (let [all (Unpooled/wrappedUnmodifiableBuffer ^"[Lio.netty.buffer.ByteBuf;" (into-array ByteBuf bufs))]
    (buf->array all)))

(defn to-byte-buf
  "Returns a ByteBuf of `x`: nil is empty, byte arrays are copied, strings are UTF-8, ByteBuffers are
  wrapped, a ByteBuf is itself, and anything else is converted as byte-streams does. With a channel the
  bytes are copied into a buffer of its allocator."
  (^ByteBuf [x]
   (if (instance? byte-array-class x)
     (Unpooled/copiedBuffer ^bytes x)
     (Buffers/of x)))
  (^ByteBuf [ch x]
   (if (instance? ByteBuf x)
     x
     (let [source (Buffers/of x)]
       (try
         (.writeBytes (allocate ch) source)
         (finally (.release source)))))))

(defn append-to-buf!
  "Appends the bytes of `x` to a buffer; a ByteBuf is released. Returns the buffer."
  [^ByteBuf buf x]
  (let [more (Buffers/of x)]
    (try
      (.writeBytes buf more)
      (finally (.release more)))))

(defn- pieces [^ByteBuf buf chunk-size]
  (try
    (loop [found []]
      (if (.isReadable buf)
        (recur (conj found (.readRetainedSlice buf (min (int chunk-size) (.readableBytes buf)))))
        found))
    (finally (.release buf))))

(defn to-byte-buf-stream
  "Returns a stream of ByteBufs, of at most `chunk-size` bytes each, with the bytes of `x`. Whoever takes
  one releases it."
  [x chunk-size]
  (->> (bs/convert x (bs/stream-of bytes) {:chunk-size chunk-size})
       (s/onto nil)
       (s/map #(pieces (Buffers/of %) chunk-size))
       (s/mapcat identity)))
