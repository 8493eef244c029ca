package weir.time;

import clojure.lang.AFn;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * One scheduled function, and at the same time the function without arguments that cancels it: that
 * returns true if it prevented a run, false if there was nothing left to prevent.
 */
final class Timer extends AFn {

  private static final VarHandle TASK;

  static {
    try {
      TASK = MethodHandles.lookup().findVarHandle(Timer.class, "task", Runnable.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Milliseconds between two runs; zero if there is only one. */
  final double period;

  private final TimerHeap heap;

  /** Null once the last run began or the timer was cancelled, so that nothing is kept alive. */
  private volatile Runnable task;

  // Guarded by the lock of the heap.
  double due; // milliseconds on the clock of the heap
  long order; // of two timers due at one instant, the one scheduled first goes first
  int index = -1; // position in the heap; -1 outside it

  Timer(TimerHeap heap, double due, double period, Runnable task) {
    this.heap = heap;
    this.due = due;
    this.period = period;
    this.task = task;
  }

  boolean periodic() {
    return period > 0;
  }

  /** The function to run now, or null if the timer was cancelled. */
  Runnable begin() {
    return periodic() ? task : (Runnable) TASK.getAndSet(this, null);
  }

  boolean isCancelled() {
    return task == null;
  }

  /** Whether the scheduled function may run on the thread of the clock. */
  boolean inline() {
    return task instanceof InlineTask;
  }

  boolean cancel() {
    // The task goes first: whoever re-arms a periodic timer looks at it under the lock of the heap.
    if (TASK.getAndSet(this, null) == null) {
      return false;
    }
    heap.remove(this);
    return true;
  }

  @Override
  public Object invoke() {
    return cancel();
  }
}
