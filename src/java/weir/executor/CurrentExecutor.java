package weir.executor;

import java.util.concurrent.Executor;

/**
 * The executor that deferreds and streams made on this thread belong to. Threads of a pool that was
 * made "onto" itself carry that pool, which makes the membership transitive.
 */
public final class CurrentExecutor {

  /** Holds the current executor; null for none. Not inherited by new threads. */
  public static final ThreadLocal<Executor> THREAD_LOCAL = new ThreadLocal<>();

  private CurrentExecutor() {}

  /** Returns this thread's executor, or null. */
  public static Executor get() {
    return THREAD_LOCAL.get();
  }

  /** Sets this thread's executor; null for none. */
  public static void set(Executor executor) {
    THREAD_LOCAL.set(executor);
  }
}
