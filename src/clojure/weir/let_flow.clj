(ns ^:no-doc weir.let-flow
  "What `manifold.deferred/let-flow` expands to; loaded when it first does. Names are found by a walk
  that knows the special forms and their scopes, and that expands macros in the environment they
  stand in; the code itself is emitted as it was written."
  (:import
    [clojure.lang Compiler$LocalBinding]
    [weir.deferred Flow]
    [weir.options Arguments]))

(set! *warn-on-reflection* true)

(declare mentions)

(defn- mentions-all [env forms]
  (reduce into #{} (map #(mentions env %) forms)))

(defn- bind
  "Returns `env` with `names` bound inside the form: mentioning them means nothing to the flow."
  [env names]
  (reduce (fn [env n] (-> env (update :locals assoc n nil) (update :names disj n))) env names))

(defn- mentions-sequentially
  "For the bindings of `let*` and `loop*`: each name is in scope from the next one on."
  [env bindings body]
  (let [step (fn [[env found] [n init]]
               [(bind env [n]) (into found (mentions env init))])
        [env found] (reduce step [env #{}] (partition 2 bindings))]
    (into found (mentions-all env body))))

(defn- mentions-in-methods [env methods]
  (reduce into #{}
    (map (fn [[params & body]] (mentions-all (bind env params) body)) methods)))

(defn- mentions-in-fn [env [_ & more]]
  (let [[n more] (if (symbol? (first more)) [(first more) (rest more)] [nil more])
        methods  (if (vector? (first more)) [more] more)]
    (mentions-in-methods (if n (bind env [n]) env) methods)))

(defn- mentions-in-reify [env [_ _ & methods]]
  (mentions-in-methods env (map rest methods)))

(defn- mentions-in-deftype [env [_ _ _ fields & more]]
  (mentions-in-methods (bind env fields) (map rest (filter seq? more))))

(defn- mentions-in-case
  "Test constants are not code."
  [env [_ tested _ _ default clauses]]
  (into (mentions-all env [tested default]) (mentions-all env (map second (vals clauses)))))

(defn- mentions-in-dot
  "A member is not a local of that name."
  [env [_ target member & args]]
  (mentions-all env (cons target (if (seq? member) (rest member) args))))

(defn- mentions-in-special [env form]
  (case (first form)
    (quote var import* clojure.core/import*) #{}
    fn* (mentions-in-fn env form)
    (let* loop*) (mentions-sequentially env (second form) (nnext form))
    letfn* (let [names (take-nth 2 (second form))]
             (mentions-all (bind env names) (concat (take-nth 2 (rest (second form))) (nnext form))))
    catch (mentions-all (bind env [(nth form 2)]) (drop 3 form))
    new (mentions-all env (nnext form))
    . (mentions-in-dot env form)
    def (mentions env (last (nnext form)))
    case* (mentions-in-case env form)
    reify* (mentions-in-reify env form)
    deftype* (mentions-in-deftype env form)
    (mentions-all env (rest form))))

(def ^:private as-deferred
  (resolve 'manifold.deferred/as-deferred))

(defn- resolve-op [locals op]
  (when (and (symbol? op) (not (contains? locals op)))
    (try
      (ns-resolve *ns* op)
      (catch ClassNotFoundException _ nil))))

(def ^:private takes-deferreds
  "Functions that are of no use in a flow when they get a plain value."
  #{"alt" "alt'" "timeout!" "connect" "on-realized"})

(defn- warn-of-values [env v args]
  (when (and (= 'manifold.deferred (ns-name (:ns (meta v))))
          (takes-deferreds (name (:name (meta v)))))
    (doseq [n (filter (:bound env) args)]
      (binding [*out* *err*]
        (println (str "WARNING: " (:name (meta v)) " in let-flow gets the value of " n
                   "; to pass the deferred itself, write (as-deferred " n ")"))))))

(defn- mentions-in-call [env [op & args :as form]]
  (let [v (resolve-op (:locals env) op)]
    (cond
      (= v as-deferred) #{}
      (and (var? v) (.isMacro ^clojure.lang.Var v))
      (mentions env (apply @v form (:locals env) args))
      :else
      (do (when (var? v) (warn-of-values env v args))
        (mentions-all env form)))))

(defn- mentions
  "Returns which of the names of `env` the form mentions. `env` holds the `:names` that count, the
  `:locals` in scope, as in &env, and the names that the flow itself has `:bound`."
  [env form]
  (cond
    (symbol? form) (if (contains? (:names env) form) #{form} #{})
    (and (seq? form) (seq form))
    (let [op (first form)]
      (if (and (special-symbol? op) (not (contains? (:locals env) op)))
        (mentions-in-special env form)
        (mentions-in-call env form)))
    (map? form) (mentions-all env (mapcat identity form))
    (coll? form) (mentions-all env form)
    :else #{}))

(defn- primitive-local?
  "A primitive is no deferred, and a copy of it would only be slower."
  [local]
  (and (instance? Compiler$LocalBinding local)
    (.hasJavaClass ^Compiler$LocalBinding local)
    (when-let [^Class c (.getJavaClass ^Compiler$LocalBinding local)]
      (.isPrimitive c))))

(defn- local-tag [local]
  (when (instance? Compiler$LocalBinding local)
    (.-tag ^Compiler$LocalBinding local)))

(def ^:private primitive-tags
  '#{long double int float short byte char boolean})

(defn- without-primitive-tag [sym]
  (if (primitive-tags (:tag (meta sym)))
    (vary-meta sym dissoc :tag)
    sym))

(defn- flow-symbol [sym]
  (symbol (str "flow--" sym)))

(defn- function-of
  "Returns a form for a function of an array, whose elements `names` are bound to."
  [names body]
  (let [values (with-meta (gensym "values") {:tag 'objects})]
    `(fn [~values]
       (let [~@(mapcat (fn [i n] [n `(aget ~(with-meta values nil) ~i)]) (range) names)]
         ~@body))))

(defn- flow-step
  "Adds one binding to the state of the expansion."
  [{:keys [env] :as state} [n init]]
  (let [found (sort-by str (mentions env init))
        held  (gensym (str "held-" n "-"))
        init  (if (seq found)
                `(.expression ~(:flow state)
                   (object-array [~@(map flow-symbol found)])
                   ~(function-of (map #(get-in state [:tagged %] %) found) [init]))
                init)]
    (-> state
      (update :forms conj held init (flow-symbol n) held)
      (update :held conj [n held])
      (update :mentioned into found)
      (update :env (fn [env] (-> env
                               (update :names conj n)
                               (update :bound conj n)
                               (update :locals assoc n nil))))
      (assoc-in [:tagged n] (without-primitive-tag n)))))

(defn- outer-locals
  "Returns the locals of the caller that may be deferreds, with their type hints."
  [env]
  (into {}
    (for [[sym local] env :when (not (primitive-local? local))]
      [sym (if-let [tag (local-tag local)]
             (vary-meta sym assoc :tag tag)
             sym)])))

(defn expand
  "Returns the expansion of `let-flow`, or of `let-flow'` if not `coercing?`, in `env`."
  [coercing? env bindings body]
  (when-not (and (vector? bindings) (even? (count bindings)))
    (throw (Arguments/illegal "bindings of let-flow" bindings
                               "a vector with an even number of forms")))
  (let [outer   (outer-locals env)
        flow    (with-meta (gensym "flow") {:tag `Flow})
        start   {:flow flow, :forms [], :held [], :mentioned #{}, :tagged outer
                 :env {:names (set (keys outer)), :locals (or env {}), :bound #{}}}
        state   (reduce flow-step start (partition 2 (destructure bindings)))
        bound   (set (map first (:held state)))
        others  (sort-by str (remove bound (mentions-all (:env state) body)))
        names   (concat (map #(get-in state [:tagged %]) others)
                  (map (comp without-primitive-tag first) (:held state)))
        awaited (filter (into (:mentioned state) others) (keys outer))
        held    (concat (map flow-symbol others) (map second (:held state)))]
    `(let [~flow (Flow/open ~coercing?)]
       (try
         (let [~@(mapcat (fn [sym] [(flow-symbol sym) sym]) awaited)
               ~@(:forms state)]
           (.body ~flow (object-array [~@held]) ~(function-of names body)))
         (finally
           (.close ~flow))))))
