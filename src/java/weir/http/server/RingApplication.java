package weir.http.server;

import clojure.lang.IFn;
import weir.http.RingRequest;
import weir.http.websocket.AcceptOptions;
import weir.http.websocket.WebSocketListener;

/** Ring handlers as an {@link Application}. Thread bindings are not conveyed to them. */
public final class RingApplication implements Application {

  private final IFn handler;
  private final AsyncCalls async;
  private final IFn errorHandler;
  private final IFn rejectedHandler;
  private final IFn listeners;
  private final AcceptOptions socketOptions;

  /**
   * Takes the functions of a Ring application.
   *
   * @param handler of one argument, or of three if {@code async} is given
   * @param async calls it with {@code respond} and {@code raise}; null if it returns its response
   * @param errorHandler of the throwable, or null for a plain 500 and a log entry
   * @param rejectedHandler of the request, or null for a plain 503
   */
  public RingApplication(IFn handler, AsyncCalls async, IFn errorHandler, IFn rejectedHandler) {
    this(handler, async, errorHandler, rejectedHandler, null, AcceptOptions.DEFAULT);
  }

  private RingApplication(
      IFn handler,
      AsyncCalls async,
      IFn errorHandler,
      IFn rejectedHandler,
      IFn listeners,
      AcceptOptions socketOptions) {
    this.handler = handler;
    this.async = async;
    this.errorHandler = errorHandler;
    this.rejectedHandler = rejectedHandler;
    this.listeners = listeners;
    this.socketOptions = socketOptions;
  }

  /**
   * Returns this application with WebSockets by Ring's protocols.
   *
   * @param listeners makes a {@link WebSocketListener} of one of Ring's
   * @param options how they are accepted
   */
  public RingApplication sockets(IFn listeners, AcceptOptions options) {
    return new RingApplication(handler, async, errorHandler, rejectedHandler, listeners, options);
  }

  @Override
  public WebSocketListener socketListener(Object listener) throws Exception {
    return listeners == null
        ? Application.super.socketListener(listener)
        : (WebSocketListener) listeners.invoke(listener);
  }

  @Override
  public AcceptOptions socketOptions() {
    return socketOptions;
  }

  @Override
  public Object handle(RingRequest request) {
    return async == null ? handler.invoke(request) : async.call(handler, request);
  }

  @Override
  public boolean bodiesEndByClosing() {
    return async != null;
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
}
