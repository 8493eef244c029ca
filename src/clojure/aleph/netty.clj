(ns aleph.netty
  "What Aleph programs ask of a running server."
  (:import
   (weir.http HttpServer)
   (weir.net ByteBufConversions)))

(set! *warn-on-reflection* true)

;; Programs that load this namespace meet Netty's buffers: byte-streams is to know them.
(ByteBufConversions/install)

(defprotocol AlephServer
  "A server that was started by one of the `start-server` functions."
  (port [server] "Returns the port number that the server listens on.")
  (wait-for-close [server]
    "Blocks until the server was closed and its event loops have ended; returns nil."))

(extend-protocol AlephServer
  HttpServer
  (port [server] (.port server))
  (wait-for-close [server]
    (.await (.stopped server))
    nil))
