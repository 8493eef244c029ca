package weir.deferred;

import java.lang.ref.Cleaner;

/** What is left of a watched deferred when it is garbage: its error, and whether anybody saw it. */
final class Trace implements Runnable {

  private final Cleaner.Cleanable cleanable;
  private volatile boolean consumed;
  private volatile State.Failure failure;

  Trace(Deferred<?> deferred) {
    this.cleanable = DroppedErrors.watch(deferred, this);
  }

  void fail(Object error) {
    failure = new State.Failure(error);
  }

  void consume() {
    if (!consumed) {
      consumed = true;
      cleanable.clean(); // runs this to no effect, and ends the watch
    }
  }

  @Override
  public void run() {
    State.Failure dropped = failure;
    if (!consumed && dropped != null && DroppedErrors.isEnabled()) {
      DroppedErrors.report(dropped.error);
    }
  }
}
