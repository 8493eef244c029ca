package weir.executor;

import java.util.EnumSet;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;

/**
 * The pools of the process, made on first use, of daemon threads without a current executor. All
 * are unbounded: they accept every task at once, and shrink when they are idle.
 */
public final class Pools {

  private static final double UTILIZATION = 0.95;

  private static final StatsListeners WAIT_LISTENERS = new StatsListeners();
  private static final StatsListeners EXECUTE_LISTENERS = new StatsListeners();

  private Pools() {}

  /**
   * Where threads only wait for foreign blocking things, such as the result of a future. Threads
   * are named {@code manifold-wait-<i>}, and are virtual where the JVM has virtual threads.
   */
  public static ExecutorService waitPool() {
    return Wait.POOL;
  }

  /** Where the bodies of futures run. Platform threads named {@code manifold-execute-<i>}. */
  public static ExecutorService executePool() {
    return Execute.POOL;
  }

  /**
   * Where functions run that a clock calls. Threads are named {@code manifold-scheduler-pool-<i>};
   * virtual where such threads never pin their carrier, because what these functions do is unknown.
   */
  public static Executor scheduledPool() {
    return Scheduled.POOL;
  }

  /** Who is told about the wait pool every ten seconds, once that pool exists. */
  public static StatsListeners waitPoolListeners() {
    return WAIT_LISTENERS;
  }

  /** Who is told about the execute pool every ten seconds, once that pool exists. */
  public static StatsListeners executePoolListeners() {
    return EXECUTE_LISTENERS;
  }

  private static ExecutorBuilder platform(String prefix) {
    return ExecutorBuilder.utilization(UTILIZATION, Integer.MAX_VALUE)
        .threadFactory(new DaemonThreads(prefix));
  }

  private static final class Wait {
    static final ExecutorService POOL =
        (VirtualThreads.available()
                ? ExecutorBuilder.virtual("manifold-wait-").onto(false)
                : platform("manifold-wait-"))
            .statsListener(WAIT_LISTENERS)
            .build();
  }

  private static final class Execute {
    static final ExecutorService POOL =
        platform("manifold-execute-").statsListener(EXECUTE_LISTENERS).build();
  }

  private static final class Scheduled {
    static final Executor POOL =
        VirtualThreads.unpinned()
            ? VirtualThreads.perTask("manifold-scheduler-pool-")
            : platform("manifold-scheduler-pool-").metrics(EnumSet.noneOf(Metric.class)).build();
  }
}
