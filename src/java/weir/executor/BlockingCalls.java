package weir.executor;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reports blocking waits on threads that must not wait, once for each place that does so. */
public final class BlockingCalls {

  private static final Logger LOG = LoggerFactory.getLogger(BlockingCalls.class);

  /** Bounds the set, so that generated call sites cannot make it grow without end. */
  private static final int MAX_REPORTS = 256;

  private static final Set<String> REPORTED = ConcurrentHashMap.newKeySet();

  /** What a thread does before it waits. */
  private static final ThreadLocal<Runnable> BEFORE = new ThreadLocal<>();

  private BlockingCalls() {}

  /**
   * Has this thread run {@code task} before each wait: for results that it has not passed on yet, on
   * which it may be about to wait. Null ends that.
   */
  public static void beforeWaiting(Runnable task) {
    BEFORE.set(task);
  }

  /**
   * Call this before parking. On a {@link NonBlockingThread} it logs one warning for each calling
   * place; elsewhere it does nothing.
   */
  public static void check() {
    Runnable before = BEFORE.get();
    if (before != null) {
      before.run();
    }
    if (Thread.currentThread() instanceof NonBlockingThread && REPORTED.size() < MAX_REPORTS) {
      report();
    }
  }

  private static void report() {
    StackTraceElement caller = StackWalker.getInstance().walk(BlockingCalls::offender);
    if (REPORTED.add(caller.toString())) {
      LOG.warn(
          "blocking wait on event loop thread {} by {}: every connection of this loop stands still"
              + " meanwhile; use a callback, or run this code on an executor",
          Thread.currentThread().getName(),
          caller,
          new IllegalStateException("blocking wait on an event loop"));
    }
  }

  /** The first frame outside the library and Clojure's runtime is the call worth naming. */
  private static StackTraceElement offender(
      java.util.stream.Stream<StackWalker.StackFrame> frames) {
    java.util.List<StackWalker.StackFrame> all = frames.toList();
    return all.stream()
        .filter(f -> !isPlumbing(f.getClassName()))
        .findFirst()
        .orElse(all.get(all.size() - 1))
        .toStackTraceElement();
  }

  private static boolean isPlumbing(String className) {
    return className.startsWith("weir.deferred.")
        || className.startsWith("weir.stream.")
        || className.startsWith("weir.bytes.")
        || className.startsWith("weir.executor.")
        || className.startsWith("clojure.lang.")
        || className.startsWith("clojure.core$")
        || className.startsWith("java.");
  }
}
