package org.httpkit.timer;

import clojure.lang.AFn;
import weir.time.CurrentClock;
import weir.time.DelayedTask;

/** Runs things later: what {@code org.httpkit.timer} does, for programs in Java. */
public final class TimerService {

  /** The one of the process. */
  public static final TimerService SERVICE = new TimerService();

  private TimerService() {}

  /**
   * Runs a task once, on a thread that may block; what it throws is logged.
   *
   * @param millis how much later
   */
  public CancelableFutureTask scheduleTask(int millis, Runnable task) {
    return DelayedTask.schedule(
        CurrentClock.get(),
        millis,
        new AFn() {
          @Override
          public Object invoke() {
            task.run();
            return null;
          }
        });
  }
}
