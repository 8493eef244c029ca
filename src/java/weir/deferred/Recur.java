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

  /** Makes a marker without arguments. */
  public static Recur none() {
    return new Recur(new Object[0]);
  }

  /** Makes a marker with one argument, whatever that is. */
  public static Recur single(Object a) {
    return new Recur(new Object[] {a});
  }

  /** Makes a marker with two arguments. */
  public static Recur pair(Object a, Object b) {
    return new Recur(new Object[] {a, b});
  }

  /** Returns the arguments as a sequence, null when there are none. */
  @Override
  public Object deref() {
    return ArraySeq.create(args);
  }
}
