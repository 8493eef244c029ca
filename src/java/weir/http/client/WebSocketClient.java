package weir.http.client;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.ssl.SslContext;
import io.netty.resolver.NoopAddressResolverGroup;
import java.net.InetSocketAddress;
import weir.deferred.Deferred;
import weir.http.Url;
import weir.http.websocket.ClientHandshake;
import weir.http.websocket.WebSocket;
import weir.http.websocket.WebSocketListener;
import weir.net.EventLoops;
import weir.net.Transport;
import weir.net.tls.Tls;

/** Makes WebSockets to servers. */
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
   *     WebSocketClientHandshakeException
   */
  public static Deferred<WebSocket> connect(
      Url url, WebSocketConnect options, WebSocketListener listener) {
    ClientHandshake handshake =
        new ClientHandshake(url, options.config(), options.subProtocols(), options.headers());
    WebSocketHandshaker handshaker = new WebSocketHandshaker(handshake, options, url, listener);
    Transport transport = options.transport() == null ? Transport.best() : options.transport();
    Bootstrap bootstrap =
        new Bootstrap()
            .group(EventLoops.client(transport))
            .channel(transport.clientChannel())
            .resolver(
                options.proxy() == null ? options.resolver() : NoopAddressResolverGroup.INSTANCE)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.ALLOCATOR, ByteBufAllocator.DEFAULT)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) options.connectTimeout().toMillis())
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    build(channel, url, options, handshaker);
                  }
                });
    options.bootstrap().accept(bootstrap);
    InetSocketAddress to = InetSocketAddress.createUnresolved(hostName(url), url.effectivePort());
    ChannelFuture connect =
        options.localAddress() == null
            ? bootstrap.connect(to)
            : bootstrap.connect(to, options.localAddress());
    connect.addListener(done -> handshaker.connected(connect));
    return handshaker.result();
  }

  /** The path of bytes until the handshake is over. */
  private static void build(
      Channel channel, Url url, WebSocketConnect options, WebSocketHandshaker handshaker) {
    ChannelPipeline pipeline = channel.pipeline();
    if (options.proxy() != null) {
      pipeline.addLast("proxy", options.proxy().get());
    }
    if (url.isSecure()) {
      SslContext context = options.sslContext() == null ? DefaultTls.CONTEXT : options.sslContext();
      pipeline.addLast(
          Tls.HANDLER,
          Tls.connect(
              channel, context, hostName(url), url.effectivePort(), options.endpointAlgorithm()));
    }
    pipeline.addLast("http-client", new HttpResponseDecoder());
    pipeline.addLast("websocket-handshake", handshaker);
  }

  private static String hostName(Url url) {
    String host = url.host();
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }
}
