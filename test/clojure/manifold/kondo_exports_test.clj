(ns manifold.kondo-exports-test
  "The hooks run on a stand-in for clj-kondo's API, and what they return has to compile."
  (:require
   [clojure.edn :as edn]
   [clojure.java.io :as io]
   [clojure.test :refer [deftest is testing]]
   [manifold.deferred]
   [manifold.stream.core]))

(set! *warn-on-reflection* true)

(def ^:private root "clj-kondo.exports/manifold/manifold/")

(defn- ->node [form]
  (cond
    (seq? form) {:tag :list :children (map ->node form)}
    (vector? form) {:tag :vector :children (map ->node form)}
    :else {:tag :token :value form}))

(defn- sexpr [node]
  (case (:tag node)
    :list (apply list (map sexpr (:children node)))
    :vector (mapv sexpr (:children node))
    :token (:value node)))

(def ^:private api
  {'list-node (fn [children] {:tag :list :children children})
   'vector-node (fn [children] {:tag :vector :children children})
   'token-node (fn [value] {:tag :token :value value})
   'list-node? (fn [node] (= :list (:tag node)))
   'sexpr sexpr})

(defn- read-config []
  (edn/read-string (slurp (io/resource (str root "config.edn")))))

(defn- hook
  "Loads the source of a hook, which no class path has at its root, and returns the function."
  [sym]
  (create-ns 'clj-kondo.hooks-api)
  (run! (fn [[k f]] (intern 'clj-kondo.hooks-api k f)) api)
  (dosync (commute @#'clojure.core/*loaded-libs* conj 'clj-kondo.hooks-api))
  (with-open [r (io/reader (io/resource (str root (.replace (namespace sym) \. \/) ".clj")))]
    (load-reader r))
  (resolve sym))

(defn- run-hook [macro form]
  (let [f (hook (get-in (read-config) [:hooks :analyze-call macro]))]
    (sexpr (:node (f {:node (->node form)})))))

(deftest every-macro-of-the-configuration-exists
  (let [config (read-config)]
    (doseq [sym (concat (keys (:lint-as config)) (keys (get-in config [:hooks :analyze-call])))]
      (is (:macro (meta (requiring-resolve sym))) (str sym)))
    (doseq [sym (vals (get-in config [:hooks :analyze-call]))]
      (is (ifn? (hook sym)) (str sym)))))

(deftest stream-definitions-see-parameters-and-lock-and-define-type-and-constructor
  (doseq [macro ['def-sink 'def-source 'def-sink+source]]
    (testing macro
      (let [shown (run-hook (symbol "manifold.stream.core" (name macro))
                            (list macro 'KondoStream '[queue limit]
                                  '(isSynchronous [_] false)
                                  '(description [this] [this queue limit lock])
                                  'clojure.lang.Counted
                                  '(count [_] (int limit))))]
        (is (= '(declare KondoStream ->KondoStream) (second shown)))
        (binding [*ns* (create-ns (gensym "kondo"))]
          (refer 'clojure.core)
          (is (fn? (eval shown))))))))

(deftest branches-of-success-error-unrealized-see-their-own-symbol-only
  (let [shown (fn [success error]
                (run-hook 'manifold.deferred/success-error-unrealized
                          (list 'success-error-unrealized 1 'v success 'e error :pending)))]
    (is (= :pending (eval (shown 'v 'e))))
    (is (thrown? Exception (eval (shown 'e 'e))))
    (is (thrown? Exception (eval (shown 'v 'v))))))
