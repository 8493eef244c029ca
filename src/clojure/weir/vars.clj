(ns ^:no-doc weir.vars
  "One namespace's vars under the name of another.")

(set! *warn-on-reflection* true)

(defmacro alias-publics
  "Interns each public var of namespace `from` here too, with its value and metadata. A protocol that is
  extended later is passed on."
  [from]
  `(doseq [[s# v#] (ns-publics '~from)]
     (alias-var *ns* s# v#)))

(defn alias-var
  "Interns in `ns` a var like `v`, and keeps its value the same."
  [ns s v]
  (let [copy (intern ns (with-meta s (dissoc (meta v) :ns :name)) @v)]
    (add-watch v [::alias (ns-name ns)]
               (fn [_ _ _ now] (alter-var-root copy (constantly now))))))
