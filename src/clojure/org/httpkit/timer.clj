(ns org.httpkit.timer
  "Things that run later. Bodies run on threads of a pool, so one that blocks delays no other."
  (:import
   (org.httpkit.timer CancelableFutureTask)
   (weir.time CurrentClock DelayedTask)))

(set! *warn-on-reflection* true)

(defn ^:no-doc schedule
  "Calls `f`, a function without arguments, after `ms`. Returns the task."
  ^CancelableFutureTask [ms f]
  (DelayedTask/schedule (CurrentClock/get) (long ms) f))

(defmacro schedule-task
  "Runs `body` once after `ms` and returns a task that `cancel` takes. The value of the body is dropped;
  what it throws is logged."
  [ms & body]
  `(schedule ~ms (fn [] ~@body)))

(defn cancel
  "Returns true if `task` will never run because of this call; false if it ran, runs, or was cancelled."
  [^CancelableFutureTask task]
  (.cancel task))

(defn ^:no-doc cancelling
  "Returns a function that calls `f` if it can cancel `task` first."
  [task f]
  (fn [& args]
    (when (cancel task)
      (apply f args))))

(defmacro with-timeout
  "Runs `body` with the symbol `f` bound to a function that calls the original `f` unless `ms` have
  passed, in which case `timeout-form` has run: one of both happens, once.

    (with-timeout respond 100 (respond (timed-out))
      (do-something-slow respond))"
  [f ms timeout-form & body]
  `(let [task# (schedule-task ~ms ~timeout-form)
         ~f (cancelling task# ~f)]
     ~@body))
