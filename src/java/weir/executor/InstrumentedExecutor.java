package weir.executor;

import java.util.EnumSet;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An executor that measures itself. Make one with {@link ExecutorBuilder}.
 *
 * <p>Sampling pauses while nothing happens, and the samples left out are filled in afterwards, so
 * an idle executor costs one wake-up in each control period.
 */
public abstract class InstrumentedExecutor extends AbstractExecutorService {

  private static final Logger LOG = LoggerFactory.getLogger(InstrumentedExecutor.class);

  /** Guards all state of this class and its subclasses; never held while foreign code runs. */
  final ReentrantLock lock = new ReentrantLock();

  final StatsRecorder recorder;
  final boolean timesTasks;

  private final EnumSet<Metric> metrics;
  private final long samplePeriod; // nanoseconds
  private final long controlPeriod; // nanoseconds
  private final Consumer<? super Stats> listener; // may be null
  private final AtomicBoolean controlling = new AtomicBoolean();
  private volatile Stats lastStats;
  private Future<?> sampling; // null while paused
  private Future<?> control; // null until the executor is complete
  private boolean closed; // no sampling any more

  InstrumentedExecutor(ExecutorBuilder options) {
    metrics = options.metrics;
    samplePeriod = options.samplePeriodNanos;
    controlPeriod = options.controlPeriodNanos;
    listener = options.listener;
    recorder = new StatsRecorder(metrics, samplePeriod, System.nanoTime());
    timesTasks = recorder.timesTasks();
    lastStats = Stats.empty(metrics);
  }

  // What a subclass tells about itself; called under the lock.

  abstract int workers();

  abstract int busy();

  abstract int queued();

  /** Follows the controller, outside the lock. */
  abstract void adjust(Stats stats);

  /** What was measured since the last control period ended. */
  public final Stats getStats() {
    lock.lock();
    try {
      catchUp();
      return recorder.snapshot(workers());
    } finally {
      lock.unlock();
    }
  }

  /** What was measured in the last full control period; without samples before the first one. */
  public final Stats getLastStats() {
    return lastStats;
  }

  /** What this executor measures, as a new set. */
  public final EnumSet<Metric> getMetrics() {
    return EnumSet.copyOf(metrics);
  }

  /**
   * Runs a task, and waits for as long as it would have to be refused.
   *
   * @throws InterruptedException if the thread is interrupted while it waits
   * @throws java.util.concurrent.RejectedExecutionException if the executor was shut down
   */
  public abstract void executeWithoutRejection(Runnable task) throws InterruptedException;

  /** Begins the control periods. Called once, when the executor is complete. */
  final void startControl() {
    control = ControlThread.every(controlPeriod, this::control);
  }

  /** Counts a task that comes in. Called under the lock. */
  final void arrived() {
    if (sampling == null && !closed) {
      recorder.sampleIdle(System.nanoTime(), workers());
      sampling = ControlThread.every(samplePeriod, this::sample);
    }
    recorder.arrived();
  }

  /** Ends sampling and control. Called under the lock. */
  final void stopControl() {
    closed = true;
    if (control != null) {
      control.cancel(false);
    }
    pauseSampling();
  }

  final long timeNow() {
    return timesTasks ? System.nanoTime() : 0;
  }

  /** Runs a task whose failure has no other place to go. */
  final void runLogged(Runnable task) {
    try {
      task.run();
    } catch (Throwable e) {
      if (e instanceof InterruptedException && isShutdown()) {
        LOG.debug("a task of {} was interrupted by shutdownNow", this, e);
      } else {
        LOG.error("a task of {} failed", this, e);
      }
    }
  }

  private void sample() {
    lock.lock();
    try {
      boolean quiet = recorder.quietSinceLastSample() && busy() == 0 && queued() == 0;
      recorder.sample(System.nanoTime(), workers(), busy(), queued());
      if (quiet) {
        pauseSampling();
      }
    } finally {
      lock.unlock();
    }
  }

  private void pauseSampling() {
    if (sampling != null) {
      sampling.cancel(false);
      sampling = null;
    }
  }

  private void catchUp() {
    if (sampling == null) {
      recorder.sampleIdle(System.nanoTime(), workers());
    }
  }

  /**
   * One control period ends. A controller or listener that takes longer than one is not doubled.
   */
  private void control() {
    if (!controlling.compareAndSet(false, true)) {
      return;
    }
    Stats stats = endPeriod();
    lastStats = stats;
    ControlThread.call(
        () -> {
          try {
            report(stats);
          } finally {
            controlling.set(false);
          }
        });
  }

  private Stats endPeriod() {
    lock.lock();
    try {
      catchUp();
      Stats stats = recorder.snapshot(workers());
      recorder.clear();
      return stats;
    } finally {
      lock.unlock();
    }
  }

  private void report(Stats stats) {
    try {
      adjust(stats);
    } catch (Throwable e) {
      LOG.error("the controller of {} failed", this, e);
    }
    if (listener == null) {
      return;
    }
    try {
      listener.accept(stats);
    } catch (Throwable e) {
      LOG.error("the statistics callback of {} failed", this, e);
    }
  }
}
