package weir.deferred;

import clojure.lang.IFn;
import java.util.concurrent.TimeoutException;
import manifold.deferred.IDeferred;
import manifold.deferred.IMutableDeferred;
import weir.time.CurrentClock;

/**
 * Realizes a deferred when a time has passed. Once the deferred is realized the timer is cancelled,
 * and forgets the deferred even if its clock should keep it.
 */
final class Timeout extends Callback implements Runnable {

  /** In place of a value: end in error. */
  static final Object ERROR = new Object();

  private final Number interval;
  private final Object value;
  private volatile IMutableDeferred deferred;

  /** Set before this listens to the deferred, and so before it can be called. */
  private IFn cancel;

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
    timeout.cancel = (IFn) CurrentClock.get().in(ms, timeout);
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
  protected void onSuccess(Object ignored) {
    end();
  }

  @Override
  protected void onError(Object ignored) {
    end();
  }

  private void end() {
    deferred = null;
    cancel.invoke();
  }

  @Override
  boolean runsInline() {
    return true; // cheap, and must not depend on an executor that may be busy
  }

  @Override
  boolean carriesContext() {
    return false;
  }
}
