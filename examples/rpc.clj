(ns rpc
  "Calls over a length-prefixed protocol: `[id function & arguments]` there, `[id result]` back, in EDN.
  Many calls are under way at once on one connection, and answered in any order."
  (:require
   [aleph.tcp :as tcp]
   [clojure.edn :as edn]
   [manifold.deferred :as d]
   [manifold.stream :as s]
   [weir.frame :as frame]))

(defn- frames [connection]
  (frame/length-prefixed connection {:as :string :max-length 1000000}))

(defn- answer! [frames functions text]
  (let [[id f & args] (edn/read-string text)]
    (-> (d/chain nil (fn [_] (apply (get functions f) args)))
        (d/chain (fn [result] [id :ok result]))
        (d/catch (fn [e] [id :error (str e)]))
        (d/chain pr-str #(s/put! frames %)))))

(defn start-server
  "Serves a map of names to functions, which may return deferreds."
  [functions options]
  (tcp/start-server (fn [connection _]
                      (let [frames (frames connection)]
                        (s/consume #(answer! frames functions %) frames)))
                    options))

(defn client
  "Returns a deferred of a function: it takes a name and arguments, and returns a deferred of the result."
  [options]
  (d/chain (tcp/client options)
           (fn [connection]
             (let [frames (frames connection)
                   waiting (atom {})
                   ids (atom 0)]
               (s/consume (fn [text]
                            (let [[id outcome result] (edn/read-string text)
                                  call (get @waiting id)]
                              (swap! waiting dissoc id)
                              (if (= :ok outcome)
                                (d/success! call result)
                                (d/error! call (ex-info result {:call id})))))
                          frames)
               (s/on-closed connection
                            #(doseq [call (vals @waiting)]
                               (d/error! call (ex-info "the connection was closed" {}))))
               (fn
                 ([] (s/close! connection))
                 ([f & args]
                  (let [id (swap! ids inc)
                        call (d/deferred)]
                    (swap! waiting assoc id call)
                    (d/chain (s/put! frames (pr-str (into [id f] args)))
                             (fn [sent?]
                               (when-not sent?
                                 (d/error! call (ex-info "the connection was closed" {})))))
                    call)))))))
