package weir.http.server;

import java.util.concurrent.TimeUnit;

/**
 * How fast the bodies of a connection's requests come while they are waited for, on average: a client
 * that sends a byte now and then never is silent for long. Only for the event loop.
 */
final class BodyRate {

  private static final long DEFAULT_GRACE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final long bytesPerSecond;
  private final long graceNanos;

  private boolean counting;
  private long lookedAt;
  private long receivedBefore;
  private long awaitedNanos;

  BodyRate(Timeouts timeouts) {
    bytesPerSecond = timeouts.minBodyRate();
    graceNanos = timeouts.body().isZero() ? DEFAULT_GRACE_NANOS : Timeouts.nanos(timeouts.body());
  }

  /**
   * Looks at a body.
   *
   * @param awaited whether it is waited for at the moment
   * @param received how many bytes of bodies have come so far
   * @return whether it was too slow since it was first waited for
   */
  boolean isTooLow(boolean awaited, long received, long now) {
    if (bytesPerSecond == 0) {
      return false;
    }
    if (!counting) {
      counting = true;
      receivedBefore = received;
      awaitedNanos = 0;
    } else if (awaited) {
      awaitedNanos += now - lookedAt;
    }
    lookedAt = now;
    return awaitedNanos >= graceNanos
        && (received - receivedBefore) * 1e9 < (double) bytesPerSecond * awaitedNanos;
  }

  /** No body is under way. */
  void reset() {
    counting = false;
  }
}
