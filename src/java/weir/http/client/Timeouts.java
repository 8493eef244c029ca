package weir.http.client;

import aleph.utils.ConnectionTimeoutException;
import aleph.utils.PoolTimeoutException;
import aleph.utils.ReadTimeoutException;
import aleph.utils.RequestTimeoutException;
import clojure.lang.IFn;
import java.util.concurrent.TimeoutException;
import weir.time.SystemClock;

/** The timers of a request, and what it fails with when one fires. */
final class Timeouts {

  private Timeouts() {}

  /** Runs {@code action} off the event loops after so many ms; returns what cancels that. */
  static IFn start(long millis, Runnable action) {
    return (IFn) SystemClock.instance().in(millis, action);
  }

  static PoolTimeoutException pool(long millis) {
    return new PoolTimeoutException(cause(millis));
  }

  static ConnectionTimeoutException connection(long millis) {
    return new ConnectionTimeoutException(cause(millis));
  }

  static RequestTimeoutException request(long millis) {
    return new RequestTimeoutException(cause(millis));
  }

  static ReadTimeoutException read(long millis) {
    return new ReadTimeoutException(cause(millis));
  }

  static ReadTimeoutException silence(long millis) {
    return new ReadTimeoutException(
        new TimeoutException("the server kept silent for " + millis + " milliseconds"));
  }

  private static TimeoutException cause(long millis) {
    return new TimeoutException("timed out after " + millis + " milliseconds");
  }
}
