package weir.executor;

/** What an executor measures of itself; see {@link Stats} for the units. */
public enum Metric {
  /** Tasks waiting for a thread. */
  QUEUE_LENGTH,
  /** Time from a task's submission to its start. */
  QUEUE_LATENCY,
  /** Time from a task's submission to its end. */
  TASK_LATENCY,
  /** Tasks submitted in a second. */
  TASK_ARRIVAL_RATE,
  /** Tasks ended in a second, well or not. */
  TASK_COMPLETION_RATE,
  /** Tasks refused in a second. */
  TASK_REJECTION_RATE,
  /** The part of the threads that is running a task, from 0 to 1. */
  UTILIZATION
}
