package weir.deferred;

import clojure.lang.IFn;
import manifold.deferred.IDeferred;
import manifold.deferred.IDeferredListener;
import manifold.deferred.IMutableDeferred;
import weir.options.Arguments;

/** Checks of what Clojure functions are given in place of deferreds and what belongs to them. */
public final class Expect {

  private static final String DEFERRED =
      "a deferred; `->deferred` makes one of a future, promise, delay or CompletionStage";

  private Expect() {}

  /** Returns a deferred that can be listened to. */
  public static IDeferred deferred(Object x) {
    if (x instanceof IDeferred d) {
      return d;
    }
    throw Arguments.illegal("deferred", x, DEFERRED);
  }

  /** Returns a deferred that can be realized. */
  public static IMutableDeferred mutable(Object x) {
    if (x instanceof IMutableDeferred d) {
      return d;
    }
    throw Arguments.illegal(
        "deferred", x, x instanceof IDeferred ? "one that can be realized" : DEFERRED);
  }

  /**
   * Returns a deferred that an outcome can be carried into.
   *
   * @throws AssertionError if it is no deferred, as programs have come to know it
   */
  public static IMutableDeferred target(Object b) {
    if (b instanceof IDeferred) {
      return mutable(b);
    }
    throw new AssertionError(Arguments.message("b", b, "a deferred to carry the outcome into"));
  }

  /**
   * Whether a deferred is realized.
   *
   * @throws ClassCastException if it is none, as programs have come to know it
   */
  public static boolean realized(Object x) {
    if (x instanceof IDeferred d) {
      return d.realized();
    }
    throw new ClassCastException(Arguments.message("deferred", x, DEFERRED));
  }

  /** Returns what {@code listener} makes. */
  public static IDeferredListener listener(Object x) {
    return Arguments.instance(
        IDeferredListener.class, "listener", x, "what `listener` makes of one or two functions");
  }

  /** Returns the class of the errors to handle, null for all. */
  public static Class<?> errorClass(Object x) {
    return x == null
        ? null
        : Arguments.instance(Class.class, "error-class", x, "a class, or nil for every error");
  }

  /** Returns a function of an error. */
  public static IFn handler(Object x) {
    return Arguments.instance(IFn.class, "error-handler", x, "a function of the error");
  }
}
