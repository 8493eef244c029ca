package weir.executor;

import java.util.EnumSet;
import java.util.Objects;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Makes executors that measure themselves.
 *
 * <pre>{@code
 * ExecutorService handlers = ExecutorBuilder.utilization(0.9, 512).statsListener(log::stats).build();
 * }</pre>
 */
public final class ExecutorBuilder {

  /** Milliseconds between two samples, unless said otherwise. */
  public static final double DEFAULT_SAMPLE_PERIOD_MS = 25;

  /** Milliseconds between two decisions of the controller, unless said otherwise. */
  public static final double DEFAULT_CONTROL_PERIOD_MS = 10_000;

  private static final double NANOS_PER_MS = 1e6;
  private static final AtomicInteger POOL_COUNT = new AtomicInteger();

  final Controller controller; // null: a virtual thread for each task
  private final String virtualPrefix; // null: a pool of threads
  ThreadFactory threads; // null: daemon threads, which may carry the executor
  int queueLength;
  int initialThreads = 1;
  boolean onto = true;
  Consumer<? super Stats> listener;
  EnumSet<Metric> metrics = EnumSet.allOf(Metric.class);
  long samplePeriodNanos = (long) (DEFAULT_SAMPLE_PERIOD_MS * NANOS_PER_MS);
  long controlPeriodNanos = (long) (DEFAULT_CONTROL_PERIOD_MS * NANOS_PER_MS);

  private ExecutorBuilder(Controller controller, String virtualPrefix) {
    this.controller = controller;
    this.virtualPrefix = virtualPrefix;
  }

  /** Starts a builder of an executor whose size a controller of yours decides. */
  public static ExecutorBuilder controlledBy(Controller controller) {
    return new ExecutorBuilder(Objects.requireNonNull(controller, "controller"), null);
  }

  /**
   * Starts a builder of an executor with a fixed number of threads, all of which are there from the
   * beginning, and a queue without bound.
   *
   * @throws IllegalArgumentException if {@code numThreads} is less than one
   */
  public static ExecutorBuilder fixed(int numThreads) {
    return new ExecutorBuilder(Controllers.fixed(numThreads), null)
        .queueLength(Integer.MAX_VALUE)
        .initialThreads(numThreads);
  }

  /**
   * Starts a builder of an executor that grows on demand and shrinks towards a utilization, without
   * a queue.
   *
   * @param utilization the part of the threads that should be busy, from 0 (exclusive) to 1
   * @param maxThreads the most there may be; a task beyond that is refused
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public static ExecutorBuilder utilization(double utilization, int maxThreads) {
    return new ExecutorBuilder(Controllers.utilization(utilization, maxThreads), null);
  }

  /**
   * Starts a builder of an executor that runs each task on a virtual thread of its own, without
   * bound. It has no queue, no threads in store and makes its threads itself, so it refuses those
   * options.
   *
   * @param prefix the part of the thread names before the number
   * @throws UnsupportedOperationException if the JVM has no virtual threads, see {@link
   *     VirtualThreads#available}
   */
  public static ExecutorBuilder virtual(String prefix) {
    VirtualThreads.requireAvailable();
    return new ExecutorBuilder(null, Objects.requireNonNull(prefix, "prefix"));
  }

  /**
   * Sets who makes the threads. By default daemon threads named {@code manifold-pool-<n>-<i>}. With
   * a factory of yours {@link #onto} has no effect.
   */
  public ExecutorBuilder threadFactory(ThreadFactory factory) {
    requirePool("threadFactory");
    threads = Objects.requireNonNull(factory, "factory");
    return this;
  }

  /**
   * Sets how many tasks may wait for a thread. A task that finds the queue full makes a new thread,
   * if the controller allows it, and is refused otherwise. Default 0: a task needs a thread at
   * once.
   *
   * @throws IllegalArgumentException if {@code length} is negative
   */
  public ExecutorBuilder queueLength(int length) {
    requirePool("queueLength");
    queueLength = requireNotNegative("queueLength", length);
    return this;
  }

  /**
   * Sets how many threads there are from the beginning. Default 1, or all of a fixed executor.
   *
   * @throws IllegalArgumentException if {@code count} is negative
   */
  public ExecutorBuilder initialThreads(int count) {
    requirePool("initialThreads");
    initialThreads = requireNotNegative("initialThreads", count);
    return this;
  }

  /** Sets whether threads of the executor have it as their current executor. Default true. */
  public ExecutorBuilder onto(boolean carry) {
    onto = carry;
    return this;
  }

  /** Sets who is told the statistics at the end of each control period. Default nobody. */
  public ExecutorBuilder statsListener(Consumer<? super Stats> statsListener) {
    listener = statsListener;
    return this;
  }

  /** Sets what to measure. Default everything. */
  public ExecutorBuilder metrics(EnumSet<Metric> measured) {
    metrics = EnumSet.copyOf(measured);
    return this;
  }

  /**
   * Sets the time between two samples. Default {@value #DEFAULT_SAMPLE_PERIOD_MS} ms.
   *
   * @throws IllegalArgumentException if {@code ms} is not more than zero
   */
  public ExecutorBuilder samplePeriod(double ms) {
    samplePeriodNanos = nanos("samplePeriod", ms);
    return this;
  }

  /**
   * Sets the time between two decisions of the controller. Default {@value
   * #DEFAULT_CONTROL_PERIOD_MS} ms.
   *
   * @throws IllegalArgumentException if {@code ms} is not more than zero
   */
  public ExecutorBuilder controlPeriod(double ms) {
    controlPeriodNanos = nanos("controlPeriod", ms);
    return this;
  }

  /** Makes the executor and starts its first threads. */
  public InstrumentedExecutor build() {
    if (virtualPrefix != null) {
      VirtualExecutor executor = new VirtualExecutor(this, virtualPrefix);
      executor.startControl();
      return executor;
    }
    boolean ours = threads == null;
    ThreadFactory factory =
        ours ? new DaemonThreads("manifold-pool-" + POOL_COUNT.getAndIncrement() + "-") : threads;
    WorkerPool pool = new WorkerPool(this, factory, ours && onto);
    try {
      pool.start(initialThreads);
    } catch (Throwable e) {
      pool.shutdownNow(); // the threads that could be made
      throw e;
    }
    return pool;
  }

  private void requirePool(String option) {
    if (virtualPrefix != null) {
      throw new IllegalArgumentException(
          option + ": has no meaning where each task gets a virtual thread");
    }
  }

  private static int requireNotNegative(String name, int value) {
    if (value < 0) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: 0 or more)");
    }
    return value;
  }

  private static long nanos(String name, double ms) {
    if (!(ms > 0)) {
      throw new IllegalArgumentException(
          name + ": " + ms + " (expected: milliseconds, more than zero)");
    }
    return Math.max(1, (long) Math.min(ms * NANOS_PER_MS, Long.MAX_VALUE >> 1));
  }
}
