package weir.stream;

import weir.deferred.Deferred;

/** A stream that accepts every message, and drops one when it is full. */
final class LossyStream<T> extends Stream<T> {

  private final boolean dropsOldest;

  LossyStream(StreamBuilder<T> b, boolean dropsOldest) {
    super(b);
    this.dropsOldest = dropsOldest;
  }

  @Override
  Deferred<Boolean> store(Object x, PendingPut ticket) {
    Deferred<Boolean> stored = super.store(x, ticket);
    if (stored == null && dropsOldest && buffered() > 0) {
      unstore();
      super.store(x, ticket);
    }
    return accepted();
  }
}
