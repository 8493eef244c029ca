package weir.deferred;

import java.util.concurrent.ThreadLocalRandom;
import manifold.deferred.IDeferred;
import weir.executor.CurrentExecutor;

/** Waits for whichever of several values is there first. */
final class Alt {

  private final Deferred<Object> result;
  private final Input[] inputs;

  private Alt(int n, Deferred<Object> result) {
    this.result = result;
    inputs = new Input[n];
  }

  /**
   * Returns a deferred of the first outcome; among several that are there already each is as likely
   * as any other.
   *
   * @param candidates this keeps the array and writes to it
   */
  static Deferred<Object> of(Object[] candidates, boolean coercing) {
    if (candidates.length == 0) {
      throw new IllegalArgumentException("alt of nothing would never be realized");
    }
    int ready = 0;
    int winner = -1;
    for (int i = 0; i < candidates.length; i++) {
      Object x = Follower.unwrap(candidates[i], coercing);
      candidates[i] = x;
      if (isReady(x) && ThreadLocalRandom.current().nextInt(++ready) == 0) {
        winner = i;
      }
    }
    return winner < 0 ? await(candidates, coercing) : take(candidates, winner);
  }

  private static boolean isReady(Object unwrapped) {
    return !(unwrapped instanceof IDeferred d) || d.realized();
  }

  private static Deferred<Object> take(Object[] candidates, int winner) {
    Zip.consume(candidates);
    Cancelable.cancelAll(candidates);
    if (candidates[winner] instanceof IDeferred failed) {
      return Deferred.failed(failed.errorValue(Deferreds.ABSENT), CurrentExecutor.get());
    }
    return Deferred.of(candidates[winner], CurrentExecutor.get());
  }

  private static Deferred<Object> await(Object[] candidates, boolean coercing) {
    Alt alt = new Alt(candidates.length, resultFor(candidates));
    for (int i = 0; i < candidates.length; i++) {
      alt.inputs[i] = new Input(alt, coercing);
    }
    for (int i = 0; i < candidates.length; i++) {
      alt.inputs[i].follow(candidates[i]);
    }
    if (alt.result.realized()) {
      alt.forgetLosers(); // one arrived before all were registered
    }
    return alt.result;
  }

  private static Deferred<Object> resultFor(Object[] candidates) {
    for (Object candidate : candidates) {
      Deferred<Object> result = Cancelable.resultFor(candidate);
      if (result != null) {
        return result;
      }
    }
    return Deferred.create();
  }

  private void succeed(Object value) {
    if (result.success(value)) {
      forgetLosers();
    }
  }

  private void fail(Object error) {
    if (result.error(error)) {
      forgetLosers();
    }
  }

  /** A candidate that lives long must not gather the callbacks of all the races it has lost. */
  private void forgetLosers() {
    for (Input input : inputs) {
      Deferred<?> layer = input.layer;
      if (layer != null) {
        input.layer = null;
        layer.unlinkSomeCancelled();
      }
    }
  }

  /** Waits for one layer of one candidate. Never registered twice, since it can be cancelled. */
  private static final class Input extends Follower {
    private final Alt alt;
    private final boolean coercing;
    private volatile Deferred<?> layer;

    Input(Alt alt, boolean coercing) {
      super(coercing);
      this.alt = alt;
      this.coercing = coercing;
    }

    @Override
    void suspend(IDeferred next) {
      if (next instanceof Cancelable<?> c) {
        c.cancelAfter(alt.result);
      }
    }

    @Override
    void waitsFor(Deferred<?> next) {
      layer = next;
    }

    @Override
    protected void onSuccess(Object value) {
      layer = null;
      if (!isCancelled()) {
        new Input(alt, coercing).follow(value);
      }
    }

    @Override
    Object arrived(Object value) {
      alt.succeed(value);
      return STOP;
    }

    @Override
    Object failed(Object error) {
      alt.fail(error);
      return STOP;
    }

    @Override
    boolean isCancelled() {
      return alt.result.realized();
    }
  }
}
