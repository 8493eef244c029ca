package weir.executor;

import java.util.concurrent.Executor;

/**
 * The executor that deferreds and streams made on this thread attach to. Not inherited by new
 * threads; the threads of a pool made with {@code :onto?} carry that pool.
 */
public final class CurrentExecutor {

  /** The value itself, for those who bind it around a body of code. */
  public static final ThreadLocal<Executor> THREAD_LOCAL = new Remembering();

  /**
   * Whether any thread ever had an executor: until then, every new deferred is spared a look-up. Not
   * volatile: a thread whose own value is not null has set this flag itself.
   */
  private static boolean everSet;

  private static final class Remembering extends ThreadLocal<Executor> {
    @Override
    public void set(Executor executor) {
      if (executor != null) {
        everSet = true;
      }
      super.set(executor);
    }
  }

  private CurrentExecutor() {}

  /**
   * The executor of this thread, or null when work simply stays on the thread that completes it.
   */
  public static Executor get() {
    return everSet ? THREAD_LOCAL.get() : null;
  }

  /**
   * Sets the executor of this thread.
   *
   * @param executor the new one, or null for none
   */
  public static void set(Executor executor) {
    THREAD_LOCAL.set(executor);
  }
}
