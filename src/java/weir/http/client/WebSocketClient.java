package weir.http.client;

import weir.deferred.Deferred;
import weir.http.Url;
import weir.http.websocket.ClientHandshake;
import weir.http.websocket.WebSocket;
import weir.http.websocket.WebSocketListener;

/** Makes WebSockets to servers, which are found as those of HTTP requests are. */
public final class WebSocketClient {

  private WebSocketClient() {}

  /**
   * Connects and shakes hands.
   *
   * @param url with the scheme http for ws, and https for wss
   * @param listener called on the executor of the options
   * @return the socket, realized on the event loop; listeners hear of it by {@link
   *     WebSocketListener#onOpen}. Fails with what the network says, or a
   *     WebSocketClientHandshakeException. Whoever realizes it first gives the attempt up
   */
  public static Deferred<WebSocket> connect(
      Url url, WebSocketConnect options, WebSocketListener listener) {
    Origin origin = Origin.of(url, options.proxyTo(url), null);
    ClientHandshake handshake =
        new ClientHandshake(url, options.config(), options.subProtocols(), options.headers());
    WebSocketAttempt attempt = new WebSocketAttempt(handshake, options, origin, listener);
    new WebSocketDialer(attempt, options, origin).dial(options.versions());
    return attempt.result();
  }
}
