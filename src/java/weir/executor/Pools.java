package weir.executor;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The two pools of the process, made on first use, of daemon threads without a current executor.
 * Both are unbounded: they accept every task at once.
 */
public final class Pools {

  private Pools() {}

  /**
   * Where threads only wait for foreign blocking things, such as the result of a future. Threads
   * are named {@code manifold-wait-<i>}, and are virtual where the JVM has virtual threads.
   */
  public static ExecutorService waitPool() {
    return Wait.POOL;
  }

  /**
   * Where the bodies of futures run. Platform threads named {@code manifold-execute-<i>}.
   */
  public static ExecutorService executePool() {
    return Execute.POOL;
  }

  /**
   * Where functions run that a clock calls. Threads are named {@code manifold-scheduler-pool-<i>};
   * virtual where such threads never pin their carrier, because what these functions do is unknown.
   */
  public static ExecutorService scheduledPool() {
    return Scheduled.POOL;
  }

  private static ExecutorService growing(String prefix) {
    return new ThreadPoolExecutor(
        0,
        Integer.MAX_VALUE,
        10,
        TimeUnit.SECONDS,
        new SynchronousQueue<>(),
        new DaemonThreads(prefix));
  }

  private static final class Wait {
    static final ExecutorService POOL =
        VirtualThreads.available()
            ? VirtualThreads.perTask("manifold-wait-")
            : growing("manifold-wait-");
  }

  private static final class Execute {
    static final ExecutorService POOL = growing("manifold-execute-");
  }

  private static final class Scheduled {
    static final ExecutorService POOL =
        VirtualThreads.unpinned()
            ? VirtualThreads.perTask("manifold-scheduler-pool-")
            : growing("manifold-scheduler-pool-");
  }
}
