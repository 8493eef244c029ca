package weir.deferred;

import clojure.lang.IFn;
import clojure.lang.RT;
import manifold.deferred.IDeferred;
import weir.options.Arguments;

/** Functions of Manifold that also take what is no deferred, and leave it as it is. */
public final class Lenient {

  private Lenient() {}

  /** Returns {@code x} as a deferred, or {@code otherwise} if it is not an eventual value. */
  public static Object toDeferred(Object x, Object otherwise) {
    IDeferred deferred = Coercion.toDeferred(x);
    return deferred == null ? otherwise : deferred;
  }

  /**
   * Like {@link Deferreds#chainInto}, for results of any make.
   *
   * @param result null for a new one
   */
  public static Object chainInto(Object result, Object x, Object... stages) {
    if (result == null || result instanceof Deferred) {
      return Deferreds.chainInto(cast(result), x, stages);
    }
    Deferreds.connect(Deferreds.chainInto(null, x, stages), Expect.target(result));
    return result;
  }

  /** Like {@link Deferreds#chainRawInto}, for results of any make. */
  public static Object chainRawInto(Object result, Object x, Object... stages) {
    if (result == null || result instanceof Deferred) {
      return Deferreds.chainRawInto(cast(result), x, stages);
    }
    Deferreds.connect(Deferreds.chainRawInto(null, x, stages), Expect.target(result));
    return result;
  }

  @SuppressWarnings("unchecked") // Clojure's deferreds take any value
  private static Deferred<Object> cast(Object deferred) {
    return (Deferred<Object>) deferred;
  }

  /**
   * Handles the error of {@code x} if it is an eventual value.
   *
   * @param type the class of the errors to handle, null for all
   */
  public static Object recover(Object x, Object type, Object handler) {
    if (!Coercion.isDeferrable(x)) {
      return x;
    }
    Class<?> errors = Expect.errorClass(type);
    IFn function = Expect.handler(handler);
    return Deferreds.recover(x, errors, function);
  }

  /** Puts {@code x} into error after {@code interval} ms, if it is a deferred and that a number. */
  public static Object timeout(Object x, Object interval) {
    if (RT.booleanCast(interval) && x instanceof IDeferred deferred) {
      return Deferreds.timeout(deferred, Arguments.number("interval", interval));
    }
    return x;
  }

  /** Realizes {@code x} after {@code interval} ms, if it is a deferred and that a number. */
  public static Object timeout(Object x, Object interval, Object value) {
    if (RT.booleanCast(interval) && x instanceof IDeferred deferred) {
      return Deferreds.timeout(deferred, Arguments.number("interval", interval), value);
    }
    return x;
  }
}
