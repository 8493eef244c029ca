package weir.options;

import java.time.Duration;

/** Checks of what Java callers give to builders. Each names the argument, its value and the remedy. */
public final class Arguments {

  private Arguments() {}

  /** Returns a number of 1 or more. */
  public static int positive(String name, int n) {
    if (n <= 0) {
      throw new IllegalArgumentException(name + ": " + n + " (expected: 1 or more)");
    }
    return n;
  }

  /** Returns a number of 0 or more. */
  public static long notNegative(String name, long n) {
    if (n < 0) {
      throw new IllegalArgumentException(name + ": " + n + " (expected: 0 or more)");
    }
    return n;
  }

  /** Returns a duration of zero or more. */
  public static Duration notNegative(String name, Duration timeout) {
    if (timeout.isNegative()) {
      throw new IllegalArgumentException(name + ": " + timeout + " (expected: zero or more)");
    }
    return timeout;
  }
}
