package weir.deferred;

import clojure.lang.IFn;
import manifold.deferred.IDeferred;
import weir.executor.CurrentExecutor;

/** Runs a function on either outcome and passes the outcome on, unless the function throws. */
final class Finally extends Callback {

  private final Deferred<Object> result;
  private final IFn function;

  private Finally(Deferred<Object> result, IFn function) {
    this.result = result;
    this.function = function;
  }

  static IDeferred run(IDeferred source, IFn function) {
    if (source instanceof Deferred<?> d && d.peek() != null || isRealized(source)) {
      return runNow(source, function);
    }
    Deferred<Object> result = Cancelable.resultFor(source);
    if (result == null) {
      result = Deferred.create();
    }
    Follower.listenTo(source, new Finally(result, function));
    if (source instanceof Cancelable<?> c) {
      c.cancelAfter(result);
    }
    return result;
  }

  private static boolean isRealized(IDeferred source) {
    return !(source instanceof Deferred<?>) && source.realized();
  }

  private static IDeferred runNow(IDeferred source, IFn function) {
    Object error = source.errorValue(Deferreds.ABSENT); // consumed, even if the function throws
    try {
      function.invoke();
    } catch (Throwable t) {
      return Deferred.failed(t, CurrentExecutor.get());
    }
    return error == Deferreds.ABSENT ? source : Deferred.failed(error, CurrentExecutor.get());
  }

  @Override
  protected void onSuccess(Object value) {
    try {
      function.invoke();
    } catch (Throwable t) {
      result.error(t);
      return;
    }
    result.success(value);
  }

  @Override
  protected void onError(Object error) {
    try {
      function.invoke();
    } catch (Throwable t) {
      result.error(t);
      return;
    }
    result.error(error);
  }
}
