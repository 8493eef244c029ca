package weir.stream;

import clojure.lang.AFn;
import manifold.deferred.IDeferred;
import weir.deferred.Callback;
import weir.deferred.Deferred;

/** A callback that can also wait for a deferred that is not ours. */
abstract class Outcome extends Callback {

  /** Calls {@code callback} with the outcome of {@code d}. */
  static void of(IDeferred d, Outcome callback) {
    if (d instanceof Deferred<?> ours) {
      ours.listen(callback);
    } else {
      d.onRealized(callback.new Success(), callback.new Error());
    }
  }

  private final class Success extends AFn {
    @Override
    public Object invoke(Object value) {
      onSuccess(value);
      return null;
    }
  }

  private final class Error extends AFn {
    @Override
    public Object invoke(Object error) {
      onError(error);
      return null;
    }
  }
}
