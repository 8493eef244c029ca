package weir.deferred;

import clojure.lang.ArraySeq;
import clojure.lang.PersistentList;
import java.util.concurrent.atomic.AtomicInteger;
import manifold.deferred.IDeferred;
import weir.executor.CurrentExecutor;

/** Waits for several values at once; counts those that are missing. */
final class Zip extends AtomicInteger {

  private static final Object NONE = new Object();

  private final Object[] values;
  private final Deferred<Object> result;

  private Zip(int missing, Object[] values) {
    super(missing);
    this.values = values;
    this.result = Deferred.create();
  }

  /**
   * Returns a deferred of the sequence of all values, or of the first error.
   *
   * @param inputs the library keeps this array and writes to it
   */
  static Deferred<Object> of(Object[] inputs, boolean coercing) {
    int missing = 0;
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = Follower.unwrap(inputs[i], coercing);
      if (inputs[i] instanceof IDeferred d) {
        Object error = d.errorValue(NONE);
        if (error != NONE) {
          consume(inputs);
          return Deferred.failed(error, CurrentExecutor.get());
        }
        missing++;
      }
    }
    return missing == 0
        ? Deferred.of(sequence(inputs), CurrentExecutor.get())
        : await(inputs, missing, coercing);
  }

  private static Deferred<Object> await(Object[] inputs, int missing, boolean coercing) {
    Zip zip = new Zip(missing, inputs);
    // What arrived through an input is never a deferred, so each slot tells for itself. A slot is
    // read here before its own input may write it.
    for (int i = 0; i < inputs.length; i++) {
      if (inputs[i] instanceof IDeferred) {
        new Input(zip, i, coercing).follow(inputs[i]);
      }
    }
    return zip.result;
  }

  /** The errors of inputs that nobody looked at are not lost: the result tells of another one. */
  static void consume(Object[] inputs) {
    for (Object input : inputs) {
      if (input instanceof Deferred<?> d) {
        d.markConsumed();
      }
    }
  }

  private static Object sequence(Object[] values) {
    return values.length == 0 ? PersistentList.EMPTY : ArraySeq.create(values);
  }

  private void arrived(int index, Object value) {
    values[index] = value;
    if (decrementAndGet() == 0) {
      result.success(sequence(values));
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
