(ns aleph.udp-test
  "UDP as Aleph programs use it, over real sockets."
  (:require
   [aleph.netty :as netty]
   [aleph.udp :as udp]
   [clj-commons.byte-streams :as bs]
   [clojure.test :refer [deftest is testing]]
   [manifold.stream :as s])
  (:import
   (io.netty.buffer ByteBuf)
   (io.netty.channel Channel)
   (java.net BindException InetAddress InetSocketAddress NetworkInterface)))

(set! *warn-on-reflection* true)

(defn- value [d] (deref d 20000 :too-late))

(defn- socket [& {:as options}] (value (udp/socket options)))

(defn- port-of [s]
  (.getPort ^InetSocketAddress (.localAddress ^Channel (:aleph/channel (meta s)))))

(defn- exchange [a b message]
  (value (s/put! a {:host "127.0.0.1" :port (port-of b) :message message}))
  (value (s/take! b)))

(def ^:private transports
  (cond-> [:nio] (netty/epoll-available?) (conj :epoll) (netty/io-uring-available?) (conj :io-uring)))

(deftest packets-arrive-and-tell-where-from
  (doseq [transport transports]
    (testing transport
      (let [a (socket :transport transport), b (socket :port 0 :transport transport)]
        (doseq [m ["foo" (.getBytes "foo") (java.nio.ByteBuffer/wrap (.getBytes "foo")) ["fo" "o"]]]
          (let [packet (exchange a b m)]
            (is (= "foo" (bs/to-string (:message packet))))
            (is (instance? aleph.udp.UdpPacket packet))
            (testing "[B] the docs promise :host and :port"
              (is (= "127.0.0.1" (:host packet)))
              (is (= (port-of a) (:port packet))))
            (is (= (port-of a) (.getPort ^InetSocketAddress (:sender packet))))))
        (testing "an answer goes to the sender"
          (let [packet (exchange a b "ping")]
            (value (s/put! b {:socket-address (:sender packet) :message "pong"}))
            (is (= "pong" (bs/to-string (:message (value (s/take! a))))))))
        (s/close! a)
        (is (false? (value (s/put! a {:host "127.0.0.1" :port 1 :message "x"}))))
        (s/close! b)))))

(deftest raw-packets-hold-buffers
  (let [a (socket), b (socket :raw-stream? true)
        message (:message (exchange a b "foo"))]
    (is (instance? ByteBuf message))
    (is (= "foo" (String. (netty/release-buf->array message))))
    (run! s/close! [a b])))

(deftest a-packet-that-makes-no-sense-is-an-error-of-its-put-alone ; [B]
  (let [a (socket), b (socket)]
    (doseq [[packet message] [[{:port 1 :message "x"} #":host is nil"]
                              [{:host "127.0.0.1" :message "x"} #":port is nil"]
                              [{:host "127.0.0.1" :port 1} #":message is nil"]
                              [{:socket-address 1 :message "x"} #":socket-address is 1"]]]
      (is (thrown-with-msg? IllegalArgumentException message (value (s/put! a packet)))))
    (is (thrown? Exception (value (s/put! a {:host "127.0.0.1" :port 1 :message (Object.)}))))
    (is (= "still here" (bs/to-string (:message (exchange a b "still here")))))
    (run! s/close! [a b])))

(deftest a-packet-that-is-too-large-is-not-sent
  (let [a (socket), b (socket)]
    (is (false? (value (s/put! a {:host "127.0.0.1" :port (port-of b) :message (byte-array 70000)}))))
    (is (= "small" (bs/to-string (:message (exchange a b "small")))))
    (is (= 60000 (alength ^bytes (:message (exchange a b (byte-array 60000))))))
    (run! s/close! [a b])))

(deftest a-port-in-use-is-an-error ; [B] the deferred never resolved
  (let [a (socket)]
    (doseq [transport transports]
      (is (thrown? BindException (value (udp/socket {:port (port-of a) :transport transport})))))
    (s/close! a)))

(deftest options-are-checked
  (doseq [[options message] [[{:port -1} #":port is -1"]
                             [{:socket-address "x"} #":socket-address is \"x\""]
                             [{:max-packet-size 0} #":max-packet-size is 0"]
                             [{:receive-buffer-size 0} #":receive-buffer-size is 0"]
                             [{:executor 1} #":executor is 1"]
                             [{:multicast-interface "none-such"} #":multicast-interface is \"none-such\""]
                             [{:transport :pigeon} #"transport: pigeon"]]]
    (is (thrown-with-msg? IllegalArgumentException message (udp/socket options)))))

(deftest multicast-groups-are-joined-and-left
  (let [loopback (.getName (NetworkInterface/getByInetAddress (InetAddress/getByName "127.0.0.1")))
        group "239.1.2.3"]
    (doseq [transport (remove #{:io-uring} transports)]
      (testing transport
        (let [receiver (socket :transport transport :multicast-groups [group] :multicast-interface loopback)
              sender (socket :transport transport :multicast-interface loopback)
              send! #(value (s/put! sender {:host group :port (port-of receiver) :message %}))]
          (is (true? (send! "to all")))
          (is (= "to all" (bs/to-string (:message (value (s/take! receiver))))))
          (value (udp/leave! receiver group loopback))
          (send! "to nobody")
          (value (udp/join! receiver group loopback))
          (send! "to all again")
          (is (= "to all again" (bs/to-string (:message (value (s/take! receiver))))))
          (run! s/close! [receiver sender]))))))

(deftest io-uring-says-that-it-has-no-multicast
  (when (netty/io-uring-available?)
    (let [s (socket :transport :io-uring)]
      (is (thrown-with-msg? UnsupportedOperationException #"use epoll or nio" @(udp/join! s "239.1.2.3")))
      (s/close! s))))
