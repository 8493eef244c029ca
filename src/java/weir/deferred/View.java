package weir.deferred;

import java.util.concurrent.atomic.AtomicBoolean;
import weir.executor.CurrentExecutor;

/**
 * A future, promise or delay seen as a deferred. It asks the source whenever it is asked itself, and
 * lets a thread wait for it only when somebody listens; a delay is not forced before. Realizing the
 * view does not touch the source.
 */
final class View extends Deferred<Object> {

  private final Source source;
  private final AtomicBoolean waiting = new AtomicBoolean();

  View(Source source) {
    super(CurrentExecutor.get());
    this.source = source;
  }

  @Override
  Object outcome() {
    Object outcome = super.outcome();
    if (outcome != null || !source.isDone()) {
      return outcome;
    }
    pull();
    return super.outcome();
  }

  private void pull() {
    boolean interrupted = Thread.interrupted(); // some futures answer an interrupt even when done
    try {
      super.success(source.await());
    } catch (Throwable t) {
      super.error(t);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void listen(Callback callback) {
    boolean pending = outcome() == null;
    super.listen(callback);
    if (pending && waiting.compareAndSet(false, true)) {
      source.outcome().listen(new Forward(this));
    }
  }

  // What the source holds already goes before what others want to write.

  @Override
  public Boolean success(Object value) {
    outcome();
    return super.success(value);
  }

  @Override
  public Boolean error(Object error) {
    outcome();
    return super.error(error);
  }

  @Override
  public Object claim() {
    outcome();
    return super.claim();
  }
}
