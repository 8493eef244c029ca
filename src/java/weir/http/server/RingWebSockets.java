package weir.http.server;

import clojure.lang.Keyword;
import java.util.Map;
import weir.deferred.Deferred;
import weir.deferred.Functions;
import weir.http.websocket.AcceptOptions;
import weir.http.websocket.DuplexStream;
import weir.http.websocket.WebSocket;
import weir.http.websocket.WebSocketListener;
import weir.http.websocket.WebSocketOptions;

/** Makes WebSockets of Ring request maps. */
public final class RingWebSockets {

  private static final Keyword EXCHANGE = Keyword.intern("weir", "exchange");

  private RingWebSockets() {}

  /**
   * Returns the exchange of a request map, or of any copy of one.
   *
   * @throws IllegalArgumentException if the map does not come from a server of this library
   */
  public static Upgradable exchange(Object request) {
    Object exchange = request instanceof Map<?, ?> map ? map.get(EXCHANGE) : null;
    if (exchange instanceof Upgradable upgradable) {
      return upgradable;
    }
    throw new IllegalArgumentException(
        "this request cannot be upgraded (expected: the map that a handler was given, or a copy of it"
            + " with its key :weir/exchange)");
  }

  /**
   * Answers a request with a WebSocket.
   *
   * @param options Keywords to values, or null; see {@code aleph.http/websocket-connection}
   * @return a deferred of a duplex stream, realized where the server calls its handlers
   */
  public static Deferred<Object> stream(String place, Object request, Map<?, ?> options) {
    Upgradable exchange = exchange(request);
    Map<?, ?> given = options == null ? Map.of() : options;
    AcceptOptions accept = WebSocketOptions.accept(place, given);
    DuplexStream duplex = new DuplexStream(WebSocketOptions.raw(given));
    Deferred<WebSocket> socket = WebSocketUpgrade.accept(exchange, accept, duplex);
    socket.onRealized(
        Functions.of(opened -> {}), Functions.of(error -> duplex.stream().error(error)));
    return duplex.stream();
  }

  /** Answers a request with a WebSocket whose events go to a listener. */
  public static Deferred<WebSocket> listen(
      Object request, AcceptOptions options, WebSocketListener listener) {
    return WebSocketUpgrade.accept(exchange(request), options, listener);
  }
}
