(ns clj-commons.byte-streams.utils
  "Macros that define a type only once, so that reloading a namespace keeps the old class, and a
  loop without a seq.")

(set! *warn-on-reflection* true)

(defn- unless-defined
  [sym form]
  (when-not (resolve sym) form))

(defmacro defprotocol+
  "As `defprotocol`, unless the name resolves already."
  [name & body]
  (unless-defined name `(defprotocol ~name ~@body)))

(defmacro deftype+
  "As `deftype`, unless the name resolves already."
  [name & body]
  (unless-defined name `(deftype ~name ~@body)))

(defmacro defrecord+
  "As `defrecord`, unless the name resolves already."
  [name & body]
  (unless-defined name `(defrecord ~name ~@body)))

(defmacro definterface+
  "As `definterface`, unless the name resolves already."
  [name & body]
  (unless-defined name `(definterface ~name ~@body)))

(defmacro doit
  "Runs the body for each element of an Iterable: `(doit [x coll] …)`."
  [[x it] & body]
  `(let [it# (.iterator ~(with-meta it {:tag "Iterable"}))]
     (while (.hasNext it#)
       (let [~x (.next it#)]
         ~@body))))
