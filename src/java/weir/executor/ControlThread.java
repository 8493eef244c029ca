package weir.executor;

import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The one thread that samples all executors of the process. What calls user code, controllers and
 * listeners, gets a short-lived thread of its own, so that it may block.
 */
final class ControlThread {

  private static final DaemonThreads CALLS = new DaemonThreads("weir-executor-control-");

  private ControlThread() {}

  static Future<?> every(long nanos, Runnable task) {
    return Holder.SCHEDULER.scheduleAtFixedRate(task, nanos, nanos, TimeUnit.NANOSECONDS);
  }

  static void call(Runnable userCode) {
    CALLS.newThread(userCode).start();
  }

  private static final class Holder {
    static final ScheduledThreadPoolExecutor SCHEDULER =
        new ScheduledThreadPoolExecutor(1, new DaemonThreads("weir-executor-stats-"));

    static {
      SCHEDULER.setRemoveOnCancelPolicy(true);
    }
  }
}
