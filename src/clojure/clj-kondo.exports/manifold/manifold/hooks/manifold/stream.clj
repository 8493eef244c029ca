(ns hooks.manifold.stream
  (:require [clj-kondo.hooks-api :as api]))

(defn def-stream
  "Shows a stream definition as a record whose methods may use the local `lock`."
  [{:keys [node]}]
  (let [[stream-name params & body] (rest (:children node))
        lock   (api/token-node 'lock)
        method (fn [m]
                 (let [[method-name args & forms] (:children m)]
                   (api/list-node
                     [(api/token-node 'fn)
                      method-name
                      args
                      (api/list-node
                        (list* (api/token-node 'let)
                          (api/vector-node [lock (api/token-node nil)])
                          lock
                          forms))])))
        methods (map #(if (api/list-node? %) (method %) %) body)]
    {:node (api/list-node
             (list* (api/token-node 'do)
               (api/list-node
                 [(api/token-node 'declare)
                  stream-name
                  (api/token-node (symbol (str "->" (api/sexpr stream-name))))])
               [(api/list-node
                  (list* (api/token-node 'fn) params methods))]))}))
