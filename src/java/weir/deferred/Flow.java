package weir.deferred;

import clojure.lang.AFn;
import clojure.lang.IFn;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;
import weir.executor.CurrentExecutor;
import weir.executor.Pools;

/**
 * The run time of {@code let-flow}: expressions wait for the values they mention, independent of each
 * other, and the body for all of them. While expressions are set up on the calling thread it has no
 * current executor; the body moves to the one it had, or to the execute pool, if it had to wait. What
 * had to wait sees the dynamic bindings that the calling thread had. Realizing the result from
 * outside skips the expressions that have not been evaluated.
 */
public final class Flow implements AutoCloseable {

  private final Executor executor = CurrentExecutor.get();
  private final boolean coercing;

  // Of the body, once it waits.
  private volatile Deferred<Object> awaited;
  private volatile Deferred<Object> result;

  private Flow(boolean coercing) {
    this.coercing = coercing;
  }

  /**
   * Starts setting up on this thread; to be closed on it.
   *
   * @param coercing whether to wait for futures, promises and stages too
   */
  public static Flow open(boolean coercing) {
    Flow flow = new Flow(coercing);
    CurrentExecutor.set(null);
    return flow;
  }

  /** Gives the thread its executor back. */
  @Override
  public void close() {
    CurrentExecutor.set(executor);
  }

  /**
   * Calls an expression with the array of the values that it mentions, once all are there.
   *
   * @param dependencies plain and eventual values; this writes to the array
   */
  public Deferred<Object> expression(Object[] dependencies, IFn f) {
    if (Chain.areAtHand(dependencies)) {
      return Chain.call(coercing, f, dependencies);
    }
    IFn later = new Expression(this, Conveyed.of(f));
    return dependencies.length == 1
        ? then(dependencies[0], new OfOne(dependencies, later))
        : then(Zip.arrayOf(dependencies, coercing), later);
  }

  /** An error of one value ends the result, too, but skips only what depends on that value. */
  private boolean isGivenUp() {
    Deferred<Object> r = result;
    return r != null && r.realized() && !awaited.realized();
  }

  /** An expression that had to wait. */
  private static final class Expression extends AFn {
    private final Flow flow;
    private final IFn function;

    Expression(Flow flow, IFn function) {
      this.flow = flow;
      this.function = function;
    }

    @Override
    public Object invoke(Object values) {
      if (flow.isGivenUp()) {
        throw new CancellationException("the result of let-flow was realized before");
      }
      return function.invoke(values);
    }
  }

  /** Calls a function of an array with an array of one value: there is nothing to gather. */
  private static final class OfOne extends AFn {
    private final Object[] values;
    private final IFn function;

    OfOne(Object[] values, IFn function) {
      this.values = values;
      this.function = function;
    }

    @Override
    public Object invoke(Object value) {
      values[0] = value;
      return function.invoke(values);
    }
  }

  /** Calls the body with the array of all values, once they are there. */
  public Deferred<Object> body(Object[] dependencies, IFn f) {
    if (Chain.areAtHand(dependencies)) {
      CurrentExecutor.set(executor);
      return Chain.call(coercing, f, dependencies);
    }
    IFn later = Conveyed.of(f);
    Deferred<Object> values = Zip.arrayOf(dependencies, coercing);
    CurrentExecutor.set(executor);
    if (values.realized()) {
      return then(values, later);
    }
    Onto<Object> moved = new Onto<>(executor == null ? Pools.executePool() : executor);
    values.listen(new Forward(moved));
    awaited = values;
    Deferred<Object> outcome = then(moved, later);
    result = outcome;
    return outcome;
  }

  private Deferred<Object> then(Object values, IFn f) {
    return Chain.run(coercing, values, f, Chain.END, Chain.END);
  }
}
