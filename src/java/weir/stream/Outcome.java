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

  /** Realizes {@code b} as {@code a} is. */
  static void forward(IDeferred a, Deferred<?> b) {
    of(
        a,
        new Outcome() {
          @Override
          protected void onSuccess(Object value) {
            b.success(value);
          }

          @Override
          protected void onError(Object error) {
            b.error(error);
          }
        });
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
