(ns weir.http
  "What HTTP has and no other library of Clojure has a name for: informational responses, and taking a
  connection over.

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

(defn hijack
  "Answers `req` and takes its connection: CONNECT with 200, a request with an Upgrade header with 101
  and the first protocol it names. `headers` are added to the response, and may choose another
  protocol. Returns a deferred of a duplex stream: the byte arrays that come, beginning with what came
  right behind the request, and whatever is put is sent. With `:raw-stream?` it has ByteBufs, which the
  reader releases. Closing it closes the connection. What the handler returns is dropped."
  ([req]
   (hijack req nil))
  ([req headers]
   (.hijack (message req) headers)))
