package weir.time;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.executor.Pools;

/**
 * Real time, with a resolution of a microsecond. One daemon thread waits for what is due next and
 * hands it to an executor of unbounded size, so a function that blocks delays no other.
 *
 * <p>Two functions scheduled for different times start in that order but may overlap; the runs of
 * one periodic function never do. A periodic function that throws is logged and not run again. A
 * cancelled timer leaves the clock at once and keeps nothing alive.
 */
public final class SystemClock implements Clock {

  private static final Logger LOG = LoggerFactory.getLogger(SystemClock.class);

  private static final double NANOS_PER_MS = 1e6;

  private final long origin = System.nanoTime();
  private final TimerHeap heap = new TimerHeap();
  private final Executor callbacks;
  private final Thread dispatcher = new Thread(null, this::dispatch, "weir-timer", 0, false);

  private final AtomicBoolean started = new AtomicBoolean();

  private SystemClock(Executor callbacks) {
    this.callbacks = callbacks;
    dispatcher.setDaemon(true);
  }

  /** The clock of the process. Its thread starts with the first timer. */
  public static SystemClock instance() {
    return Holder.INSTANCE;
  }

  /**
   * Where scheduled functions run: threads named {@code manifold-scheduler-pool-<i>}, unbounded in
   * number, without a current executor. For engine code that finds on the timer thread, in an
   * {@link InlineTask}, that there is user code to call.
   */
  public static Executor callbackExecutor() {
    return Callbacks.EXECUTOR;
  }

  @Override
  public double now() {
    return (System.nanoTime() - origin) / NANOS_PER_MS;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if {@code intervalMs} is not a number
   */
  @Override
  public Object in(double intervalMs, Runnable f) {
    return schedule(Intervals.delay(intervalMs), 0, Intervals.task(f));
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if {@code periodMs} is not more than zero
   */
  @Override
  public Object every(double delayMs, double periodMs, Runnable f) {
    return schedule(Intervals.delay(delayMs), Intervals.period(periodMs), Intervals.task(f));
  }

  /** How many timers wait, cancelled ones not included. */
  public int pending() {
    return heap.size();
  }

  private Timer schedule(double delay, double period, Runnable f) {
    Timer timer = new Timer(heap, now() + delay, period, f);
    wakeIf(heap.add(timer));
    return timer;
  }

  private void wakeIf(boolean first) {
    if (!first) {
      return;
    }
    if (!started.get() && started.compareAndSet(false, true)) {
      // Reads the heap before it sleeps, and so sees what was added in the meantime as well.
      dispatcher.start();
    } else {
      LockSupport.unpark(dispatcher);
    }
  }

  private void dispatch() {
    while (true) {
      Timer due;
      while ((due = heap.pollDue(now())) != null) {
        start(due);
      }
      awaitNext();
    }
  }

  /**
   * Sleeps until the first timer is due. A timer added in front after the heap was read leaves an
   * unpark behind, which ends the sleep before it begins.
   */
  private void awaitNext() {
    double next = heap.nextDue();
    if (next == Double.POSITIVE_INFINITY) {
      LockSupport.park(this);
      return;
    }
    long nanos = (long) Math.ceil((next - now()) * NANOS_PER_MS);
    if (nanos > 0) {
      LockSupport.parkNanos(this, nanos);
    }
  }

  private void start(Timer timer) {
    if (timer.inline()) {
      run(timer);
      return;
    }
    try {
      callbacks.execute(() -> run(timer));
    } catch (Throwable e) {
      // No thread to be had. Late timers for everyone are better than one that never fires.
      LOG.warn("no thread for a scheduled function, running it on the timer thread", e);
      run(timer);
    }
  }

  private void run(Timer timer) {
    Runnable f = timer.begin();
    if (f == null) {
      return;
    }
    try {
      f.run();
    } catch (Throwable e) {
      timer.cancel();
      LOG.error("a scheduled function failed{}", timer.periodic() ? ", it will not repeat" : "", e);
      return;
    }
    if (timer.periodic()) {
      // Only now, so that one periodic function never runs twice at a time.
      wakeIf(heap.rearm(timer));
    }
  }

  private static final class Holder {
    static final SystemClock INSTANCE = new SystemClock(task -> Callbacks.EXECUTOR.execute(task));
  }

  /** Apart from the clock, so that a program without user timers makes no pool. */
  private static final class Callbacks {
    static final Executor EXECUTOR = Pools.scheduledPool();
  }
}
