(ns weir.http
  "What HTTP has and no other library of Clojure has a name for: informational responses.

  Requests are the maps that a handler of `aleph.http/start-server` gets, or maps made from these."
  (:import
   (weir.http RequestMessage)))

(set! *warn-on-reflection* true)

(defn- message ^RequestMessage [req]
  (or (:weir/exchange req)
      (throw (IllegalArgumentException. "the request has no :weir/exchange (expected: a request that a server got)"))))

(defn inform!
  "Sends an informational response (`status` 102 to 199) with `headers` before the final response to
  `req`. It goes out when the responses to earlier requests of the connection have. Returns false if
  it is not sent: to a client of HTTP/1.0, or because the request is answered."
  ([req status]
   (inform! req status nil))
  ([req status headers]
   (.inform (message req) (int status) headers)))

(defn early-hints!
  "Sends 103 (Early Hints): `links` are values of Link header fields, such as
  \"</style.css>; rel=preload; as=style\". Returns what `inform!` returns."
  [req & links]
  (inform! req 103 {"link" links}))
