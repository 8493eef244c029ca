package weir.time;

import clojure.lang.AFn;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A clock over a scheduler of the user's. Functions run on the threads of that scheduler, in its
 * order; its size decides how many may block without delaying others. A periodic function that
 * throws is logged and not run again.
 */
public final class ScheduledExecutorClock implements Clock {

  private static final Logger LOG = LoggerFactory.getLogger(ScheduledExecutorClock.class);

  private static final double NANOS_PER_MS = 1e6;

  private final ScheduledExecutorService scheduler;

  /**
   * @param scheduler is not shut down by this clock
   */
  public ScheduledExecutorClock(ScheduledExecutorService scheduler) {
    this.scheduler = Objects.requireNonNull(scheduler, "scheduler");
  }

  @Override
  public double now() {
    return System.nanoTime() / NANOS_PER_MS;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if {@code intervalMs} is not a number
   * @throws java.util.concurrent.RejectedExecutionException if the scheduler was shut down
   */
  @Override
  public Object in(double intervalMs, Runnable f) {
    long nanos = nanos(Intervals.delay(intervalMs));
    Runnable task = logged(Intervals.task(f));
    return new Cancel(scheduler, scheduler.schedule(task, nanos, TimeUnit.NANOSECONDS));
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if {@code periodMs} is not more than zero
   * @throws java.util.concurrent.RejectedExecutionException if the scheduler was shut down
   */
  @Override
  public Object every(double delayMs, double periodMs, Runnable f) {
    long delay = nanos(Intervals.delay(delayMs));
    long period = Math.max(1, nanos(Intervals.period(periodMs)));
    Runnable task = logged(Intervals.task(f));
    return new Cancel(
        scheduler, scheduler.scheduleAtFixedRate(task, delay, period, TimeUnit.NANOSECONDS));
  }

  /** Rounds; more than a long can hold becomes some 146 years, which no scheduler overflows on. */
  private static long nanos(double ms) {
    return Math.min(Math.round(ms * NANOS_PER_MS), Long.MAX_VALUE >> 1);
  }

  /** The scheduler keeps an exception in a future that nobody reads. */
  private static Runnable logged(Runnable f) {
    return () -> {
      try {
        f.run();
      } catch (Throwable e) {
        LOG.error("a scheduled function failed", e);
        throw e;
      }
    };
  }

  /** The function without arguments that cancels one schedule. */
  private static final class Cancel extends AFn {
    private final ScheduledExecutorService scheduler;
    private final Future<?> future;

    Cancel(ScheduledExecutorService scheduler, Future<?> future) {
      this.scheduler = scheduler;
      this.future = future;
    }

    @Override
    public Object invoke() {
      boolean cancelled = future.cancel(false);
      // Unless told otherwise, a scheduler keeps cancelled tasks until their time has come.
      if (cancelled
          && scheduler instanceof ScheduledThreadPoolExecutor pool
          && !pool.getRemoveOnCancelPolicy()
          && future instanceof Runnable task) {
        pool.remove(task);
      }
      return cancelled;
    }
  }
}
