package weir.deferred;

import java.util.concurrent.Executor;

/** A deferred that is watched: see {@link DroppedErrors}. */
final class Tracked<T> extends Deferred<T> {

  private final Trace trace;

  Tracked(Executor executor) {
    super(executor);
    trace = new Trace(this);
  }

  @Override
  public void listen(Callback callback) {
    trace.consume();
    super.listen(callback);
  }

  @Override
  void markConsumed() {
    trace.consume();
  }

  @Override
  public Boolean error(Object error) {
    Boolean won = super.error(error);
    if (won) {
      trace.fail(error);
    }
    return won;
  }

  @Override
  public Boolean error(Object error, Object token) {
    Boolean won = super.error(error, token);
    trace.fail(error);
    return won;
  }
}
