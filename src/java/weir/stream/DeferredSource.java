package weir.stream;

import manifold.deferred.IDeferred;
import weir.deferred.Deferred;

/** A source of one message, which is what a deferred will be; its error becomes the take's. */
final class DeferredSource extends PullSource {

  private final IDeferred deferred;
  private boolean taken; // guarded by the one who pulls

  DeferredSource(IDeferred deferred) {
    this.deferred = deferred;
  }

  @Override
  public Object isSynchronous() {
    return Boolean.FALSE;
  }

  @Override
  Object tryPull() {
    if (taken) {
      return Stream.END;
    }
    taken = true;
    return deferred;
  }

  @Override
  Object pull() {
    return tryPull();
  }

  /** The message is the outcome of the deferred, not the deferred. */
  @Override
  public Object take(Object dflt, Object blocking, Object timeout, Object timeoutVal) {
    Object d = ((Deferred<?>) super.take(Stream.END, false, null, null)).successValue(Stream.END);
    if (d == Stream.END) {
      return Args.isTrue(blocking) ? dflt : Deferred.of(dflt);
    }
    markDrained();
    // A copy: who withdraws the take must not realize the deferred.
    Deferred<Object> copy = Deferred.create();
    Outcome.forward(deferred, copy);
    return Expiring.result(copy, Args.isTrue(blocking), timeout, timeoutVal);
  }

  @Override
  public Object description() {
    return Describe.map("deferred", "drained?", isDrained());
  }
}
