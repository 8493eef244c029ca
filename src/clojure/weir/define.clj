;; A `ns` form would take longer to load than all the rest; there is nothing to refer to.
(in-ns 'weir.define)

(def ^{:doc "Like `clojure.core/defn`, without a map of attributes at the end."
       :arglists '([name doc-string? attr-map? [params*] & body]
                   [name doc-string? attr-map? & arities])}
  defn weir.define.Definitions/DEFN)

(def ^{:doc "Like `defn`, for a function of this namespace alone."
       :arglists '([name & decl])}
  defn- weir.define.Definitions/PRIVATE_DEFN)

(def ^{:doc "Like `clojure.core/defmacro`, without a map of attributes at the end."
       :arglists '([name & decl])}
  defmacro weir.define.Definitions/DEFMACRO)

(def ^{:doc "Like `clojure.core/defprotocol`."
       :arglists '([name & opts+sigs])}
  defprotocol weir.define.Definitions/DEFPROTOCOL)

(weir.define.Definitions/macros [#'defn #'defn- #'defmacro #'defprotocol])
