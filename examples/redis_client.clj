(ns redis-client
  "A client of Redis: commands go out as they come, replies are matched to them in order (RESP 2)."
  (:require
   [aleph.tcp :as tcp]
   [clj-commons.byte-streams :as bs]
   [manifold.deferred :as d]
   [manifold.stream :as s])
  (:import
   (java.io ByteArrayOutputStream)
   (java.util.concurrent LinkedBlockingQueue)))

(set! *warn-on-reflection* true)

(defn- command
  "The bytes of a command: an array of bulk strings."
  ^bytes [args]
  (let [out (ByteArrayOutputStream.)]
    (.writeBytes out (.getBytes (str "*" (count args) "\r\n")))
    (doseq [arg args]
      (let [^bytes bytes (if (bytes? arg) arg (.getBytes (if (keyword? arg) (name arg) (str arg))))]
        (.writeBytes out (.getBytes (str "$" (alength bytes) "\r\n")))
        (.writeBytes out bytes)
        (.writeBytes out (.getBytes "\r\n"))))
    (.toByteArray out)))

(defn- line-end [^String text from]
  (let [i (.indexOf text "\r\n" (int from))]
    (when-not (neg? i) i)))

(declare parse)

(defn- parse-array [text from n]
  (loop [n n, from from, items []]
    (if (pos? n)
      (when-let [[item next] (parse text from)]
        (recur (dec n) next (conj items item)))
      [items from])))

(defn- parse
  "Returns the reply that starts at `from`, and where the next one does; nil if it is not all there.
  `text` has one character for each byte."
  [^String text from]
  (when-let [end (and (< from (count text)) (line-end text from))]
    (let [head (subs text (inc from) end), next (+ 2 end)]
      (case (.charAt text (int from))
        \+ [head next]
        \- [(ex-info head {:redis/error head}) next]
        \: [(parse-long head) next]
        \$ (let [n (parse-long head)]
             (cond
               (neg? n) [nil next]
               (<= (+ next n 2) (count text)) [(String. (.getBytes (subs text next (+ next n)) "ISO-8859-1") "UTF-8")
                                               (+ next n 2)]))
        \* (if (= "-1" head) [nil next] (parse-array text next (parse-long head)))))))

(defn- settle! [call reply]
  (if (instance? Throwable reply) (d/error! call reply) (d/success! call reply)))

(defn- replies
  "Settles the calls that wait with the replies in `text`; returns what is left."
  [^LinkedBlockingQueue waiting ^String text]
  (loop [from 0]
    (if-let [[reply next] (parse text from)]
      (do (settle! (.poll waiting) reply)
          (recur (long next)))
      (subs text from))))

(defn connect
  "Returns a deferred of a function that sends a command, such as `(redis :set \"k\" \"v\")`, and returns a
  deferred of its reply; without arguments it closes the connection."
  [options]
  (d/chain (tcp/client (merge {:host "localhost" :port 6379} options))
           (fn [connection]
             (let [waiting (LinkedBlockingQueue.)
                   lock (Object.)
                   rest (atom "")]
               (s/consume (fn [bytes]
                            (reset! rest (replies waiting (str @rest (bs/to-string bytes {:encoding "ISO-8859-1"})))))
                          connection)
               (s/on-closed connection
                            #(doseq [call waiting]
                               (d/error! call (ex-info "the connection was closed" {}))))
               (fn
                 ([] (s/close! connection))
                 ([& args]
                  (let [call (d/deferred)]
                    (locking lock ; the order of the calls is that of the bytes
                      (.add waiting call)
                      (s/put! connection (command args)))
                    call)))))))
