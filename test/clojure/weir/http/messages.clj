(ns weir.http.messages
  "Decoded messages for tests, made from maps."
  (:import
    (io.netty.channel Channel)
    (io.netty.handler.codec.http DefaultHttpHeaders HttpMethod)
    (java.net InetAddress InetSocketAddress)
    (weir.http Endpoints RequestMessage ResponseMessage RingRequest RingResponse ServerNamePolicy)))

(set! *warn-on-reflection* true)

(defn headers
  "Netty headers from [name value] pairs."
  ^DefaultHttpHeaders [fields]
  (let [h (DefaultHttpHeaders. false)]
    (doseq [[^String k v] fields]
      (.add h k ^Object v))
    h))

(defn address
  ^InetSocketAddress [bytes port]
  (InetSocketAddress. (InetAddress/getByAddress (byte-array (map unchecked-byte bytes))) (int port)))

(def tcp
  (Endpoints. (address [127 0 0 1] 8080) (address [10 1 2 3] 50000)))

(defn request-message
  "A message of these parts; every part has a default."
  ^RequestMessage
  [{:keys [method target fields protocol secure? ^Endpoints endpoints body keep-alive? arrived
           ^Channel channel policy session cert closed writable error]
    :or {method "GET" target "/" protocol "HTTP/1.1" keep-alive? true arrived 1 endpoints tcp}}]
  (let [headers (headers fields)]
    (reify RequestMessage
      (method [_] (HttpMethod/valueOf method))
      (target [_] target)
      (headers [_] headers)
      (protocol [_] protocol)
      (secure [_] (boolean secure?))
      (endpoints [_] endpoints)
      (body [_] body)
      (keepAlive [_] keep-alive?)
      (arrivedNanos [_] arrived)
      (channel [_] channel)
      (serverNamePolicy [_] (or policy ServerNamePolicy/LOCAL_ADDRESS))
      (sslSession [_] session)
      (clientCertificate [_] cert)
      (closed [_] closed)
      (writable [_] writable)
      (streamError [_] error)
      (toString [_] "exchange"))))

(defn request
  "A Ring request of these parts."
  ^RingRequest [parts]
  (RingRequest. (request-message parts)))

(defn response
  "A Ring response of these parts."
  ^RingResponse
  [{:keys [status fields body keep-alive? protocol reason trailers]
    :or {status 200 keep-alive? true protocol "HTTP/1.1"}}]
  (let [headers (headers fields)]
    (RingResponse.
      (reify ResponseMessage
        (status [_] (int status))
        (headers [_] headers)
        (body [_] body)
        (keepAlive [_] keep-alive?)
        (protocol [_] protocol)
        (reasonPhrase [_] reason)
        (endpoints [_] tcp)
        (trailers [_] trailers)))))
