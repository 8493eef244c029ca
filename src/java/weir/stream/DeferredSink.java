package weir.stream;

import manifold.deferred.IMutableDeferred;
import weir.deferred.Deferred;

/** A sink for one message, which realizes a deferred. */
final class DeferredSink extends SimpleSink {

  private final IMutableDeferred deferred;

  DeferredSink(IMutableDeferred deferred) {
    this.deferred = deferred;
  }

  @Override
  public Object put(Object x, Object blocking) {
    Object accepted = Boolean.FALSE;
    if (!closing().happened()) {
      accepted = deferred.success(x);
      close();
    }
    boolean yes = Args.isTrue(accepted);
    return Args.isTrue(blocking) ? (Object) yes : Deferred.of(yes);
  }

  @Override
  public Object put(Object x, Object blocking, Object timeout, Object timeoutVal) {
    return put(x, blocking);
  }

  @Override
  public Object description() {
    return Describe.map("deferred", "closed?", isClosed());
  }
}
