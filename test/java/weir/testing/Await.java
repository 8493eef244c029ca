package weir.testing;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** Waits for a condition that another thread brings about. */
public final class Await {

  private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(20);
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final int ROUNDS = 100;

  private Await() {}

  /** Returns once {@code condition} holds; fails with {@code what} after 20 s. */
  public static void until(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + DEADLINE_NANOS;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("did not happen within 20 s: " + what);
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  /**
   * Returns {@code value} once a hundred rounds in a row leave it as it is; a round is something
   * that goes the same way as what could change the value, a request and its answer say. Fails with
   * {@code what} after 20 s.
   */
  public static long settled(String what, LongSupplier value, Runnable round) {
    long[] last = {value.getAsLong()};
    until(
        what,
        () -> {
          for (int i = 0; i < ROUNDS; i++) {
            round.run();
          }
          return last[0] == (last[0] = value.getAsLong());
        });
    return last[0];
  }
}
