package weir.deferred;

import clojure.lang.IFn;

/**
 * A value on its way through a sequence of functions. The one object is the callback of every wait
 * in between. Before each stage it looks whether the result was realized from outside.
 */
final class Chain extends Composition {

  /** In place of a stage: there is none. */
  static final Object END = new Object();

  private final Object first;
  private final Object second;

  /** The third stage, or an array of the third and all later ones. */
  private final Object rest;

  private int index;

  Chain(Deferred<Object> result, boolean coercing, Object first, Object second, Object rest) {
    super(result, coercing);
    this.first = first;
    this.second = second;
    this.rest = rest;
  }

  /** Makes a chain of any number of stages. */
  static Chain of(Deferred<Object> result, boolean coercing, Object[] stages) {
    int n = stages.length;
    Object first = n > 0 ? stages[0] : END;
    Object second = n > 1 ? stages[1] : END;
    Object rest = END;
    if (n > 2) {
      rest = java.util.Arrays.copyOfRange(stages, 2, n, Object[].class);
    }
    return new Chain(result, coercing, first, second, rest);
  }

  @Override
  Object arrived(Object value) {
    Object stage = stage(index);
    if (stage == END) {
      return succeed(value);
    }
    if (isDecided()) {
      return STOP;
    }
    index++;
    try {
      return function(stage).invoke(value);
    } catch (Throwable t) {
      return fail(t);
    }
  }

  @Override
  Object failed(Object error) {
    return fail(error);
  }

  private Object stage(int i) {
    if (i == 0) {
      return first;
    }
    if (i == 1) {
      return second;
    }
    if (rest instanceof Object[] more) {
      return i - 2 < more.length ? more[i - 2] : END;
    }
    return i == 2 ? rest : END;
  }

  private IFn function(Object stage) {
    if (stage == null) {
      throw new NullPointerException("stage " + index + " of a chain is nil, expected a function");
    }
    if (stage instanceof manifold.deferred.Deferred) {
      // T23: a deferred is a function too, which would realize it and go on in silence.
      throw new IllegalArgumentException(
          "stage " + index + " of a chain is a deferred, expected a function: " + stage);
    }
    return (IFn) stage;
  }
}
