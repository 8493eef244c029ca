package weir.deferred;

import clojure.lang.IFn;

/** Hands the error of a value to a function whose result takes its place. */
final class Recovery extends Composition {

  private final Class<?> type;
  private final IFn handler;
  private boolean handled;

  /**
   * Makes a recovery.
   *
   * @param type the class an error must have to be handled, null for any error
   */
  Recovery(boolean coercing, Class<?> type, IFn handler) {
    super(null, coercing);
    this.type = type;
    this.handler = handler;
  }

  @Override
  Object arrived(Object value) {
    return succeed(value);
  }

  @Override
  Object failed(Object error) {
    if (handled || type != null && !type.isInstance(error)) {
      return fail(error);
    }
    if (isDecided()) {
      return STOP;
    }
    handled = true;
    try {
      return handler.invoke(error);
    } catch (Throwable t) {
      return fail(t);
    }
  }
}
