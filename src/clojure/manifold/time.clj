(ns manifold.time
  "Durations, timestamps, and functions that are called later. All durations are milliseconds and may
  be doubles.

  What runs later goes through `*clock*`, which a test can replace by a `mock-clock`. The real clock
  has one thread that only dispatches; functions run on threads named `manifold-scheduler-pool-<i>`,
  so one that blocks delays no other."
  (:import
   [java.time.temporal ChronoUnit]
   [java.util.concurrent ScheduledExecutorService]
   [java.util.function Supplier ToDoubleFunction]
   [manifold.time IClock]
   [weir.deferred Context Deferreds]
   [weir.options Arguments]
   [weir.time CurrentClock MockClock ScheduledExecutorClock SystemClock Timestamps]))

(set! *warn-on-reflection* true)

;;; durations

(defn nanoseconds
  "Converts `n` nanoseconds to milliseconds."
  [n]
  (/ (Arguments/decimal "n" n) 1e6))

(defn microseconds
  "Converts `n` microseconds to milliseconds."
  [n]
  (/ (Arguments/decimal "n" n) 1e3))

(defn milliseconds
  "Converts `n` milliseconds to milliseconds, as a double."
  [n]
  (Arguments/decimal "n" n))

(defn seconds
  "Converts `n` seconds to milliseconds."
  [n]
  (* (Arguments/decimal "n" n) 1e3))

(defn minutes
  "Converts `n` minutes to milliseconds."
  [n]
  (* (Arguments/decimal "n" n) 6e4))

(defn hours
  "Converts `n` hours to milliseconds."
  [n]
  (* (Arguments/decimal "n" n) 36e5))

(defn days
  "Converts `n` days of 24 hours to milliseconds."
  [n]
  (* (Arguments/decimal "n" n) 864e5))

(defn hz
  "Converts a frequency to the milliseconds of one period."
  [n]
  (/ 1e3 (Arguments/decimal "n" n)))

(defn format-duration
  "Returns a duration in the style of \"1d 1h 1m 1s\". Units that are zero are left out, less than a
  second is \"0s\"."
  [n]
  (Timestamps/format (Arguments/decimal "n" n)))

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
            (Arguments/message
             "unit" unit ":millisecond :second :minute :hour :day :week or :month")))))

(defn floor
  "Rounds a timestamp in epoch ms down to the start of a unit in UTC: `:millisecond`, `:second`,
  `:minute`, `:hour`, `:day`, `:week`, which starts on Monday, or `:month`."
  [timestamp unit]
  (Timestamps/floor (Arguments/whole "timestamp" timestamp) (->unit unit)))

(defn add
  "Adds `value` units to a timestamp in epoch ms, by the calendar in UTC. Units are those of `floor`."
  [timestamp value unit]
  (Timestamps/add (Arguments/whole "timestamp" timestamp) (Arguments/whole "value" value)
                  (->unit unit)))

;;; clocks

(defprotocol IMockClock
  "A clock that stands still until it is told to move."
  (now [clock] "Returns what the clock shows, in ms, as a double.")
  (advance [clock time]
    "Moves the clock by `time` ms, and runs what becomes due in the order of time, on this thread."))

(extend-type MockClock
  IMockClock
  (now [clock] (.now clock))
  (advance [clock time] (.advance clock (Arguments/decimal "time" time))))

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
  `(binding [*clock* (CurrentClock/of ~clock)]
     ~@body))

(defn mock-clock
  "Returns a clock for tests, which shows `initial-time` (default 0) until `advance` moves it. What is
  due at once runs at once, on the calling thread; of functions due at one instant, the one scheduled
  first runs first."
  ([]
   (MockClock.))
  ([initial-time]
   (MockClock. (Arguments/decimal "initial-time" initial-time))))

(defn scheduled-executor->clock
  "Returns a clock over a ScheduledExecutorService, on whose threads everything runs."
  [e]
  (ScheduledExecutorClock.
   (Arguments/instance ScheduledExecutorService "e" e "a ScheduledExecutorService")))

(defn every
  "Calls `f`, a function without arguments, after `initial-delay` (default 0) and then once each
  `period`. Returns a function without arguments that ends this. So does an exception in `f`, which is
  logged."
  ([period f]
   (every period 0 f))
  ([period initial-delay f]
   (.every *clock* (Arguments/decimal "initial-delay" initial-delay)
           (Arguments/decimal "period" period) (Context/around (Arguments/runnable "f" f)))))

(defn in
  "Calls `f`, a function without arguments, after `interval`, at once if that is negative. Returns a
  deferred of what it returns, or of what the deferred yields that it returns; an exception is the
  error. Realizing the deferred before that cancels the call."
  [interval f]
  (Deferreds/in *clock* (Arguments/decimal "interval" interval) (Arguments/callable "f" f)))

(defn at
  "Calls `f` at a timestamp in epoch ms by the current clock, at once if that is past. Otherwise the
  same as `in`."
  [timestamp f]
  (in (- (Arguments/decimal "timestamp" timestamp) (CurrentClock/epochMillis *clock*)) f))
