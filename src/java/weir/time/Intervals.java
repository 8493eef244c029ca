package weir.time;

import java.util.Objects;

/** The checks that all clocks make on what they are asked to schedule. */
final class Intervals {

  private Intervals() {}

  /** A delay in milliseconds; less than zero counts as zero. */
  static double delay(double ms) {
    if (Double.isNaN(ms)) {
      throw new IllegalArgumentException("delay: NaN (expected: milliseconds)");
    }
    return Math.max(ms, 0);
  }

  static double period(double ms) {
    if (!(ms > 0)) {
      throw new IllegalArgumentException(
          "period: " + ms + " (expected: milliseconds, more than zero)");
    }
    return ms;
  }

  static Runnable task(Runnable f) {
    return Objects.requireNonNull(f, "f");
  }
}
