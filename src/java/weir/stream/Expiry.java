package weir.stream;

import clojure.lang.IFn;
import weir.deferred.Callback;
import weir.deferred.Deferred;
import weir.options.Arguments;
import weir.time.CurrentClock;

/**
 * Realizes a deferred when its time is up. The timer, and with it the hold on the deferred, goes as
 * soon as the deferred is realized in any other way.
 */
final class Expiry extends Callback implements Runnable {

  private final Deferred<?> deferred;
  private final Object value;
  private Object cancel;

  private Expiry(Deferred<?> deferred, Object value) {
    this.deferred = deferred;
    this.value = value;
  }

  /**
   * @param timeout milliseconds as a Number, or null for no limit
   */
  static <T> Deferred<T> limit(Deferred<T> deferred, Object timeout, Object value) {
    if (timeout == null || deferred.realized()) {
      return deferred;
    }
    double ms = Arguments.decimal("timeout", timeout);
    if (ms <= 0) {
      deferred.success(value);
      return deferred;
    }
    Expiry expiry = new Expiry(deferred, value);
    expiry.cancel = CurrentClock.get().in(ms, expiry);
    deferred.listen(expiry);
    return deferred;
  }

  @Override
  public void run() {
    deferred.success(value);
  }

  @Override
  protected void onSuccess(Object v) {
    ((IFn) cancel).invoke();
  }

  @Override
  protected void onError(Object e) {
    ((IFn) cancel).invoke();
  }
}
