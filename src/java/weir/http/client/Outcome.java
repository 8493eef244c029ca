package weir.http.client;

import java.util.concurrent.Executor;
import weir.deferred.Deferred;

/**
 * What somebody works on: it is settled from inside, and whoever realizes it from outside cancels that
 * work.
 */
abstract class Outcome<T> extends Deferred<T> {

  Outcome(Executor callbacks) {
    super(callbacks);
  }

  /** Nobody wants the work any more. May be called more than once. */
  abstract void cancel();

  /** Realizes it from inside; false if it is realized already. */
  final boolean deliver(Object value) {
    return super.success(value);
  }

  /** Fails it from inside; false if it is realized already. */
  final boolean deliverError(Object error) {
    return super.error(error);
  }

  @Override
  public Boolean success(Object value) {
    return cancelled(super.success(value));
  }

  @Override
  public Boolean error(Object error) {
    return cancelled(super.error(error));
  }

  @Override
  public Boolean success(Object value, Object token) {
    return cancelled(super.success(value, token));
  }

  @Override
  public Boolean error(Object error, Object token) {
    return cancelled(super.error(error, token));
  }

  private Boolean cancelled(Boolean won) {
    if (won) {
      cancel();
    }
    return won;
  }
}
