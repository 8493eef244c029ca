package weir.deferred;

import java.util.concurrent.Executor;

/** A deferred that was born in error, which is watched: see {@link DroppedErrors}. */
final class TrackedError<T> extends Realized<T> {

  private final Trace trace;

  TrackedError(Object error, Executor executor) {
    super(new State.Failure(error), executor);
    trace = new Trace(this);
    trace.fail(error);
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
}
