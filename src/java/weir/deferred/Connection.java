package weir.deferred;

import manifold.deferred.IDeferred;
import manifold.deferred.IMutableDeferred;

/** Carries the outcome of one value, all its layers peeled off, into a deferred. */
final class Connection extends Follower {

  private final IMutableDeferred target;

  private Connection(IMutableDeferred target) {
    super(true);
    this.target = target;
  }

  /** Returns false when the target is realized already. */
  static boolean connect(Object source, IMutableDeferred target) {
    Object x = Follower.unwrap(source, true);
    if (!(x instanceof IDeferred pending)) {
      return (Boolean) target.success(x);
    }
    if (target instanceof IDeferred d && d.realized()) {
      return false;
    }
    Object error = pending.errorValue(Deferreds.ABSENT);
    if (error != Deferreds.ABSENT) {
      target.error(error);
    } else {
      new Connection(target).follow(pending);
    }
    return true;
  }

  @Override
  Object arrived(Object value) {
    target.success(value);
    return STOP;
  }

  @Override
  Object failed(Object error) {
    target.error(error);
    return STOP;
  }
}
