package weir.http.client;

import clojure.lang.IFn;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;
import manifold.deferred.IMutableDeferred;
import weir.deferred.Callback;
import weir.deferred.Coercion;
import weir.deferred.Deferred;
import weir.deferred.Deferreds;
import weir.http.RingResponse;
import weir.http.body.Bodies;

/**
 * What a function makes of a response. Whoever realizes this from outside cancels the request behind
 * it, as with the {@link Call} itself.
 */
public final class FollowUp extends Outcome<Object> {

  private volatile Object source; // what this waits for now: the call, then what the function made
  private final IFn function;
  private final IFn errorFunction;
  private final Executor executor;

  private FollowUp(
      Deferred<?> source, IFn function, IFn errorFunction, Executor executor, Executor callbacks) {
    super(callbacks);
    this.source = source;
    this.function = function;
    this.errorFunction = errorFunction;
    this.executor = executor;
  }

  /**
   * Calls a function with the response of a request.
   *
   * @param source a call, or what was made of one
   * @param function of one argument; may block, and may return a deferred
   * @param errorFunction from the request's failure to the one that is told, or to a deferred whose
   *     outcome is told instead; null for the same
   * @param executor where they run
   * @param callbacks where the callbacks of the result run; null for the completing thread
   */
  public static Deferred<Object> of(
      Deferred<?> source, IFn function, IFn errorFunction, Executor executor, Executor callbacks) {
    FollowUp result = new FollowUp(source, function, errorFunction, executor, callbacks);
    source.listen(result.new Source());
    return result;
  }

  private final class Source extends Callback {
    @Override
    protected void onSuccess(Object response) {
      executor.execute(() -> apply(response));
    }

    @Override
    protected void onError(Object error) {
      if (errorFunction == null) {
        deliverError(error);
      } else {
        executor.execute(() -> applyToError(error));
      }
    }
  }

  private final class Result extends Callback {
    @Override
    protected void onSuccess(Object value) {
      deliver(value);
    }

    @Override
    protected void onError(Object error) {
      deliverError(error);
    }
  }

  private void apply(Object response) {
    try {
      Object value = function.invoke(response);
      if (!waitsFor(value) && !deliver(value) && value instanceof RingResponse unwanted) {
        Bodies.discard(unwanted.body()); // nobody will read it
      }
    } catch (Throwable t) {
      deliverError(t);
    }
  }

  private void applyToError(Object error) {
    try {
      Object told = errorFunction.invoke(error);
      if (!waitsFor(told)) {
        deliverError(told);
      }
    } catch (Throwable t) {
      deliverError(t);
    }
  }

  /** Waits for what a function has returned, if that is a deferred. */
  private boolean waitsFor(Object value) {
    Object eventual = Coercion.toDeferred(value);
    if (eventual == null) {
      return false;
    }
    source = eventual;
    if (isRealized()) {
      cancel(); // between the two
    }
    Deferreds.chain(eventual).listen(new Result());
    return true;
  }

  @Override
  void cancel() {
    if (source instanceof IMutableDeferred waitedFor) {
      waitedFor.error(new CancellationException("nobody wants the response any more"));
    }
  }
}
