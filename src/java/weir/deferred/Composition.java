package weir.deferred;

import manifold.deferred.IDeferred;
import weir.executor.CurrentExecutor;

/**
 * A follower that yields a result. As long as nothing was pending nobody else can see the result, so
 * it is made last, already realized; with the first wait it becomes a deferred that others may
 * realize before the composition does.
 */
abstract class Composition extends Follower {

  /** Null until there is an outcome or a wait; never changes once set. */
  private Deferred<Object> result;

  Composition(Deferred<Object> result, boolean coercing) {
    super(coercing);
    this.result = result;
  }

  /** Follows {@code x} and returns the result. */
  final Deferred<Object> run(Object x) {
    follow(x);
    return result;
  }

  @Override
  final void suspend(IDeferred layer) {
    if (layer instanceof Cancelable<?> c) {
      if (result == null) {
        result = new Cancelable<>(CurrentExecutor.get());
      }
      c.cancelAfter(result);
    } else if (result == null) {
      result = DroppedErrors.create(CurrentExecutor.get());
    }
  }

  /** True when somebody else has realized the result: nothing that is left to do matters. */
  final boolean isDecided() {
    return result != null && result.realized();
  }

  final Object succeed(Object value) {
    if (result == null) {
      result = Deferred.of(value, CurrentExecutor.get());
    } else {
      result.success(value);
    }
    return STOP;
  }

  final Object fail(Object error) {
    if (result == null) {
      result = Deferred.failed(error, CurrentExecutor.get());
    } else {
      result.error(error);
    }
    return STOP;
  }
}
