package weir.deferred;

import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;
import manifold.deferred.IDeferred;
import manifold.deferred.IMutableDeferred;
import weir.executor.CurrentExecutor;

/**
 * A deferred whose producer wants to know when nobody waits for it any more. Other deferreds are left
 * alone by what is composed of them; this one is {@linkplain #cancel cancelled} as soon as a
 * result that waits for it is realized first: by a timeout, by hand, as the loser of {@code alt}, or
 * beside the first error of a {@code zip}.
 *
 * <p>What {@code chain}, {@code recover}, {@code andFinally}, {@code loop}, {@code zip} and {@code
 * alt} make of a cancelable deferred is cancelable too, as long as it is the first that they wait
 * for; so the request goes up through any number of them. The methods of CompletionStage, {@code
 * connect} and {@code onto} do not pass it on. Whoever gives up first cancels for all who wait: mark
 * what has one consumer.
 *
 * @param <T> the type of the value
 */
public final class Cancelable<T> extends Deferred<T> {

  Cancelable(Executor executor) {
    super(executor);
  }

  /**
   * Returns a cancelable deferred of the outcome of {@code x}; cancelling it cancels {@code x}.
   *
   * @param x an eventual value, of which one that is realized or claimed is not touched any more
   */
  public static <T> Cancelable<T> from(Object x) {
    return from(x, () -> {});
  }

  /**
   * Returns a cancelable deferred of the outcome of {@code x}.
   *
   * @param x an eventual value, which is put into error when the result is realized first
   * @param onCancel called once after that, on the thread that realized the result or on the current
   *     executor of this call; never when {@code x} was realized or claimed before
   */
  public static <T> Cancelable<T> from(Object x, Runnable onCancel) {
    IDeferred source = Coercion.requireDeferred(x);
    Cancelable<T> result = new Cancelable<>(CurrentExecutor.get());
    Follower.listenTo(source, new Forward(result));
    result.listen(new Request(source, onCancel));
    return result;
  }

  /**
   * Runs a function on an executor; when the result is realized first, the function is skipped, or
   * the thread that runs it is interrupted.
   *
   * @throws java.util.concurrent.RejectedExecutionException if the executor refuses
   */
  public static <T> Cancelable<T> supply(Executor executor, Callable<? extends T> function) {
    Cancelable<T> result = new Cancelable<>(CurrentExecutor.get());
    InterruptibleCall call = new InterruptibleCall(result, Context.around(function));
    result.listen(call);
    executor.execute(call);
    return result;
  }

  /**
   * Puts any deferred into error with a {@link CancellationException}, as one who does not want its
   * outcome any more.
   *
   * @return false when it was realized or claimed before
   */
  public static boolean cancel(IMutableDeferred deferred) {
    return Boolean.TRUE.equals(deferred.error(new CancellationException("cancelled")));
  }

  /** Cancels this when {@code result}, which waits for it, is realized first. */
  void cancelAfter(Deferred<?> result) {
    result.unlinkSomeCancelled(); // a loop waits for many, and all but the latest are realized
    result.listen(new Request(this, () -> {}));
  }

  /** Makes the pending result of what waits for {@code layer}, null if it need not be cancelable. */
  static <T> Cancelable<T> resultFor(Object layer) {
    return layer instanceof Cancelable<?> ? new Cancelable<>(CurrentExecutor.get()) : null;
  }

  /** Cancels those among {@code inputs} that can be. */
  static void cancelAll(Object[] inputs) {
    for (Object input : inputs) {
      if (input instanceof Cancelable<?> c) {
        cancel(c);
      }
    }
  }

  /** Waits for a result to be realized, to cancel its source unless that came first. */
  private static final class Request extends Callback {
    private final IDeferred source;
    private final Runnable onCancel;

    Request(IDeferred source, Runnable onCancel) {
      this.source = source;
      this.onCancel = onCancel;
    }

    @Override
    protected void onSuccess(Object value) {
      giveUp();
    }

    @Override
    protected void onError(Object error) {
      giveUp();
    }

    private void giveUp() {
      if (source.realized()) {
        return;
      }
      if (!(source instanceof IMutableDeferred m) || Cancelable.cancel(m)) {
        onCancel.run();
      }
    }

    @Override
    boolean isCancelled() {
      return source.realized();
    }
  }
}
