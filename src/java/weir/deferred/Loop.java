package weir.deferred;

import clojure.lang.ArityException;
import clojure.lang.ArraySeq;
import clojure.lang.IFn;

/**
 * Runs a function until it returns something else than a {@link Recur}. Deferreds that it returns
 * are waited for, futures and promises are not. Ends when the result is realized from outside.
 */
final class Loop extends Composition {

  private final IFn body;
  private final int arity;

  Loop(IFn body, int arity) {
    super(null, false);
    this.body = body;
    this.arity = arity;
  }

  @Override
  Object arrived(Object value) {
    if (!(value instanceof Recur again)) {
      return succeed(value);
    }
    if (isDecided()) {
      return STOP;
    }
    try {
      return call(again.args);
    } catch (Throwable t) {
      return fail(t);
    }
  }

  @Override
  Object failed(Object error) {
    return fail(error);
  }

  private Object call(Object[] args) {
    if (args.length != arity) {
      throw new ArityException(args.length, "manifold.deferred/loop of " + arity);
    }
    switch (arity) {
      case 0:
        return body.invoke();
      case 1:
        return body.invoke(args[0]);
      case 2:
        return body.invoke(args[0], args[1]);
      case 3:
        return body.invoke(args[0], args[1], args[2]);
      default:
        return body.applyTo(ArraySeq.create(args));
    }
  }
}
