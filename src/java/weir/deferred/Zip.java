package weir.deferred;

import clojure.lang.ArraySeq;
import clojure.lang.PersistentList;
import java.util.concurrent.atomic.AtomicInteger;
import manifold.deferred.IDeferred;
import weir.executor.CurrentExecutor;

/** Waits for several values at once; counts those that are missing. */
final class Zip extends AtomicInteger {

  private final Object[] values;
  private final boolean asArray;
  private final Deferred<Object> result;

  private Zip(int missing, Object[] values, boolean asArray, Deferred<Object> result) {
    super(missing);
    this.result = result;
    this.values = values;
    this.asArray = asArray;
  }

  /**
   * Returns a deferred of the sequence of all values, or of the first error.
   *
   * @param inputs this keeps the array and writes to it
   */
  static Deferred<Object> of(Object[] inputs, boolean coercing) {
    return of(inputs, coercing, false);
  }

  /** Returns a deferred of the array {@code inputs}, filled with all values, or of an error. */
  static Deferred<Object> arrayOf(Object[] inputs, boolean coercing) {
    return of(inputs, coercing, true);
  }

  private static Deferred<Object> of(Object[] inputs, boolean coercing, boolean asArray) {
    int missing = 0;
    Deferred<Object> result = null;
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = Follower.unwrap(inputs[i], coercing);
      if (inputs[i] instanceof IDeferred d) {
        Object error = d.errorValue(Deferreds.ABSENT);
        if (error != Deferreds.ABSENT) {
          consume(inputs);
          Cancelable.cancelAll(inputs);
          return Deferred.failed(error, CurrentExecutor.get());
        }
        missing++;
        if (result == null) {
          result = Cancelable.resultFor(d);
        }
      }
    }
    Zip zip = new Zip(missing, inputs, asArray, result == null ? Deferred.create() : result);
    if (missing == 0) {
      zip.finish();
    } else {
      zip.await(coercing);
    }
    return zip.result;
  }

  private void await(boolean coercing) {
    // What arrived through an input is never a deferred, so each slot tells for itself. A slot is
    // read here before its own input may write it.
    for (int i = 0; i < values.length; i++) {
      if (values[i] instanceof IDeferred) {
        new Input(this, i, coercing).follow(values[i]);
      }
    }
  }

  /** The errors of inputs that nobody looked at are not lost: the result tells of another one. */
  static void consume(Object[] inputs) {
    for (Object input : inputs) {
      if (input instanceof Deferred<?> d) {
        d.markConsumed();
      }
    }
  }

  private void finish() {
    if (asArray) {
      result.success(values);
    } else {
      result.success(values.length == 0 ? PersistentList.EMPTY : ArraySeq.create(values));
    }
  }

  private void arrived(int index, Object value) {
    values[index] = value;
    if (decrementAndGet() == 0) {
      finish();
    }
  }

  private static final class Input extends Follower {
    private final Zip zip;
    private final int index;

    Input(Zip zip, int index, boolean coercing) {
      super(coercing);
      this.zip = zip;
      this.index = index;
    }

    @Override
    void suspend(IDeferred layer) {
      if (layer instanceof Cancelable<?> c) {
        c.cancelAfter(zip.result);
      }
    }

    @Override
    Object arrived(Object value) {
      zip.arrived(index, value);
      return STOP;
    }

    @Override
    Object failed(Object error) {
      zip.result.error(error);
      return STOP;
    }
  }
}
