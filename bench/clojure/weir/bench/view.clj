(ns weir.bench.view
  "How a handler reads a request.")

(set! *warn-on-reflection* true)

(defn five
  "Reads five keys of a Ring request and returns something of them all."
  [req]
  (let [h (get (:headers req) "host")]
    (if (and (:request-method req) (:uri req) (:query-string req) (:remote-addr req))
      h
      req)))
