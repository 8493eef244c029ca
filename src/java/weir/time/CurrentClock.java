package weir.time;

import java.util.Objects;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import manifold.time.IClock;
import weir.options.Arguments;

/**
 * The clock that timed operations use. The system clock, unless a supplier was installed that knows
 * better, such as the value of a dynamic variable.
 */
public final class CurrentClock {

  private static volatile Supplier<? extends IClock> supplier = SystemClock::instance;

  private static volatile ToDoubleFunction<? super IClock> foreignReader =
      clock -> SystemClock.instance().now();

  private CurrentClock() {}

  /** The clock to use now on this thread. Read it once, when a timed operation starts. */
  public static IClock get() {
    return supplier.get();
  }

  /**
   * Returns a clock that is to become the current one.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static IClock of(Object clock) {
    return Arguments.instance(
        IClock.class, "clock", clock, "a clock, such as `mock-clock` makes, or any IClock");
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
   * Replaces how a clock is read that is not a {@link Clock}, for the whole process. By default
   * such a clock is taken to run with the system's.
   *
   * @param reader returns milliseconds since an arbitrary origin; is called on any thread
   */
  public static void foreignReader(ToDoubleFunction<? super IClock> reader) {
    foreignReader = Objects.requireNonNull(reader, "reader");
  }

  /**
   * The reading of a clock in milliseconds since an arbitrary origin.
   *
   * @param clock any clock
   */
  public static double now(IClock clock) {
    return clock instanceof Clock readable ? readable.now() : foreignReader.applyAsDouble(clock);
  }

  /**
   * Milliseconds since 1970-01-01T00:00Z as a clock sees it.
   *
   * @param clock any clock; one that is not a {@link Clock} is taken to agree with the system
   */
  public static double epochMillis(IClock clock) {
    return clock instanceof Clock readable ? readable.epochMillis() : System.currentTimeMillis();
  }
}
