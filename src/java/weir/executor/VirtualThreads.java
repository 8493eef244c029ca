package weir.executor;

import static java.lang.invoke.MethodType.methodType;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Virtual threads, found at run time: this library is compiled for JDK 17, which has none. Ask
 * {@link #available} first; the other methods throw UnsupportedOperationException without them.
 *
 * <p>The threads do not inherit inheritable thread-locals, so they keep nothing of their creator
 * alive.
 */
public final class VirtualThreads {

  /** (String name, Runnable) to an unstarted Thread; null where the JVM has no virtual threads. */
  private static final MethodHandle UNSTARTED;

  /** (ThreadFactory) to ExecutorService; null where the JVM has no virtual threads. */
  private static final MethodHandle PER_TASK;

  static {
    MethodHandle unstarted = null;
    MethodHandle perTask = null;
    try {
      unstarted = findUnstarted();
      perTask = findPerTask();
      // JDK 19 and 20 have the methods, but they throw unless preview features are on.
      Thread probe = (Thread) unstarted.invokeExact("probe", (Runnable) () -> {});
      if (probe.getState() != Thread.State.NEW) {
        throw new IllegalStateException("a virtual thread was started by its builder");
      }
    } catch (Throwable absent) {
      // An older JVM, which is fine: available() says so.
      unstarted = null;
      perTask = null;
    }
    UNSTARTED = unstarted;
    PER_TASK = perTask;
  }

  private VirtualThreads() {}

  /** Whether this JVM has virtual threads: 21 and later. */
  public static boolean available() {
    return UNSTARTED != null;
  }

  /**
   * Whether a virtual thread that blocks inside {@code synchronized} gives its carrier away, as it
   * does since JDK 24. Only then may code of unknown habits run on virtual threads without a risk
   * that a few blocked calls hold up all others.
   */
  public static boolean unpinned() {
    return available() && Runtime.version().feature() >= 24;
  }

  /**
   * A factory of virtual threads named {@code prefix0}, {@code prefix1} and so on.
   *
   * @param prefix the part of the name before the number
   */
  public static ThreadFactory factory(String prefix) {
    requireAvailable();
    AtomicLong count = new AtomicLong();
    return task -> unstarted(prefix + count.getAndIncrement(), task);
  }

  /**
   * A virtual thread that was not started yet.
   *
   * @param name its name
   * @param task what it will run
   */
  public static Thread unstarted(String name, Runnable task) {
    requireAvailable();
    try {
      return DaemonThreads.withContextLoader((Thread) UNSTARTED.invokeExact(name, task));
    } catch (Throwable e) {
      throw sneak(e);
    }
  }

  /**
   * An executor that starts a virtual thread for each task, without bound.
   *
   * @param prefix the part of the thread names before the number
   */
  public static ExecutorService perTask(String prefix) {
    return perTask(factory(prefix));
  }

  /**
   * An executor that starts a thread of the factory for each task, without bound.
   *
   * @param threads makes the threads, usually by {@link #factory}
   */
  public static ExecutorService perTask(ThreadFactory threads) {
    requireAvailable();
    try {
      return (ExecutorService) PER_TASK.invokeExact(threads);
    } catch (Throwable e) {
      throw sneak(e);
    }
  }

  static void requireAvailable() {
    if (!available()) {
      throw new UnsupportedOperationException(
          "virtual threads: not in JDK "
              + Runtime.version().feature()
              + " (expected: 21 or later)");
    }
  }

  /**
   * {@code Thread.ofVirtual().inheritInheritableThreadLocals(false).name(name).unstarted(task)}.
   */
  private static MethodHandle findUnstarted() throws ReflectiveOperationException {
    MethodHandles.Lookup lookup = MethodHandles.publicLookup();
    Class<?> builder = Class.forName("java.lang.Thread$Builder$OfVirtual");
    MethodHandle create = lookup.findStatic(Thread.class, "ofVirtual", methodType(builder));
    MethodHandle inherit =
        lookup.findVirtual(
            builder, "inheritInheritableThreadLocals", methodType(builder, boolean.class));
    MethodHandle name = lookup.findVirtual(builder, "name", methodType(builder, String.class));
    MethodHandle unstarted =
        lookup.findVirtual(builder, "unstarted", methodType(Thread.class, Runnable.class));

    MethodHandle bare =
        MethodHandles.filterReturnValue(create, MethodHandles.insertArguments(inherit, 1, false));
    MethodHandle named = MethodHandles.collectArguments(name, 0, bare);
    return MethodHandles.collectArguments(unstarted, 0, named);
  }

  private static MethodHandle findPerTask() throws ReflectiveOperationException {
    return MethodHandles.publicLookup()
        .findStatic(
            Executors.class,
            "newThreadPerTaskExecutor",
            methodType(ExecutorService.class, ThreadFactory.class));
  }

  @SuppressWarnings("unchecked") // the cast is erased: this throws any Throwable unchecked
  private static <E extends Throwable> RuntimeException sneak(Throwable e) throws E {
    throw (E) e;
  }
}
