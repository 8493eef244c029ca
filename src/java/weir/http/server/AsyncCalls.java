package weir.http.server;

import clojure.lang.AFn;
import clojure.lang.IFn;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import weir.deferred.Deferred;
import weir.deferred.Functions;
import weir.executor.Pools;
import weir.http.RingRequest;

/**
 * Calls Ring's asynchronous handlers: of request, {@code respond} and {@code raise}. The first call of
 * either counts, or a throw before that; when the time is over before, the timeout handler decides,
 * and whatever the handler says later is dropped.
 */
public final class AsyncCalls {

  private final long timeoutMillis;
  private final IFn timeoutHandler;

  /**
   * Sets how long handlers may take to answer.
   *
   * @param timeoutMillis counted from when the handler has returned; 0 is no limit
   * @param timeoutHandler another handler of three arguments, or null for a plain 500
   */
  public AsyncCalls(long timeoutMillis, IFn timeoutHandler) {
    this.timeoutMillis = timeoutMillis;
    this.timeoutHandler = timeoutHandler;
  }

  Object call(IFn handler, RingRequest request) {
    Deferred<Object> response = Deferred.create(null);
    invoke(handler, request, response, null);
    if (timeoutMillis > 0 && !response.realized()) {
      limit(request, response);
    }
    return response;
  }

  private static void invoke(
      IFn handler, RingRequest request, Deferred<Object> response, Object token) {
    try {
      handler.invoke(request, new Respond(response, token), new Raise(response, token));
    } catch (Throwable t) {
      if (!fail(response, t, token)) {
        ErrorResponses.LOG.error(
            "the handler of {} threw after it had answered", request.path(), t);
      }
    }
  }

  private void limit(RingRequest request, Deferred<Object> response) {
    Future<?> timer =
        request
            .ch()
            .eventLoop()
            .schedule(() -> timedOut(request, response), timeoutMillis, TimeUnit.MILLISECONDS);
    IFn cancel = Functions.of(x -> timer.cancel(false));
    response.onRealized(cancel, cancel);
  }

  /** Claims the answer, so that the handler's own comes too late, and lets another handler give it. */
  private void timedOut(RingRequest request, Deferred<Object> response) {
    Object token = response.claim();
    if (token == null || Boolean.FALSE.equals(token)) {
      return;
    }
    ErrorResponses.LOG.warn(
        "the handler of {} {} has not answered within {} ms",
        request.method(),
        request.path(),
        timeoutMillis);
    if (timeoutHandler == null) {
      response.success(ErrorResponses.INTERNAL, token);
    } else {
      Pools.waitPool().execute(() -> invoke(timeoutHandler, request, response, token));
    }
  }

  private static boolean fail(Deferred<Object> response, Object error, Object token) {
    return token == null ? response.error(error) : response.error(error, token);
  }

  private static final class Respond extends AFn {
    private final Deferred<Object> response;
    private final Object token;

    Respond(Deferred<Object> response, Object token) {
      this.response = response;
      this.token = token;
    }

    @Override
    public Object invoke(Object value) {
      if (token == null) {
        response.success(value);
      } else {
        response.success(value, token);
      }
      return null;
    }
  }

  private static final class Raise extends AFn {
    private final Deferred<Object> response;
    private final Object token;

    Raise(Deferred<Object> response, Object token) {
      this.response = response;
      this.token = token;
    }

    @Override
    public Object invoke(Object error) {
      fail(response, error, token);
      return null;
    }
  }
}
