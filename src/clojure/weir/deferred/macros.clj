(ns ^:no-doc weir.deferred.macros
  "What macros of `manifold.deferred` expand to; loaded when the first of them does."
  (:import
    [clojure.lang IFn]
    [manifold.deferred IDeferred]
    [weir.deferred Deferreds]
    [weir.options Arguments]))

(set! *warn-on-reflection* true)

(defn success-error-unrealized
  "Returns a form that evaluates one of three clauses by what the deferred is now."
  [deferred success-value success-clause error-value error-clause unrealized-clause]
  (let [d (with-meta (gensym "deferred") {:tag `IDeferred})]
    `(let [~d ~deferred
           ~success-value (.successValue ~d Deferreds/ABSENT)]
       (if (identical? Deferreds/ABSENT ~success-value)
         (let [~error-value (.errorValue ~d Deferreds/ABSENT)]
           (if (identical? Deferreds/ABSENT ~error-value)
             ~unrealized-clause
             ~error-clause))
         ~success-clause))))

(defn- loop-parameters
  "At most 20 parameters are positional, which is all a function can have."
  [names]
  (if (< 20 (count names))
    (let [[positional more] (split-at 19 names)]
      (conj (vec positional) '& (vec more)))
    (vec names)))

(defn deferred-loop
  "Returns a form that evaluates the body until it is no marker of `recur`."
  [bindings body]
  (when-not (and (vector? bindings) (even? (count bindings)))
    (throw (Arguments/illegal "bindings of loop" bindings "a vector with an even number of forms")))
  (let [pairs (partition 2 bindings)
        names (repeatedly (count pairs) #(gensym "arg"))]
    `(let [~@(mapcat (fn [[pattern init] n] [n init pattern n]) pairs names)]
       (Deferreds/loop
         ^IFn (fn ~(loop-parameters names)
                (let [~@(mapcat (fn [[pattern _] n] [pattern n]) pairs names)]
                  ~@body))
         (object-array [~@names])))))

(defn flow-name
  "Returns the symbol that `let-flow` has bound to the deferred behind `name`, or else `name`."
  [env name]
  (when-not (symbol? name)
    (throw (Arguments/illegal "name" name "a name that is bound, as in (as-deferred name)")))
  (let [flow-name (symbol (str "flow--" name))]
    (if (contains? env flow-name) flow-name name)))
