package weir.deferred;

import clojure.lang.IFn;
import java.util.concurrent.Callable;
import manifold.time.IClock;

/**
 * Calls a function after a while and realizes a deferred with what comes of it. If the deferred is
 * realized before, the timer is cancelled and the function let go.
 */
final class DelayedCall extends Callback implements Runnable {

  private final Deferred<Object> result = Deferred.create();
  private volatile Callable<?> function;

  /** Set before this listens to the result, and so before it can be called. */
  private IFn cancel;

  private DelayedCall(Callable<?> function) {
    this.function = function;
  }

  static Deferred<Object> start(IClock clock, double ms, Callable<?> function) {
    DelayedCall call = new DelayedCall(function);
    call.cancel = (IFn) clock.in(ms, call);
    call.result.listen(call);
    return call.result;
  }

  @Override
  public void run() {
    Callable<?> f = function;
    if (f == null || result.realized()) {
      return;
    }
    try {
      Connection.connect(f.call(), result);
    } catch (Throwable e) {
      result.error(e);
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
    function = null;
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
