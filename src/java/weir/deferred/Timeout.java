package weir.deferred;

import java.util.concurrent.TimeoutException;
import manifold.deferred.IDeferred;
import manifold.deferred.IMutableDeferred;
import weir.time.CurrentClock;

/**
 * Realizes a deferred when a time has passed. Once the deferred is realized the timer is cancelled,
 * and forgets the deferred even if its clock should keep it.
 */
final class Timeout extends Alarm {

  /** In place of a value: end in error. */
  static final Object ERROR = new Object();

  private final Number interval;
  private final Object value;
  private volatile IMutableDeferred deferred;

  private Timeout(IMutableDeferred deferred, Number interval, Object value) {
    this.deferred = deferred;
    this.interval = interval;
    this.value = value;
  }

  /**
   * Starts the timer on the current clock.
   *
   * @param same the deferred again, as one that can be written to
   * @param interval milliseconds, zero or less to realize at once
   * @param value what to realize with, or {@link #ERROR}
   */
  static void start(IDeferred deferred, IMutableDeferred same, Number interval, Object value) {
    Timeout timeout = new Timeout(same, interval, value);
    double ms = interval.doubleValue();
    if (ms <= 0) {
      timeout.run();
      return;
    }
    timeout.setOff(CurrentClock.get(), ms);
    Follower.listenTo(deferred, timeout);
  }

  @Override
  public void run() {
    IMutableDeferred d = deferred;
    if (d == null) {
      return;
    }
    if (value == ERROR) {
      d.error(new TimeoutException("timed out after " + interval + " milliseconds"));
    } else {
      d.success(value);
    }
  }

  @Override
  void letGo() {
    deferred = null;
  }
}
