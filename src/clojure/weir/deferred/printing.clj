(ns ^:no-doc weir.deferred.printing
  "How deferreds print; loaded when the first one is."
  (:import
    [java.io Writer]
    [manifold.deferred IDeferred]
    [weir.deferred Deferreds]))

(set! *warn-on-reflection* true)

(defn print-deferred
  "Writes the value of a deferred, its error, or that it has none yet."
  [^IDeferred d ^Writer w]
  (let [value (.successValue d Deferreds/ABSENT)
        error (.errorValue d Deferreds/ABSENT)]
    (.write w "<< ")
    (cond
      (not (identical? value Deferreds/ABSENT)) (print-method value w)
      (not (identical? error Deferreds/ABSENT)) (do (.write w "ERROR: ") (print-method error w))
      :else (.write w "\u2026"))
    (.write w " >>")))
