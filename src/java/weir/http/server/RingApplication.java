package weir.http.server;

import clojure.lang.AFn;
import clojure.lang.IFn;
import weir.deferred.Deferred;
import weir.http.RingRequest;

/** Ring handlers as an {@link Application}. Thread bindings are not conveyed to them. */
public final class RingApplication implements Application {

  private final IFn handler;
  private final boolean async;
  private final IFn errorHandler;
  private final IFn rejectedHandler;

  /**
   * Takes the functions of a Ring application.
   *
   * @param handler of one argument, or of three if {@code async}
   * @param async whether it is called with {@code respond} and {@code raise}
   * @param errorHandler of the throwable, or null for a plain 500 and a log entry
   * @param rejectedHandler of the request, or null for a plain 503
   */
  public RingApplication(IFn handler, boolean async, IFn errorHandler, IFn rejectedHandler) {
    this.handler = handler;
    this.async = async;
    this.errorHandler = errorHandler;
    this.rejectedHandler = rejectedHandler;
  }

  @Override
  public Object handle(RingRequest request) {
    return async ? callAsync(request) : handler.invoke(request);
  }

  /** The first call of respond or raise counts, and so does a throw before either. */
  private Object callAsync(RingRequest request) {
    Deferred<Object> response = Deferred.create(null);
    try {
      handler.invoke(request, new Respond(response), new Raise(response));
    } catch (Throwable t) {
      if (!response.error(t)) {
        ErrorResponses.LOG.error(
            "the handler of {} threw after it had answered", request.path(), t);
      }
    }
    return response;
  }

  @Override
  public Object onError(RingRequest request, Throwable error) {
    if (errorHandler != null) {
      return errorHandler.invoke(error);
    }
    ErrorResponses.LOG.error(
        "error in the handler of {} {}", request.method(), request.path(), error);
    return ErrorResponses.INTERNAL;
  }

  @Override
  public Object onRejected(RingRequest request) {
    return rejectedHandler == null ? ErrorResponses.OVERLOADED : rejectedHandler.invoke(request);
  }

  private static final class Respond extends AFn {
    private final Deferred<Object> response;

    Respond(Deferred<Object> response) {
      this.response = response;
    }

    @Override
    public Object invoke(Object value) {
      response.success(value);
      return null;
    }
  }

  private static final class Raise extends AFn {
    private final Deferred<Object> response;

    Raise(Deferred<Object> response) {
      this.response = response;
    }

    @Override
    public Object invoke(Object error) {
      response.error(error);
      return null;
    }
  }
}
