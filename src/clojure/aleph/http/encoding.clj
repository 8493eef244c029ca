(ns aleph.http.encoding
  "Transfer encodings of mail, for parts of forms that older programs want in them."
  (:import
   (weir.bytes Bytes)
   (weir.http.multipart TransferEncoding)))

(set! *warn-on-reflection* true)

(defn encode-base64 "Returns what has bytes in base64, as a byte[]." [val]
  (TransferEncoding/base64 (Bytes/toByteArray val)))

(defn qp-byte "Returns a byte as quoted-printable text writes it, =XX." [b]
  (TransferEncoding/escape (int b)))

(defn encode-qp "Returns what has bytes as quoted-printable text, as a byte[]." [val]
  (TransferEncoding/quotedPrintable (Bytes/toByteArray val)))

(defn encode
  "Returns what has bytes in an encoding, as a byte[]: `:base64`, `:quoted-printable` or `:qp`,
  `:binary`."
  [val encoding]
  (case encoding
    :base64 (encode-base64 val)
    (:quoted-printable :qp) (encode-qp val)
    :binary (Bytes/toByteArray val)
    (throw (IllegalArgumentException.
            (str "encoding is " (pr-str encoding) " (expected: :base64, :quoted-printable, :qp or :binary)")))))
