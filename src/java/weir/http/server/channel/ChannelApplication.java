package weir.http.server.channel;

import clojure.lang.IFn;
import clojure.lang.IPersistentMap;
import clojure.lang.Keyword;
import clojure.lang.RT;
import io.netty.handler.codec.http.HttpMethod;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import manifold.deferred.IDeferred;
import org.httpkit.server.AsyncChannel;
import weir.deferred.Coercion;
import weir.deferred.Deferred;
import weir.deferred.Functions;
import weir.executor.Pools;
import weir.http.Reply;
import weir.http.RingRequest;
import weir.http.server.Application;
import weir.http.websocket.AcceptOptions;
import weir.http.websocket.WebSocketListener;

/** Handlers that were written for http-kit. */
public final class ChannelApplication implements Application {

  private static final Keyword LISTENER = Keyword.intern("ring.websocket", "listener");
  private static final Reply NOT_FOUND = Reply.of(404);

  private final Handlers handlers;
  private final ChannelHub hub;

  /**
   * Takes handlers.
   *
   * @param hub what their channels share
   */
  public ChannelApplication(Handlers handlers, ChannelHub hub) {
    this.handlers = handlers;
    this.hub = hub;
  }

  @Override
  public WebSocketListener socketListener(Object listener) throws Exception {
    return handlers.listeners() == null
        ? Application.super.socketListener(listener)
        : (WebSocketListener) handlers.listeners().invoke(listener);
  }

  @Override
  public AcceptOptions socketOptions() {
    return hub.settings().sockets();
  }

  @Override
  public Object handle(RingRequest ring) {
    ChannelRequest request = new ChannelRequest(ring, hub);
    Object result;
    try {
      result = handlers.async() ? callAsync(request) : handlers.handler().invoke(request);
    } catch (Throwable t) {
      handlerFailed(request, t);
      throw t;
    }
    return handlers.async() ? result : answer(request, result);
  }

  // ---- asynchronous handlers

  private Object callAsync(ChannelRequest request) {
    Deferred<Object> response = Deferred.create(null);
    callAsync(handlers.handler(), request, response, null);
    if (handlers.timeoutMillis() > 0 && !response.realized()) {
      limit(request, response);
    }
    return response;
  }

  /**
   * Calls a handler of three arguments.
   *
   * @param token the right to answer, or null if it is anybody's
   */
  private void callAsync(
      IFn handler, ChannelRequest request, Deferred<Object> response, Object token) {
    IFn respond = Functions.of(value -> respond(request, response, value, token));
    IFn raise = Functions.of(error -> raise(request, response, error, token));
    try {
      handler.invoke(request, respond, raise);
    } catch (Throwable t) {
      raise(request, response, t, token);
    }
  }

  private void limit(ChannelRequest request, Deferred<Object> response) {
    Future<?> timer =
        request
            .message()
            .channel()
            .eventLoop()
            .schedule(
                () -> timedOut(request, response), handlers.timeoutMillis(), TimeUnit.MILLISECONDS);
    IFn cancel = Functions.of(x -> timer.cancel(false));
    response.onRealized(cancel, cancel);
  }

  private void timedOut(ChannelRequest request, Deferred<Object> response) {
    Object token = response.claim();
    if (isClaimed(token)) {
      Runnable answer =
          handlers.onTimeout() == null
              ? () -> raise(request, response, tooLate(), token)
              : () -> callAsync(handlers.onTimeout(), request, response, token);
      Pools.waitPool().execute(answer);
    }
  }

  private TimeoutException tooLate() {
    return new TimeoutException("no answer within " + handlers.timeoutMillis() + " ms");
  }

  private static boolean isClaimed(Object token) {
    return !(token == null || Boolean.FALSE.equals(token));
  }

  private void respond(
      ChannelRequest request, Deferred<Object> response, Object value, Object given) {
    Object token = given == null ? response.claim() : given;
    if (isClaimed(token)) {
      try {
        response.success(answer(request, value), token);
      } catch (Throwable t) {
        response.error(t, token);
      }
    }
  }

  private void raise(
      ChannelRequest request, Deferred<Object> response, Object error, Object given) {
    Object token = given == null ? response.claim() : given;
    if (isClaimed(token)) {
      Throwable cause =
          error instanceof Throwable t
              ? t
              : new IllegalArgumentException("raise was called with " + error);
      handlerFailed(request, cause);
      response.error(cause, token);
    }
  }

  @Override
  public boolean bodiesEndByClosing() {
    return handlers.async();
  }

  // ---- answers

  private Object answer(ChannelRequest request, Object result) {
    ResponseChannel channel = request.knownChannel();
    if (result instanceof IPersistentMap response) {
      if (response.valAt(ResponseMaps.BODY) instanceof AsyncChannel body) {
        return adopt(body, response);
      }
      if (channel != null) {
        channel.abandon();
      }
      return ordinary(request, response);
    }
    IDeferred later = result == null ? null : Coercion.toDeferred(result);
    if (later != null) {
      return then(request, later);
    }
    if (channel != null) {
      channel.abandon();
    }
    if (result == null) {
      hub.journal().event("serverStatus404");
      hub.journal().processed(404);
      return NOT_FOUND;
    }
    return result; // the server says what is wrong with it
  }

  private Object adopt(AsyncChannel body, IPersistentMap response) {
    if (body instanceof ResponseChannel channel && channel.adopt(response)) {
      return null; // dropped: the channel has claimed the exchange
    }
    throw new IllegalStateException(
        "the response's body is a channel of another request, or one that is closed");
  }

  private Object then(ChannelRequest request, IDeferred later) {
    Deferred<Object> response = Deferred.create(null);
    later.onRealized(
        Functions.of(value -> respond(request, response, value, null)),
        Functions.of(error -> raise(request, response, error, null)));
    return response;
  }

  private IPersistentMap ordinary(ChannelRequest request, IPersistentMap response) {
    if (response.valAt(LISTENER) != null) {
      return response;
    }
    boolean keepsLength =
        !hub.settings().countsHeadBodies() && request.message().method() == HttpMethod.HEAD;
    IPersistentMap result = ResponseMaps.translate(response, keepsLength);
    hub.journal().processed(result);
    return request.isWebSocket() ? closing(result) : result;
  }

  /** A client that wants a WebSocket does not go on with HTTP. */
  private static IPersistentMap closing(IPersistentMap response) {
    IPersistentMap headers =
        response.valAt(ResponseMaps.HEADERS) instanceof IPersistentMap given ? given : RT.map();
    return response.assoc(ResponseMaps.HEADERS, headers.assoc("Connection", "close"));
  }

  // ---- failures

  private void handlerFailed(ChannelRequest request, Throwable cause) {
    ResponseChannel channel = request.knownChannel();
    if (channel != null && channel.handlerFailed(internal(cause))) {
      told(request.message().target(), cause);
    }
  }

  private IPersistentMap internal(Throwable cause) {
    boolean tells = hub.settings().tellsErrors() && cause.getMessage() != null;
    return RT.map(
        ResponseMaps.STATUS,
        500L,
        ResponseMaps.HEADERS,
        RT.map("Content-Type", "text/plain; charset=utf-8"),
        ResponseMaps.BODY,
        tells ? cause.getMessage() : "Internal Server Error");
  }

  private void told(String target, Throwable cause) {
    hub.journal().error("the handler of " + target + " failed", cause);
    hub.journal().event("serverStatus500");
    hub.journal().processed(500);
  }

  @Override
  public Object onError(RingRequest request, Throwable error) {
    told(request.path(), error);
    return handlers.onError() == null ? internal(error) : handlers.onError().invoke(error);
  }

  @Override
  public Object onRejected(RingRequest request) {
    hub.journal().warn("no room for " + request.path() + ": answered 503", null);
    hub.journal().event("serverStatus503");
    hub.journal().processed(503);
    if (handlers.onRejected() != null) {
      return handlers.onRejected().invoke(request);
    }
    return Reply.of(503)
        .header("content-type", "text/plain; charset=utf-8")
        .header("retry-after", "1")
        .body("Server is overloaded, please try later");
  }

  @Override
  public void onRefused(int status) {
    switch (status) {
      case 413 -> hub.journal().event("serverStatus413");
      case 414 -> hub.journal().event("serverStatus414");
      default -> {}
    }
    hub.journal().processed(status);
  }
}
