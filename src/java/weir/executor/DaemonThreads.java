package weir.executor;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Platform daemon threads named {@code prefix0}, {@code prefix1} and so on, whose class loader can
 * see the library's own code (and, when that was loaded at a REPL, what was defined there).
 */
public final class DaemonThreads implements ThreadFactory {

  private static volatile ClassLoader contextLoader = DaemonThreads.class.getClassLoader();

  private final String prefix;
  private final AtomicLong count;

  /**
   * @param prefix the part of the thread names before the number
   */
  public DaemonThreads(String prefix) {
    this(prefix, 0);
  }

  /**
   * @param prefix the part of the thread names before the number
   * @param first the number of the first thread
   */
  public DaemonThreads(String prefix, long first) {
    this.prefix = prefix;
    this.count = new AtomicLong(first);
  }

  /**
   * Sets the context class loader of all threads that this package makes from now on.
   *
   * @param loader by default the loader of this class
   */
  public static void contextLoader(ClassLoader loader) {
    contextLoader = loader;
  }

  /** Sets the context class loader of a thread of the library. */
  static Thread withContextLoader(Thread thread) {
    thread.setContextClassLoader(contextLoader);
    return thread;
  }

  @Override
  public Thread newThread(Runnable task) {
    Thread thread = new Thread(null, task, prefix + count.getAndIncrement(), 0, false);
    thread.setDaemon(true);
    return withContextLoader(thread);
  }
}
