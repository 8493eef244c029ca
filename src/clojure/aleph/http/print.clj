(ns aleph.http.print
  "How a REPL shows what `aleph.http` returns. Loaded when it does so first."
  (:import
   (java.io Writer)
   (weir.http HttpServer)))

(set! *warn-on-reflection* true)

(defn server
  "Prints a server."
  [^HttpServer server ^Writer writer]
  (.write writer (str "AlephServer[channel:" (.channel server)
                      ", transport:" (.transportName server) "]")))
