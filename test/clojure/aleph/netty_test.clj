(ns aleph.netty-test
  (:require [aleph.netty]
            [clj-commons.byte-streams :as bs]
            [clj-commons.byte-streams.protocols :as proto]
            [clojure.test :refer [deftest is]])
  (:import (io.netty.buffer ByteBuf Unpooled)))

(set! *warn-on-reflection* true)

(deftest a-raw-buffer-is-a-byte-source-for-programs-too
  ;; [D] its own buffer type as a ByteSource: take-bytes! moves the reader index, nil is the end
  (let [^ByteBuf b (Unpooled/copiedBuffer "abc" java.nio.charset.StandardCharsets/UTF_8)]
    (is (satisfies? proto/ByteSource b))
    (is (= "ab" (bs/to-string (proto/take-bytes! b 2 {}))))
    (is (= "c" (bs/to-string (proto/take-bytes! b 2 nil))))
    (is (nil? (proto/take-bytes! b 2 {})))
    (is (= 1 (.refCnt b)) "whoever takes piece by piece releases")
    (.release b)))
