(ns hooks.manifold.deferred
  (:require [clj-kondo.hooks-api :as api]))

(defn success-error-unrealized
  "Shows the two symbols as bound in the clause that follows each of them."
  [{:keys [node]}]
  (let [[deferred success success-clause error error-clause unrealized-clause]
        (rest (:children node))
        bound (fn [sym clause]
                (api/list-node
                  [(api/token-node 'let) (api/vector-node [sym (api/token-node nil)]) clause]))]
    {:node (api/list-node
             [(api/token-node 'do)
              deferred
              (bound success success-clause)
              (bound error error-clause)
              unrealized-clause])}))
