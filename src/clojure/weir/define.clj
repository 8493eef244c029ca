(ns weir.define
  "`defn`, `defn-` and `defmacro` that load fast. Those of clojure.core hold each definition against a
  spec when it is expanded, and then the `fn` in it; in a JVM that has just started this is three
  quarters of the time that a small function takes to load. What these make is the same.

  Where parameters are destructured or conditions stated, `clojure.core/fn` is asked after all."
  (:refer-clojure :exclude [defn defn- defmacro]))

(set! *warn-on-reflection* true)

(def ^:private plain?
  "Returns whether an arity needs nothing that `fn` has beyond `fn*`."
  (fn* [arity]
    (if (every? symbol? (first arity))
      (if (nnext arity) (not (map? (second arity))) true)
      false)))

(def ^:private resolved
  "Returns a parameter vector whose type hint, if any, names the class in full, for callers in other
  namespaces."
  (fn* [params]
    (let* [tag (:tag (meta params))
           class (if (symbol? tag) (resolve tag) nil)]
      (if (class? class)
        (vary-meta params assoc :tag (symbol (.getName ^Class class)))
        params))))

(def ^:private definition
  "Returns the `def` form of a function.

  before - parameters that each arity has before those written
  more   - further metadata of the var"
  (fn* [name decl before more]
    (let* [doc (if (string? (first decl)) {:doc (first decl)} nil)
           decl (if doc (next decl) decl)
           attributes (if (map? (first decl)) (first decl) nil)
           decl (if attributes (next decl) decl)
           arities (if (vector? (first decl)) (list decl) decl)
           arglists (list 'quote (map (fn* [arity] (resolved (first arity))) arities))
           about (conj {:arglists arglists} (meta name) doc attributes more)
           whole (map (fn* [arity]
                        (cons (with-meta (into before (first arity)) (meta (first arity)))
                              (next arity)))
                      arities)
           f (list* (if (every? plain? whole) 'fn* `fn) name whole)]
      (list 'def (with-meta name about) (with-meta f {:rettag (:tag about)})))))

(def ^{:macro true
       :arglists '([name doc-string? attr-map? [params*] & body]
                   [name doc-string? attr-map? & arities])}
  defn
  "Like `clojure.core/defn`, without a map of attributes at the end."
  (fn* [_form _env name & decl]
    (definition name decl [] nil)))

(def ^{:macro true :arglists '([name & decl])} defn-
  "Like `defn`, for a function of this namespace alone."
  (fn* [_form _env name & decl]
    (definition name decl [] {:private true})))

(def ^{:macro true :arglists '([name & decl])} defmacro
  "Like `clojure.core/defmacro`, without a map of attributes at the end."
  (fn* [_form _env name & decl]
    (definition name decl '[&form &env] {:macro true})))
