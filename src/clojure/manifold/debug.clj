(ns ^:no-doc manifold.debug
  "Detection of deferreds that end in error and are dropped without anybody having looked."
  (:refer-clojure :exclude [defn])
  (:require
    [weir.define :refer [defn]])
  (:import
    [weir.deferred DroppedErrors]))

(set! *warn-on-reflection* true)

(def ^:dynamic *dropped-error-logging-enabled?*
  "Whether dropped errors are detected and logged. Consulted when a deferred is made and again
  before the error is reported."
  true)

(def ^:dynamic *leak-aware-deferred-rate*
  "Of the deferreds made by `manifold.deferred/deferred`, one in so many is watched. Every
  `error-deferred` is."
  DroppedErrors/DEFAULT_RATE)

(def dropped-errors
  "Inside `with-dropped-error-detection` an atom that counts, else nil."
  nil)

(defn enable-dropped-error-logging!
  "Turns detection on for all threads."
  []
  (alter-var-root #'*dropped-error-logging-enabled?* (constantly true)))

(defn disable-dropped-error-logging!
  "Turns detection off for all threads."
  []
  (alter-var-root #'*dropped-error-logging-enabled?* (constantly false)))

(defn set-leak-aware-deferred-rate!
  "Sets for all threads that one in `n` deferreds is watched."
  [n]
  (alter-var-root #'*leak-aware-deferred-rate* (constantly n)))

(defn log-dropped-error!
  "Logs a warning about `error` and counts it."
  [error]
  (some-> dropped-errors (swap! inc))
  (DroppedErrors/log error))

(defn with-dropped-error-detection
  "Calls `f`, collects garbage until no more dropped errors turn up, and calls
  `handle-dropped-errors` with their number. Cannot be nested."
  [f handle-dropped-errors]
  (when dropped-errors
    (throw (AssertionError. "Assert failed: with-dropped-error-detection may not be nested")))
  (DroppedErrors/flush)
  (let [counter (atom 0)]
    (alter-var-root #'dropped-errors (constantly counter))
    (try
      (f)
      (DroppedErrors/flush)
      (handle-dropped-errors @counter)
      (finally
        (alter-var-root #'dropped-errors (constantly nil))))))

(DroppedErrors/configure
  #'*dropped-error-logging-enabled?* #'*leak-aware-deferred-rate* #'log-dropped-error!)
