package weir.http.client;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import weir.deferred.Deferred;
import weir.http.Url;
import weir.http.websocket.ClientHandshake;
import weir.http.websocket.WebSocket;
import weir.http.websocket.WebSocketListener;
import weir.net.Dialer;
import weir.net.tls.Tls;

/** Makes WebSockets to servers, which are found as those of HTTP requests are. */
public final class WebSocketClient {

  private WebSocketClient() {}

  /** The default TLS context, made when it is first needed, so that sessions are resumed. */
  private static final class DefaultTls {
    static final SslContext CONTEXT = Tls.client().build();
  }

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
    WebSocketHandshaker handshaker = new WebSocketHandshaker(handshake, options, origin, listener);
    handshaker.dialing(
        new Dialer(options.dialing())
            .dial(
                InetSocketAddress.createUnresolved(origin.hostName(), origin.port()),
                origin.proxy(),
                new Caller(origin, options, handshaker)));
    return handshaker.result();
  }

  /** Puts the handlers in place once there is a way to the server. */
  private record Caller(
      Origin origin, String endpointAlgorithm, SslContext tls, WebSocketHandshaker handshaker)
      implements Dialer.Caller {

    Caller(Origin origin, WebSocketConnect options, WebSocketHandshaker handshaker) {
      this(origin, options.endpointAlgorithm(), tls(origin, options), handshaker);
    }

    private static SslContext tls(Origin origin, WebSocketConnect options) {
      if (!origin.secure()) {
        return null;
      }
      return options.sslContext() == null ? DefaultTls.CONTEXT : options.sslContext();
    }

    @Override
    public void connected(Channel channel) {
      ChannelPipeline pipeline = channel.pipeline();
      if (tls != null) {
        SslHandler handler =
            Tls.connect(channel, tls, origin.hostName(), origin.port(), endpointAlgorithm);
        Tls.closeWithPeer(handler);
        pipeline.addLast(Tls.HANDLER, handler);
      }
      pipeline.addLast("http-client", new HttpResponseDecoder());
      pipeline.addLast("websocket-handshake", handshaker);
      handshaker.connected(channel);
    }

    @Override
    public void failed(Throwable cause) {
      handshaker.failed(cause);
    }
  }
}
