package weir.http.server;

import clojure.lang.IPersistentMap;
import clojure.lang.Keyword;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.List;
import weir.http.websocket.AcceptOptions;
import weir.http.websocket.Handshakes;
import weir.http.websocket.WebSocketListener;
import weir.http.websocket.WebSocketOptions;

/** Responses of Ring 1.11 and later that ask for a WebSocket. */
final class RingSocketResponse {

  private static final Keyword LISTENER = Keyword.intern("ring.websocket", "listener");
  private static final Keyword PROTOCOL = Keyword.intern("ring.websocket", "protocol");
  private static final Keyword HEADERS = Keyword.intern("headers");

  private RingSocketResponse() {}

  static boolean isOne(IPersistentMap response) {
    return response.valAt(LISTENER) != null;
  }

  /** Answers the request with a WebSocket, or refuses one that is no handshake. */
  static void start(Exchange exchange, IPersistentMap response, Application application)
      throws Exception {
    WebSocketListener listener = application.socketListener(response.valAt(LISTENER));
    AcceptOptions options =
        application
            .socketOptions()
            .headers(WebSocketOptions.headers(response.valAt(HEADERS)))
            .subProtocols(protocols(exchange, response.valAt(PROTOCOL)));
    WebSocketUpgrade.start(exchange, options, listener);
  }

  private static List<String> protocols(Exchange exchange, Object chosen) {
    if (chosen == null) {
      return List.of();
    }
    List<String> offered =
        Handshakes.tokens(exchange.headers(), HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL);
    if (!offered.contains(chosen)) {
      throw new IllegalArgumentException(
          ":ring.websocket/protocol is \"" + chosen + "\" (expected: one of " + offered + ")");
    }
    return List.of((String) chosen);
  }
}
