(ns org.httpkit.encode
  "Base64."
  (:import
   (java.util Base64)))

(set! *warn-on-reflection* true)

(defmacro base64-encode
  "Returns the standard base64 text of a byte[]."
  [bs]
  `(let [^bytes bs# ~bs]
     (.encodeToString (Base64/getEncoder) bs#)))
