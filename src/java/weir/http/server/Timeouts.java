package weir.http.server;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * How long a client may take for each thing that the server waits for; zero is for ever.
 *
 * @param keepAlive until a request begins to arrive, on a new connection or after a response
 * @param header from the first bytes of a header to its end
 * @param body between two pieces of a request body, while somebody wants to read it
 * @param write between two steps in which the client reads what was written
 * @param minBodyRate how many bytes of a request body must come in a second, on average over the time
 *     in which somebody wants to read it
 */
public record Timeouts(
    Duration keepAlive, Duration header, Duration body, Duration write, long minBodyRate) {

  private static final long MAX_TICK_MILLIS = 1000;
  private static final long MIN_TICK_MILLIS = 5;

  /** Returns the nanoseconds of a timeout, {@link Long#MAX_VALUE} for what is longer than that. */
  static long nanos(Duration timeout) {
    return TimeUnit.NANOSECONDS.convert(timeout);
  }

  /** Returns how often connections are looked at, 0 for never: a few times per shortest timeout. */
  long tickMillis() {
    long shortest = Long.MAX_VALUE;
    for (Duration d : new Duration[] {keepAlive, header, body, write}) {
      if (!d.isZero()) {
        shortest = Math.min(shortest, TimeUnit.MILLISECONDS.convert(d));
      }
    }
    if (shortest == Long.MAX_VALUE) {
      return minBodyRate == 0 ? 0 : MAX_TICK_MILLIS;
    }
    return Math.max(MIN_TICK_MILLIS, Math.min(MAX_TICK_MILLIS, shortest / 4));
  }
}
