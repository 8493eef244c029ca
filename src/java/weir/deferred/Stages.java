package weir.deferred;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import weir.executor.CurrentExecutor;
import weir.executor.Pools;

/**
 * A deferred as a {@link CompletionStage}. Errors go on as they are and never wrapped, and whatever
 * a function throws ends the result in error. Plain methods run their function on the thread that
 * realizes the deferred, or on its executor; {@code Async} ones on the thread's current executor or
 * else the execute pool. The other stage of methods for two may be any eventual value.
 */
abstract class Stages<T> extends Annotated implements CompletionStage<T> {

  /** Calls {@code callback} once with the outcome. */
  public abstract void listen(Callback callback);

  abstract Object peek();

  abstract void markConsumed();

  // ---- one stage

  @Override
  public <U> Deferred<U> thenApply(Function<? super T, ? extends U> fn) {
    Object outcome = executor() == null ? peek() : null;
    return outcome == null ? now(apply(fn)) : applied(outcome, requireNonNull(fn, "fn"));
  }

  private <U> Deferred<U> applied(Object outcome, Function<?, ? extends U> fn) {
    if (outcome instanceof State.Failure f) {
      markConsumed();
      return Deferred.failed(f.error, CurrentExecutor.get());
    }
    try {
      U value = Stages.<Function<Object, U>>cast(fn).apply(State.decode(outcome));
      return Deferred.of(value, CurrentExecutor.get());
    } catch (Throwable t) {
      return Deferred.failed(t, CurrentExecutor.get());
    }
  }

  @Override
  public <U> Deferred<U> thenApplyAsync(Function<? super T, ? extends U> fn) {
    return async(apply(fn), asyncExecutor());
  }

  @Override
  public <U> Deferred<U> thenApplyAsync(Function<? super T, ? extends U> fn, Executor executor) {
    return async(apply(fn), executor);
  }

  @Override
  public Deferred<Void> thenAccept(Consumer<? super T> action) {
    return now(accept(action));
  }

  @Override
  public Deferred<Void> thenAcceptAsync(Consumer<? super T> action) {
    return async(accept(action), asyncExecutor());
  }

  @Override
  public Deferred<Void> thenAcceptAsync(Consumer<? super T> action, Executor executor) {
    return async(accept(action), executor);
  }

  @Override
  public Deferred<Void> thenRun(Runnable action) {
    return now(run(action));
  }

  @Override
  public Deferred<Void> thenRunAsync(Runnable action) {
    return async(run(action), asyncExecutor());
  }

  @Override
  public Deferred<Void> thenRunAsync(Runnable action, Executor executor) {
    return async(run(action), executor);
  }

  @Override
  public <U> Deferred<U> thenCompose(Function<? super T, ? extends CompletionStage<U>> fn) {
    return now(compose(fn));
  }

  @Override
  public <U> Deferred<U> thenComposeAsync(Function<? super T, ? extends CompletionStage<U>> fn) {
    return async(compose(fn), asyncExecutor());
  }

  @Override
  public <U> Deferred<U> thenComposeAsync(
      Function<? super T, ? extends CompletionStage<U>> fn, Executor executor) {
    return async(compose(fn), executor);
  }

  @Override
  public <U> Deferred<U> handle(BiFunction<? super T, Throwable, ? extends U> fn) {
    return now(handler(fn));
  }

  @Override
  public <U> Deferred<U> handleAsync(BiFunction<? super T, Throwable, ? extends U> fn) {
    return async(handler(fn), asyncExecutor());
  }

  @Override
  public <U> Deferred<U> handleAsync(
      BiFunction<? super T, Throwable, ? extends U> fn, Executor executor) {
    return async(handler(fn), executor);
  }

  @Override
  public Deferred<T> whenComplete(BiConsumer<? super T, ? super Throwable> action) {
    return now(observer(action));
  }

  @Override
  public Deferred<T> whenCompleteAsync(BiConsumer<? super T, ? super Throwable> action) {
    return async(observer(action), asyncExecutor());
  }

  @Override
  public Deferred<T> whenCompleteAsync(
      BiConsumer<? super T, ? super Throwable> action, Executor executor) {
    return async(observer(action), executor);
  }

  @Override
  public Deferred<T> exceptionally(Function<Throwable, ? extends T> fn) {
    return now(recovery(fn, false));
  }

  @Override
  public Deferred<T> exceptionallyAsync(Function<Throwable, ? extends T> fn) {
    return async(recovery(fn, false), asyncExecutor());
  }

  @Override
  public Deferred<T> exceptionallyAsync(Function<Throwable, ? extends T> fn, Executor executor) {
    return async(recovery(fn, false), executor);
  }

  @Override
  public Deferred<T> exceptionallyCompose(Function<Throwable, ? extends CompletionStage<T>> fn) {
    return now(recovery(fn, true));
  }

  @Override
  public Deferred<T> exceptionallyComposeAsync(
      Function<Throwable, ? extends CompletionStage<T>> fn) {
    return async(recovery(fn, true), asyncExecutor());
  }

  @Override
  public Deferred<T> exceptionallyComposeAsync(
      Function<Throwable, ? extends CompletionStage<T>> fn, Executor executor) {
    return async(recovery(fn, true), executor);
  }

  // ---- two stages

  @Override
  public <U, V> Deferred<V> thenCombine(
      CompletionStage<? extends U> other, BiFunction<? super T, ? super U, ? extends V> fn) {
    return both(other).now(combine(fn));
  }

  @Override
  public <U, V> Deferred<V> thenCombineAsync(
      CompletionStage<? extends U> other, BiFunction<? super T, ? super U, ? extends V> fn) {
    return both(other).async(combine(fn), asyncExecutor());
  }

  @Override
  public <U, V> Deferred<V> thenCombineAsync(
      CompletionStage<? extends U> other,
      BiFunction<? super T, ? super U, ? extends V> fn,
      Executor executor) {
    return both(other).async(combine(fn), executor);
  }

  @Override
  public <U> Deferred<Void> thenAcceptBoth(
      CompletionStage<? extends U> other, BiConsumer<? super T, ? super U> action) {
    return both(other).now(acceptBoth(action));
  }

  @Override
  public <U> Deferred<Void> thenAcceptBothAsync(
      CompletionStage<? extends U> other, BiConsumer<? super T, ? super U> action) {
    return both(other).async(acceptBoth(action), asyncExecutor());
  }

  @Override
  public <U> Deferred<Void> thenAcceptBothAsync(
      CompletionStage<? extends U> other,
      BiConsumer<? super T, ? super U> action,
      Executor executor) {
    return both(other).async(acceptBoth(action), executor);
  }

  @Override
  public Deferred<Void> runAfterBoth(CompletionStage<?> other, Runnable action) {
    return both(other).now(run(action));
  }

  @Override
  public Deferred<Void> runAfterBothAsync(CompletionStage<?> other, Runnable action) {
    return both(other).async(run(action), asyncExecutor());
  }

  @Override
  public Deferred<Void> runAfterBothAsync(
      CompletionStage<?> other, Runnable action, Executor executor) {
    return both(other).async(run(action), executor);
  }

  @Override
  public <U> Deferred<U> applyToEither(
      CompletionStage<? extends T> other, Function<? super T, U> fn) {
    return either(other).now(apply(fn));
  }

  @Override
  public <U> Deferred<U> applyToEitherAsync(
      CompletionStage<? extends T> other, Function<? super T, U> fn) {
    return either(other).async(apply(fn), asyncExecutor());
  }

  @Override
  public <U> Deferred<U> applyToEitherAsync(
      CompletionStage<? extends T> other, Function<? super T, U> fn, Executor executor) {
    return either(other).async(apply(fn), executor);
  }

  @Override
  public Deferred<Void> acceptEither(
      CompletionStage<? extends T> other, Consumer<? super T> action) {
    return either(other).now(accept(action));
  }

  @Override
  public Deferred<Void> acceptEitherAsync(
      CompletionStage<? extends T> other, Consumer<? super T> action) {
    return either(other).async(accept(action), asyncExecutor());
  }

  @Override
  public Deferred<Void> acceptEitherAsync(
      CompletionStage<? extends T> other, Consumer<? super T> action, Executor executor) {
    return either(other).async(accept(action), executor);
  }

  @Override
  public Deferred<Void> runAfterEither(CompletionStage<?> other, Runnable action) {
    return either(other).now(run(action));
  }

  @Override
  public Deferred<Void> runAfterEitherAsync(CompletionStage<?> other, Runnable action) {
    return either(other).async(run(action), asyncExecutor());
  }

  @Override
  public Deferred<Void> runAfterEitherAsync(
      CompletionStage<?> other, Runnable action, Executor executor) {
    return either(other).async(run(action), executor);
  }

  /**
   * Returns a new future that follows this deferred; completing or cancelling it does not touch the
   * deferred. An error that is not a Throwable arrives as the {@code :error} of an ExceptionInfo.
   */
  @Override
  public CompletableFuture<T> toCompletableFuture() {
    CompletableFuture<T> future = new CompletableFuture<>();
    listen(new ToFuture(cast(future)));
    return future;
  }

  private static final class ToFuture extends Callback {
    private final CompletableFuture<Object> future;

    ToFuture(CompletableFuture<Object> future) {
      this.future = future;
    }

    @Override
    protected void onSuccess(Object value) {
      future.complete(value);
    }

    @Override
    protected void onError(Object error) {
      future.completeExceptionally(Deferred.asThrowable(error));
    }
  }

  // ---- how

  private static Executor asyncExecutor() {
    Executor current = CurrentExecutor.get();
    return current == null ? Pools.executePool() : current;
  }

  private <U> Deferred<U> now(Step step) {
    listen(step);
    return cast(step.result);
  }

  private <U> Deferred<U> async(Step step, Executor executor) {
    listen(new Step.Async(requireNonNull(executor, "executor"), step));
    return cast(step.result);
  }

  private Stages<Object> both(CompletionStage<?> other) {
    return Zip.of(new Object[] {this, requireNonNull(other, "other")}, true);
  }

  private Stages<Object> either(CompletionStage<?> other) {
    return Alt.of(new Object[] {this, requireNonNull(other, "other")}, true);
  }

  // ---- what

  private static Step apply(Function<?, ?> fn) {
    return new Step.Apply(cast(requireNonNull(fn, "fn")));
  }

  private static Step accept(Consumer<?> action) {
    Consumer<Object> f = cast(requireNonNull(action, "action"));
    return new Step.Apply(
        value -> {
          f.accept(value);
          return null;
        });
  }

  private static Step run(Runnable action) {
    requireNonNull(action, "action");
    return new Step.Apply(
        value -> {
          action.run();
          return null;
        });
  }

  private static Step combine(BiFunction<?, ?, ?> fn) {
    BiFunction<Object, Object, Object> f = cast(requireNonNull(fn, "fn"));
    return new Step.Apply(
        values -> {
          List<?> pair = (List<?>) values;
          return f.apply(pair.get(0), pair.get(1));
        });
  }

  private static Step acceptBoth(BiConsumer<?, ?> action) {
    BiConsumer<Object, Object> f = cast(requireNonNull(action, "action"));
    return new Step.Apply(
        values -> {
          List<?> pair = (List<?>) values;
          f.accept(pair.get(0), pair.get(1));
          return null;
        });
  }

  private static Step compose(Function<?, ?> fn) {
    return new Step.Compose(cast(requireNonNull(fn, "fn")));
  }

  private static Step handler(BiFunction<?, ?, ?> fn) {
    return new Step.Handle(cast(requireNonNull(fn, "fn")));
  }

  private static Step observer(BiConsumer<?, ?> action) {
    return new Step.Observe(cast(requireNonNull(action, "action")));
  }

  private static Step recovery(Function<?, ?> fn, boolean composes) {
    return new Step.Recover(cast(requireNonNull(fn, "fn")), composes);
  }

  @SuppressWarnings("unchecked") // type arguments are erased; each step gets what its source yields
  private static <X> X cast(Object x) {
    return (X) x;
  }
}
