package weir.time;

import java.util.Objects;
import java.util.function.Supplier;
import manifold.time.IClock;

/**
 * The clock that timed operations use. The system clock, unless a supplier was installed that knows
 * better, such as the value of a dynamic variable.
 */
public final class CurrentClock {

  private static volatile Supplier<? extends IClock> supplier = SystemClock::instance;

  private CurrentClock() {}

  /** The clock to use now on this thread. Read it once, when a timed operation starts. */
  public static IClock get() {
    return supplier.get();
  }

  /**
   * Replaces what {@link #get} asks, for the whole process.
   *
   * @param clocks is called on any thread, and must not return null
   */
  public static void supplier(Supplier<? extends IClock> clocks) {
    supplier = Objects.requireNonNull(clocks, "clocks");
  }

  /**
   * The reading of a clock in milliseconds since an arbitrary origin. A clock that cannot be read,
   * because it only schedules, is taken to run with the system's.
   *
   * @param clock any clock
   */
  public static double now(IClock clock) {
    return clock instanceof Clock readable ? readable.now() : SystemClock.instance().now();
  }
}
