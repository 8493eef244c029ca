(ns manifold.traps-test
  "Traps that users of the original fall into, by their number in its specification, as far as they
  concern more than one function; the others are named where their function is tested."
  (:require
   [clojure.core.async :as a]
   [clojure.java.io :as io]
   [clojure.test :refer [deftest is testing]]
   [clojure.walk :as walk]
   [manifold.bus]
   [manifold.deferred :as d]
   [manifold.executor]
   [manifold.stream :as s]
   [manifold.time])
  (:import
   [clojure.lang Seqable]
   [java.util Enumeration Iterator List RandomAccess]
   [java.util.stream Stream]
   [weir.testing IsolatedLoader]))

(set! *warn-on-reflection* true)

(defn- soon [d] (deref d 10000 :pending))

;;; T14, issues 155 and 193: take! ran lazy code on its caller

(defn- thread [_] (Thread/currentThread))

(defn- endless [f]
  (reify Iterator
    (hasNext [_] true)
    (next [_] (f nil))))

(defn- lazy-sources
  "Sources that find out their elements when these are asked for, each on which thread."
  []
  {"lazy seq" (map thread (list 1 2 3))
   "iterate" (rest (iterate thread nil))
   "repeatedly" (repeatedly 3 #(thread nil))
   "cons onto a lazy seq" (cons 0 (lazy-seq (list (thread nil))))
   "enumeration" (enumeration-seq (reify Enumeration
                                    (hasMoreElements [_] true)
                                    (nextElement [_] (thread nil))))
   "keys" (keys (cons (first {0 0}) (lazy-seq [(first {(thread nil) 1})])))
   "foreign seqable" (reify Seqable (seq [_] (list (thread nil))))
   "foreign list" (reify
                    List
                    (size [_] 3)
                    (get [_ _] (thread nil))
                    RandomAccess)
   "iterator" (endless thread)
   "Java stream" (Stream/generate #(thread nil))
   "eduction's iterator" (.iterator ^Iterable (eduction (map thread) (list 1 2 3)))})

(deftest take!-never-evaluates-lazy-code-of-others-on-its-caller ; T14
  (doseq [[kind x] (lazy-sources)]
    (testing kind
      (let [source (s/->source x)
            found (first (remove #{0} (repeatedly #(soon (s/take! source)))))]
        (is (instance? Thread found))
        (is (not= (Thread/currentThread) found))))))

(deftest what-a-collection-holds-is-taken-at-once ; T14: that takes no thread
  (doseq [x [[1 2] '(1 2) (range 1 3) (into (sorted-set) [1 2]) (java.util.ArrayList. [1 2])
             (java.util.Arrays/asList (to-array [1 2])) (List/of 1 2) (seq [1 2]) (cons 1 [2])
             (doall (map identity [1 2]))]]
    (let [source (s/->source x)]
      (is (= [1 2] [(deref (s/take! source) 0 :later) (deref (s/take! source) 0 :later)])
          (class x)))))

(deftest a-lazy-seq-that-blocks-does-not-block-take! ; T14
  (let [gate (promise)
        take (s/take! (s/->source (lazy-seq (list @gate))))]
    (is (not (d/realized? take)))
    (deliver gate 1)
    (is (= 1 (soon take)))))

;;; loading, in a runtime of Clojure that has nothing yet

(defn- in-fresh-runtime
  "What a form evaluates to in a runtime without the jars that have one of `absent` in their paths,
  as a string."
  [form & absent]
  (with-open [loader (IsolatedLoader. (into-array String absent))]
    (let [result (promise)
          run (fn []
                (try
                  (let [find-method (fn [class-name method & types]
                                      (.getMethod (.loadClass loader class-name) method
                                                  (into-array Class types)))
                        read-string (find-method "clojure.lang.RT" "readString" String)
                        eval (find-method "clojure.lang.Compiler" "eval" Object)
                        invoke (fn [^java.lang.reflect.Method m x]
                                 (.invoke m nil (object-array [x])))]
                    (.loadClass loader "clojure.lang.RT")
                    (deliver result (str (invoke eval (invoke read-string (pr-str form))))))
                  (catch Throwable e
                    (deliver result (pr-str e)))))]
      (doto (Thread. ^Runnable run)
        (.setContextClassLoader loader)
        (.start))
      (deref result 100000 :too-late))))

(deftest go-off-needs-no-core-async ; T21, issues 229 and 259: it broke with each release of that
  (is (= "[false 2 3]"
         (in-fresh-runtime
          '(do (clojure.core/require 'manifold.go-off 'manifold.deferred)
               (clojure.core/eval
                '(let [gate (manifold.deferred/deferred)
                       r (manifold.go-off/go-off
                          [(clojure.core/some? (clojure.java.io/resource "clojure/core/async.clj"))
                           (inc (manifold.go-off/<! gate))
                           (manifold.go-off/<!? (manifold.deferred/future 3))])]
                   (manifold.deferred/success! gate 1)
                   (deref r 10000 :late))))
          "core.async"))))

(deftest channels-are-found-however-the-library-was-compiled ; §1 defect: lost by AOT without them
  (let [dir (doto (io/file (System/getProperty "java.io.tmpdir") (str "weir-aot-" (random-uuid)))
              (.mkdirs))]
    (try
      (is (= "manifold.stream"
             (in-fresh-runtime
              `(binding [*compile-path* ~(str dir)]
                 (compile '~'manifold.stream))
              "core.async")))
      (is (.exists (io/file dir "manifold/stream__init.class")))
      (is (= "[true 1]"
             (in-fresh-runtime
              `(let [loader# (java.net.URLClassLoader.
                              (into-array java.net.URL [(.toURL (.toURI (io/file ~(str dir))))])
                              (.getContextClassLoader (Thread/currentThread)))]
                 (.setContextClassLoader (Thread/currentThread) loader#)
                 (require '~'manifold.stream '~'clojure.core.async)
                 (eval
                  '(let [ch# (clojure.core.async/chan 1)]
                     (clojure.core.async/put! ch# 1)
                     [(manifold.stream/sourceable? ch#)
                      @(manifold.stream/take! (manifold.stream/->source ch#))]))))))
      (finally
        (run! io/delete-file (reverse (file-seq dir)))))))

;;; T28, issue 52: long chains exploded when they were inlined in a go block

(def ^:private public-vars
  (mapcat ns-publics '[manifold.deferred manifold.stream manifold.stream.core manifold.bus
                       manifold.executor manifold.time]))

(deftest no-function-is-expanded-at-its-call-sites ; T28
  (doseq [[sym v] public-vars]
    (is (not-any? (meta v) [:inline :inline-arities]) sym)))

(defn- occurrences [x form]
  (count (filter #{x} (tree-seq coll? seq form))))

(deftest macros-write-the-code-they-are-given-once ; T28
  (doseq [form '[(manifold.deferred/future (marker))
                 (manifold.deferred/future-with executor (marker))
                 (manifold.deferred/loop [x 1] (marker))
                 (manifold.deferred/loop [x (marker)] x)
                 (manifold.deferred/let-flow [x (marker)] x)
                 (manifold.deferred/let-flow [x 1] (marker))
                 (manifold.executor/with-executor nil (marker))
                 (manifold.time/with-clock nil (marker))]]
    (is (= 1 (occurrences 'marker (walk/macroexpand-all form))) form)))

(deftest a-long-chain-in-a-go-block-compiles ; T28
  (let [stages (repeat 50 `inc)
        go-block (eval `(fn [x#] (a/go (d/chain x# ~@stages))))]
    (is (= 51 @(a/<!! (go-block 1))))))

;;; §1 defect: a literal or a primitive local as the target did not compile

(deftest targets-may-be-literals-and-primitives
  (is (= 2 @(d/chain 1 inc) @(d/chain' 1 inc)))
  (let [n (long 1)]
    (is (= 2 @(d/chain n inc)))
    (is (false? (d/deferred? n)))
    (is (false? (s/stream? n)))
    (doseq [f [#(d/realized? n) #(d/realized? 1) #(d/on-realized n identity identity)
               #(s/put! n 1) #(s/put! 1 1) #(s/take! n) #(s/close! 1) #(s/description n)]]
      (is (thrown? Exception (f))))))
