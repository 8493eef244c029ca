package weir.deferred;

import clojure.lang.ArraySeq;
import clojure.lang.IDeref;

/** What the body of a {@link Deferreds#loop loop} returns to run once more, with new arguments. */
public final class Recur implements IDeref {

  final Object[] args;

  private Recur(Object[] args) {
    this.args = args;
  }

  /** Makes a marker; the array is not copied. */
  public static Recur of(Object... args) {
    return new Recur(args);
  }

  /** Returns the arguments as a sequence, null when there are none. */
  @Override
  public Object deref() {
    return ArraySeq.create(args);
  }
}
