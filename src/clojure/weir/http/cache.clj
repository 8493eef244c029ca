(ns weir.http.cache
  "A private cache of responses by RFC 9111, for the `:cache` of requests."
  (:require
   [weir.options :as o])
  (:import
   (weir.http.cache HttpCache)))

(set! *warn-on-reflection* true)

(defn http-cache
  "Returns an empty cache in memory. It is private: share it between requests of one program or user, not
  between users.

  | key | meaning (default)
  |:----|:----
  | `:max-cache-entries` | URLs with stored responses (1000)
  | `:max-object-size` | the largest body that is stored, in bytes (1048576)"
  (^HttpCache [] (http-cache {}))
  (^HttpCache [options]
   (o/report-unknown! "weir.http.cache/http-cache" options #{:max-cache-entries :max-object-size})
   (HttpCache. (int (or (o/positive-int options :max-cache-entries) HttpCache/DEFAULT_MAX_ENTRIES))
               (int (or (o/positive-int options :max-object-size) HttpCache/DEFAULT_MAX_OBJECT_BYTES)))))
