package weir.deferred;

import java.util.concurrent.Callable;
import manifold.time.IClock;

/**
 * Calls a function after a while and realizes a deferred with what comes of it. If the deferred is
 * realized before, the timer is cancelled and the function let go.
 */
final class DelayedCall extends Alarm {

  private final Deferred<Object> result = Deferred.create();
  private volatile Callable<?> function;

  private DelayedCall(Callable<?> function) {
    this.function = function;
  }

  static Deferred<Object> start(IClock clock, double ms, Callable<?> function) {
    DelayedCall call = new DelayedCall(function);
    call.setOff(clock, ms);
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
  void letGo() {
    function = null;
  }
}
