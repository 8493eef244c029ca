package weir.browser;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** A moment until which something must have happened that can only be asked for. */
final class Deadline {

  private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final long at;

  private Deadline(long at) {
    this.at = at;
  }

  static Deadline seconds(long seconds) {
    return new Deadline(System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds));
  }

  /** Asks until the answer is true; returns false if the deadline has come before that. */
  boolean until(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - at > 0) {
        return false;
      }
      LockSupport.parkNanos(PERIOD_NANOS);
    }
    return true;
  }
}
