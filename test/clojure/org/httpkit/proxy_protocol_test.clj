(ns org.httpkit.proxy-protocol-test
  "`:proxy-protocol` of run-server, and the headers in its place."
  (:require
   [clojure.test :refer [are deftest is]]
   [org.httpkit.server :as server])
  (:import
   (java.io ByteArrayOutputStream DataOutputStream)
   (weir.testing RawClient RawClient$Response)))

(set! *warn-on-reflection* true)

(defn- told [{:keys [remote-addr server-port scheme headers]}]
  {:body (pr-str [remote-addr server-port scheme (headers "x-forwarded-for") (headers "x-forwarded-port")
                  (headers "x-forwarded-proto")])})

(defn- with-server [options f]
  (let [stop (server/run-server told (merge {:port 0} options))]
    (try
      (f (:local-port (meta stop)))
      (finally (stop :timeout 0)))))

(defn- ask
  "Returns what the handler was told of each of two requests behind the bytes of a proxy, or the status
  of another answer; what is not closed is asked twice."
  [port before request]
  (with-open [client (RawClient. (int port))]
    (.send client (if (string? before) (.getBytes ^String before "ISO-8859-1") ^bytes before))
    (let [once #(let [^RawClient$Response rsp (.read (.send client ^String request))]
                  (if (= 200 (.status rsp)) (read-string (.text rsp)) [(.status rsp) (.header rsp "content-type")]))
          answer (once)]
      (if (number? (first answer))
        (and (.atEnd client) (first answer))
        (do (is (= answer (once)) "it counts for every request of the connection")
            answer)))))

(def ^:private GET "GET / HTTP/1.1\r\nHost: a:81\r\n\r\n")
(def ^:private SPOOFED "GET / HTTP/1.1\r\nHost: a:81\r\nX-Forwarded-For: 9.9.9.9\r\nX-Forwarded-Proto: gopher\r\n\r\n")

(defn- version-2
  "The bytes of a header of version 2 for IPv4 or IPv6 addresses."
  ^bytes [family ^bytes source ^bytes target source-port target-port]
  (let [bytes (ByteArrayOutputStream.)]
    (doto (DataOutputStream. bytes)
      (.write (byte-array [0x0D 0x0A 0x0D 0x0A 0x00 0x0D 0x0A 0x51 0x55 0x49 0x54 0x0A]))
      (.writeByte 0x21)
      (.writeByte (case family :v4 0x11 :v6 0x21))
      (.writeShort (+ 4 (alength source) (alength target)))
      (.write source)
      (.write target)
      (.writeShort source-port)
      (.writeShort target-port))
    (.toByteArray bytes)))

(deftest the-source-of-a-connection-is-that-of-its-first-line
  (doseq [mode [:enable :optional]]
    (with-server {:proxy-protocol mode}
      (fn [port]
        (are [expected line] (= expected (ask port line GET))
          ["1.2.3.4" 81 :http "1.2.3.4" "443" "https"] "PROXY TCP4 1.2.3.4 5.6.7.8 1000 443\r\n"
          ["1.2.3.4" 81 :http "1.2.3.4" "80" "http"] "PROXY TCP4 1.2.3.4 5.6.7.8 1000 80\r\n"
          ["1.2.3.4" 81 :http "1.2.3.4" "8080" nil] "PROXY TCP4 1.2.3.4 5.6.7.8 1000 8080\r\n")
        (is (= ["1.2.3.4" 81 :http "1.2.3.4" "443" "https"]
               (ask port "PROXY TCP4 1.2.3.4 5.6.7.8 1000 443\r\n" SPOOFED))
            "the client's own headers are replaced")))))

;; [D] §3.3: TCP6, UNKNOWN (which keeps the socket's address) and version 2 are taken, too.
(deftest more-than-http-kit-takes
  (with-server {:proxy-protocol :enable}
    (fn [port]
      (are [expected line] (= expected (first (ask port line GET)))
        "2001:db8:0:0:0:0:0:1" "PROXY TCP6 2001:db8::1 2001:db8::2 1000 443\r\n"
        "127.0.0.1" "PROXY UNKNOWN\r\n"
        "127.0.0.1" "PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n"
        "1.2.3.4" (version-2 :v4 (byte-array [1 2 3 4]) (byte-array [5 6 7 8]) 1000 443)
        "2001:db8:0:0:0:0:0:1" (version-2 :v6
                                          (byte-array [0x20 0x01 0x0d -0x48 0 0 0 0 0 0 0 0 0 0 0 1])
                                          (byte-array 16) 1000 443)))))

(deftest a-line-that-is-missing-or-malformed-is-a-400
  (are [mode expected before] (= expected
                                 (with-server {:proxy-protocol mode} #(let [answer (ask % before GET)]
                                                                        (if (vector? answer) :served answer))))
    :enable 400 ""
    :enable 400 "PROXY TCP4 1.2.3.4\r\n"
    :enable 400 "PROXY TCP4 1.2.3.999 5.6.7.8 1000 443\r\n"
    :enable 400 "PROXY TCP4 1.2.3.4 5.6.7.8 0 99999\r\n"
    :optional 400 "PROXY TCP4 1.2.3.4\r\n"
    :optional 400 "PROXY HTTP 1.2.3.4 5.6.7.8 1000 443\r\n"
    :optional :served ""
    :disable 400 "PROXY TCP4 1.2.3.4 5.6.7.8 1000 443\r\n"))

(deftest a-header-may-come-byte-by-byte
  (with-server {:proxy-protocol :optional}
    (fn [port]
      (doseq [before ["" "PROXY TCP4 1.2.3.4 5.6.7.8 1000 443\r\n"]]
        (with-open [client (RawClient. (int port))]
          (.setTcpNoDelay (.socket client) true)
          (doseq [^Character c (str before "PUT / HTTP/1.1\r\nHost: a:81\r\nContent-Length: 0\r\n\r\n")]
            (.send client (str c)))
          (is (= (if (seq before) "1.2.3.4" "127.0.0.1")
                 (first (read-string (.text (.read client)))))))))))

(deftest who-speaks-it-may-be-told
  (with-server {:proxy-protocol :enable :proxy-protocol-from ["10.0.0.0/8"]}
    (fn [port] (is (= "127.0.0.1" (first (ask port "" GET)))))))

;; §11.19: the socket's address by default, and a list of proxies that are trusted.
(deftest forwarding-headers-count-from-those-who-are-trusted
  (are [expected options] (with-server options #(= expected (first (ask % "" SPOOFED))))
    "127.0.0.1" {}
    "127.0.0.1" {:forwarded-from ["10.0.0.0/8"]}
    "9.9.9.9" {:forwarded-from ["127.0.0.0/8"]}
    "9.9.9.9" {:legacy-unsafe-remote-addr? true}))
