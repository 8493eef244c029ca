(ns manifold.time
  "Durations, timestamps, and functions that are called later. All durations are milliseconds and may
  be doubles.

  What runs later goes through `*clock*`, which a test can replace by a `mock-clock`. The real clock
  has one thread that only dispatches; functions run on threads named `manifold-scheduler-pool-<i>`,
  so one that blocks delays no other."
  (:import
   [java.time.temporal ChronoUnit]
   [java.util.function Supplier ToDoubleFunction]
   [manifold.time IClock]
   [weir.deferred Deferreds]
   [weir.time CurrentClock MockClock ScheduledExecutorClock SystemClock Timestamps]))

(set! *warn-on-reflection* true)

;;; durations

(defn nanoseconds
  "Converts `n` nanoseconds to milliseconds."
  [n]
  (/ (double n) 1e6))

(defn microseconds
  "Converts `n` microseconds to milliseconds."
  [n]
  (/ (double n) 1e3))

(defn milliseconds
  "Converts `n` milliseconds to milliseconds, as a double."
  [n]
  (double n))

(defn seconds
  "Converts `n` seconds to milliseconds."
  [n]
  (* (double n) 1e3))

(defn minutes
  "Converts `n` minutes to milliseconds."
  [n]
  (* (double n) 6e4))

(defn hours
  "Converts `n` hours to milliseconds."
  [n]
  (* (double n) 36e5))

(defn days
  "Converts `n` days of 24 hours to milliseconds."
  [n]
  (* (double n) 864e5))

(defn hz
  "Converts a frequency to the milliseconds of one period."
  [n]
  (/ 1e3 (double n)))

(defn format-duration
  "Returns a duration in the style of \"1d 1h 1m 1s\". Units that are zero are left out, less than a
  second is \"0s\"."
  [n]
  (Timestamps/format (double n)))

;;; timestamps

(defn- ->unit ^ChronoUnit [unit]
  (case unit
    :millisecond ChronoUnit/MILLIS
    :second ChronoUnit/SECONDS
    :minute ChronoUnit/MINUTES
    :hour ChronoUnit/HOURS
    :day ChronoUnit/DAYS
    :week ChronoUnit/WEEKS
    :month ChronoUnit/MONTHS
    (throw (AssertionError.
            (str "unit is " (pr-str unit)
                 " (expected: :millisecond :second :minute :hour :day :week or :month)")))))

(defn floor
  "Rounds a timestamp in epoch ms down to the start of a unit in UTC: `:millisecond`, `:second`,
  `:minute`, `:hour`, `:day`, `:week`, which starts on Monday, or `:month`."
  [timestamp unit]
  (Timestamps/floor (long timestamp) (->unit unit)))

(defn add
  "Adds `value` units to a timestamp in epoch ms, by the calendar in UTC. Units are those of `floor`."
  [timestamp value unit]
  (Timestamps/add (long timestamp) (long value) (->unit unit)))

;;; clocks

(defprotocol IMockClock
  "A clock that stands still until it is told to move."
  (now [clock] "Returns what the clock shows, in ms, as a double.")
  (advance [clock time]
    "Moves the clock by `time` ms, and runs what becomes due in the order of time, on this thread."))

(extend-type MockClock
  IMockClock
  (now [clock] (.now clock))
  (advance [clock time] (.advance clock (double time))))

(def ^:dynamic ^IClock *clock*
  "The clock of everything timed. It is read when a timer is made."
  (SystemClock/instance))

(CurrentClock/supplier
 (reify Supplier
   (get [_] *clock*)))

(CurrentClock/foreignReader
 (reify ToDoubleFunction
   (applyAsDouble [_ clock]
     (double (if (satisfies? IMockClock clock)
               (now clock)
               (.now (SystemClock/instance)))))))

(defmacro with-clock
  "Runs `body` with `clock` as the clock of everything timed."
  [clock & body]
  `(binding [*clock* ~clock]
     ~@body))

(defn mock-clock
  "Returns a clock for tests, which shows `initial-time` (default 0) until `advance` moves it. What is
  due at once runs at once, on the calling thread; of functions due at one instant, the one scheduled
  first runs first."
  ([]
   (MockClock.))
  ([initial-time]
   (MockClock. (double initial-time))))

(defn scheduled-executor->clock
  "Returns a clock over a ScheduledExecutorService, on whose threads everything runs."
  [e]
  (ScheduledExecutorClock. e))

(defn every
  "Calls `f`, a function without arguments, after `initial-delay` (default 0) and then once each
  `period`. Returns a function without arguments that ends this. So does an exception in `f`, which is
  logged."
  ([period f]
   (every period 0 f))
  ([period initial-delay f]
   (.every *clock* (double initial-delay) (double period) f)))

(defn in
  "Calls `f`, a function without arguments, after `interval`, at once if that is negative. Returns a
  deferred of what it returns, or of what the deferred yields that it returns; an exception is the
  error. Realizing the deferred before that cancels the call."
  [interval f]
  (Deferreds/in *clock* (double interval) f))

(defn at
  "Calls `f` at a timestamp in epoch ms by the current clock, at once if that is past. Otherwise the
  same as `in`."
  [timestamp f]
  (in (- (double timestamp) (CurrentClock/epochMillis *clock*)) f))
