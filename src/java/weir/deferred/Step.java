package weir.deferred;

import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;
import manifold.deferred.IDeferred;

/**
 * One stage of a {@link java.util.concurrent.CompletionStage}: computes the outcome of its result
 * from that of another deferred. Whatever the stage's function throws is the result's error.
 */
abstract class Step extends Callback {

  final Deferred<Object> result = Deferred.create();

  /** Completes the result from a value. */
  abstract void succeeded(Object value);

  /** Completes the result from an error. */
  void failed(Object error) {
    result.error(error);
  }

  @Override
  protected final void onSuccess(Object value) {
    try {
      succeeded(value);
    } catch (Throwable t) {
      result.error(t);
    }
  }

  @Override
  protected final void onError(Object error) {
    try {
      failed(error);
    } catch (Throwable t) {
      result.error(t);
    }
  }

  /** Passes an outcome through an executor before its step takes it. */
  static final class Async extends Callback implements Runnable {
    private final Executor executor;
    private final Deferred<?> result;
    private final Callback step;
    private Object outcome;

    Async(Executor executor, Step step) {
      this.executor = executor;
      this.result = step.result;
      this.step = Carried.of(step);
    }

    @Override
    protected void onSuccess(Object value) {
      outcome = encode(value);
      submit();
    }

    @Override
    protected void onError(Object error) {
      outcome = new Failure(error);
      submit();
    }

    private void submit() {
      try {
        executor.execute(this);
      } catch (Throwable t) {
        result.error(t);
      }
    }

    @Override
    public void run() {
      step.call(outcome);
    }

    @Override
    boolean runsInline() {
      return true; // it moves to its own executor anyway
    }

    @Override
    boolean carriesContext() {
      return false; // the step does
    }
  }

  /** {@code thenApply} and all that can be said with it. */
  static final class Apply extends Step {
    private final Function<Object, ?> function;

    Apply(Function<Object, ?> function) {
      this.function = function;
    }

    @Override
    void succeeded(Object value) {
      result.success(function.apply(value));
    }
  }

  /** {@code thenCompose}: flattens exactly one level. */
  static final class Compose extends Step {
    private final Function<Object, ?> function;

    Compose(Function<Object, ?> function) {
      this.function = function;
    }

    @Override
    void succeeded(Object value) {
      forward(function.apply(value), this);
    }
  }

  static void forward(Object stage, Step step) {
    IDeferred next = Coercion.requireDeferred(stage);
    Follower.listenTo(next, new Forward(step.result));
  }

  /** {@code handle}. */
  static final class Handle extends Step {
    private final BiFunction<Object, Object, ?> function;

    Handle(BiFunction<Object, Object, ?> function) {
      this.function = function;
    }

    @Override
    void succeeded(Object value) {
      result.success(function.apply(value, null));
    }

    @Override
    void failed(Object error) {
      result.success(function.apply(null, error));
    }
  }

  /** {@code whenComplete}. */
  static final class Observe extends Step {
    private final BiConsumer<Object, Object> action;

    Observe(BiConsumer<Object, Object> action) {
      this.action = action;
    }

    @Override
    void succeeded(Object value) {
      action.accept(value, null);
      result.success(value);
    }

    @Override
    void failed(Object error) {
      try {
        action.accept(null, error);
      } finally {
        result.error(error); // the first error wins over one of the action
      }
    }
  }

  /** {@code exceptionally}, or {@code exceptionallyCompose} when {@code composes}. */
  static final class Recover extends Step {
    private final Function<Object, ?> function;
    private final boolean composes;

    Recover(Function<Object, ?> function, boolean composes) {
      this.function = function;
      this.composes = composes;
    }

    @Override
    void succeeded(Object value) {
      result.success(value);
    }

    @Override
    void failed(Object error) {
      Object value = function.apply(error);
      if (composes) {
        forward(value, this);
      } else {
        result.success(value);
      }
    }
  }
}
