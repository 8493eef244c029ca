package weir.http.server;

import io.netty.channel.Channel;
import weir.deferred.Deferred;
import weir.http.websocket.AcceptOptions;
import weir.http.websocket.ServerHandshake;
import weir.http.websocket.WebSocket;
import weir.http.websocket.WebSocketListener;
import weir.http.websocket.WebSocketSession;

/** Makes WebSockets of requests. */
public final class WebSocketUpgrade implements Takeover {

  private final ServerHandshake handshake;
  private final WebSocketListener listener;
  private final Upgradable exchange;
  private final Deferred<WebSocket> result = Deferred.create(null);

  private WebSocketUpgrade(
      ServerHandshake handshake, WebSocketListener listener, Upgradable exchange) {
    this.handshake = handshake;
    this.listener = listener;
    this.exchange = exchange;
  }

  /**
   * Answers a request with a WebSocket, or says why not: a request that is no handshake gets a 400,
   * one of another version a 426, one of a wrong origin a 403. What the handler returns is dropped in
   * any case.
   *
   * @param exchange what a request map has under {@code :weir/exchange}
   * @param listener called on the threads of the server's handlers
   * @return the socket, realized on the event loop when the answer is sent; listeners hear of it by
   *     {@link WebSocketListener#onOpen}. Fails with a WebSocketServerHandshakeException, an
   *     IllegalStateException "unsupported version", or a ClosedChannelException
   */
  public static Deferred<WebSocket> accept(
      Upgradable exchange, AcceptOptions options, WebSocketListener listener) {
    if (!exchange.claim()) {
      return Deferred.failed(
          new IllegalStateException("the request was answered already, or upgraded"), null);
    }
    return start(exchange, options, listener);
  }

  /** The same for an exchange that the caller answers in any case. */
  static Deferred<WebSocket> start(
      Upgradable exchange, AcceptOptions options, WebSocketListener listener) {
    ServerHandshake handshake = ServerHandshake.of(exchange, options);
    if (handshake.refusal() != null) {
      exchange.answer(handshake.refusal());
      return Deferred.failed(handshake.error(), null);
    }
    WebSocketUpgrade upgrade = new WebSocketUpgrade(handshake, listener, exchange);
    exchange.takeOver(handshake.head(), upgrade);
    return upgrade.result;
  }

  @Override
  public void taken(Channel channel) {
    WebSocketSession session =
        handshake.session(listener, exchange.carrier(), exchange.idleTimeout());
    session.install(channel.pipeline());
    result.success(session);
  }

  @Override
  public void lost(Throwable cause) {
    result.error(cause);
  }
}
