package weir.http.server.channel;

import clojure.lang.IFn;
import java.util.Objects;

/**
 * A program's functions that answer requests.
 *
 * @param handler of a request; or of request, {@code respond} and {@code raise} if {@code async}
 * @param async whether the handler answers by calling a function
 * @param timeoutMillis how long it may take to do so, 0 for any time
 * @param onTimeout answers instead of one that is too late, likewise; null for a 500
 * @param onError from a Throwable to the response; null for a 500
 * @param onRejected from a request for which there is no room to the response; null for a 503
 * @param listeners makes a {@link weir.http.websocket.WebSocketListener} of one of Ring's, or null
 */
public record Handlers(
    IFn handler,
    boolean async,
    long timeoutMillis,
    IFn onTimeout,
    IFn onError,
    IFn onRejected,
    IFn listeners) {

  /** Checks that there is a handler. */
  public Handlers {
    Objects.requireNonNull(handler, "handler");
  }
}
