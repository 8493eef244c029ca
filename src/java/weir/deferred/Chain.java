package weir.deferred;

import clojure.lang.IFn;
import weir.executor.CurrentExecutor;
import weir.options.Arguments;

/**
 * A value on its way through a sequence of functions. The one object is the callback of every wait
 * in between. Before each stage it looks whether the result was realized from outside.
 */
final class Chain extends Composition {

  /** In place of a stage: there is none. */
  static final Object END = new Object();

  /** In place of a value: it takes waiting, or peeling, or an error to pass on. */
  private static final Object LATER = new Object();

  private final Object first;
  private final Object second;

  /** The third stage, or an array of the third and all later ones. */
  private final Object rest;

  private int index;

  private Chain(
      Deferred<Object> result,
      boolean coercing,
      int index,
      Object first,
      Object second,
      Object rest) {
    super(result, coercing);
    this.index = index;
    this.first = first;
    this.second = second;
    this.rest = rest;
  }

  /**
   * Calls up to three stages, of which absent ones are {@link #END}. As long as plain values, or
   * deferreds of such, are at hand this goes straight through; what remains when one isn't is left to
   * a chain.
   */
  static Deferred<Object> run(boolean coercing, Object start, Object f, Object g, Object h) {
    Object x = start;
    Object value = atHand(x);
    int called = 0;
    try {
      if (f != END && value != LATER) {
        called = 1;
        x = function(f, called).invoke(value);
        value = atHand(x);
        if (g != END && value != LATER) {
          called = 2;
          x = function(g, called).invoke(value);
          value = atHand(x);
          if (h != END && value != LATER) {
            called = 3;
            x = function(h, called).invoke(value);
            value = atHand(x);
          }
        }
      }
    } catch (Throwable t) {
      return Deferred.failed(t, CurrentExecutor.get());
    }
    return value != LATER
        ? Deferred.of(value, CurrentExecutor.get())
        : new Chain(null, coercing, called, f, g, h).run(x);
  }

  /** The value of {@code x}, if that is plain and has at most one layer, of a deferred. */
  private static Object atHand(Object x) {
    Object value = x;
    if (x instanceof Deferred<?> d) {
      value = d.peek();
      if (value == null) {
        return LATER;
      }
    }
    if (value == null || Coercion.isKnownToBePlain(value)) {
      return value; // no outcome that needs decoding is ever among those known
    }
    return value == State.NIL ? null : LATER;
  }

  /**
   * Replaces deferreds by their values as long as these are at hand.
   *
   * @return false when there was something that takes waiting or peeling, or an error
   */
  static boolean areAtHand(Object[] inputs) {
    for (int i = 0; i < inputs.length; i++) {
      Object value = atHand(inputs[i]);
      if (value == LATER) {
        return false;
      }
      inputs[i] = value;
    }
    return true;
  }

  /** Calls a function with an array of plain values. */
  static Deferred<Object> call(boolean coercing, IFn f, Object[] values) {
    Object x;
    try {
      x = f.invoke(values);
    } catch (Throwable t) {
      return Deferred.failed(t, CurrentExecutor.get());
    }
    Object value = atHand(x);
    return value != LATER
        ? Deferred.of(value, CurrentExecutor.get())
        : new Chain(null, coercing, 0, END, END, END).run(x);
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
    return new Chain(result, coercing, 0, first, second, rest);
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
      return function(stage, index).invoke(value);
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

  private static IFn function(Object stage, int index) {
    if (stage == null) {
      throw new NullPointerException("stage " + index + " of a chain is nil, expected a function");
    }
    if (stage instanceof manifold.deferred.Deferred) {
      // T23: a deferred is a function too, which would realize it and go on in silence.
      throw new IllegalArgumentException(
          "stage " + index + " of a chain is a deferred, expected a function: " + stage);
    }
    if (stage instanceof IFn f) {
      return f;
    }
    throw Arguments.illegal("stage " + index + " of a chain", stage, "a function");
  }
}
