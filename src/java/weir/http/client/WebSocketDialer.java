package weir.http.client;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import weir.http.http2.FrameCodecs;
import weir.http.http2.FrameGuard;
import weir.http.http2.Http2Config;
import weir.net.Dialer;
import weir.net.tls.Alpn;
import weir.net.tls.Tls;
import weir.net.tls.TlsBuilder;

/** Finds a way to the server of a WebSocket, and builds the pipeline of what its handshake is in. */
final class WebSocketDialer {

  /** Bytes of messages that may come before somebody has taken them. */
  private static final int WINDOW_BYTES = 256 * 1024;

  private static final Http2Config HTTP2 =
      Http2Config.builder()
          .streamWindowBytes(WINDOW_BYTES)
          .connectionWindowBytes(WINDOW_BYTES)
          .build();

  private static final int HEADER_BYTES = 8192;

  /** The default TLS contexts by what they offer, made when needed, so that sessions are resumed. */
  private static final Map<List<String>, SslContext> TRUSTING_THE_JDKS = new ConcurrentHashMap<>();

  private static final Map<List<String>, SslContext> TRUSTING_ANYBODY = new ConcurrentHashMap<>();

  private final WebSocketAttempt attempt;
  private final WebSocketConnect options;
  private final Origin origin;

  WebSocketDialer(WebSocketAttempt attempt, WebSocketConnect options, Origin origin) {
    this.attempt = attempt;
    this.options = options;
    this.origin = origin;
  }

  /**
   * Connects, to shake hands in one of these versions of HTTP.
   *
   * @param versions by their names in ALPN, best first
   */
  void dial(List<String> versions) {
    SslContext tls = origin.secure() ? tls(versions) : null;
    attempt.dialing(
        new Dialer(options.dialing())
            .dial(
                InetSocketAddress.createUnresolved(origin.hostName(), origin.port()),
                origin.proxy(),
                new Caller(versions, tls)));
  }

  private SslContext tls(List<String> versions) {
    if (options.sslContext() != null) {
      return options.sslContext();
    }
    boolean anybody = options.isInsecure();
    return (anybody ? TRUSTING_ANYBODY : TRUSTING_THE_JDKS)
        .computeIfAbsent(versions, offered -> context(anybody, offered));
  }

  private static SslContext context(boolean trustingAnybody, List<String> versions) {
    TlsBuilder builder = Tls.client();
    if (trustingAnybody) {
      builder.trustAnybody();
    }
    if (versions.contains(Alpn.HTTP2)) {
      builder.alpn(Alpn.config(versions));
    }
    return builder.build();
  }

  /** Puts the handlers in place once there is a way to the server. */
  private final class Caller implements Dialer.Caller {
    private final List<String> versions;
    private final SslContext tls;

    Caller(List<String> versions, SslContext tls) {
      this.versions = versions;
      this.tls = tls;
    }

    @Override
    public void connected(Channel channel) {
      ChannelPipeline pipeline = channel.pipeline();
      if (tls != null) {
        pipeline.addLast(Tls.HANDLER, tlsHandler(channel));
      }
      if (tls != null && Alpn.offersHttp2(tls)) {
        pipeline.addLast(
            "apn-handler", new WebSocketVersion(attempt, WebSocketDialer.this, versions));
      } else if (tls == null && !versions.contains(Alpn.HTTP1_1)) {
        addHttp2(pipeline, versions);
      } else {
        addHttp1(pipeline);
      }
      attempt.connected(channel);
    }

    private SslHandler tlsHandler(Channel channel) {
      SslHandler handler =
          Tls.connect(channel, tls, origin.hostName(), origin.port(), options.endpointAlgorithm());
      if (Alpn.offersHttp2(tls) && !versions.contains(Alpn.HTTP2)) {
        Alpn.offerHttp1Only(handler.engine());
      }
      Tls.closeWithPeer(handler);
      return handler;
    }

    @Override
    public void failed(Throwable cause) {
      attempt.failed(cause);
    }
  }

  /** Adds the handlers of HTTP/1.1. */
  void addHttp1(ChannelPipeline pipeline) {
    pipeline.addLast("http-client", new HttpResponseDecoder());
    pipeline.addLast("websocket-handshake", new WebSocketHandshaker(attempt));
  }

  /** Adds the handlers of HTTP/2, one stream of which will be the socket. */
  void addHttp2(ChannelPipeline pipeline, List<String> versions) {
    Http2FrameCodec codec = FrameCodecs.create(false, HTTP2, HEADER_BYTES, null);
    codec.gracefulShutdownTimeoutMillis(0); // who closes the connection has ended the stream
    WebSocketConnection connection = new WebSocketConnection(attempt, this, versions, codec, HTTP2);
    FrameGuard guard = new FrameGuard(false, HTTP2, connection);
    FrameCodecs.addTo(pipeline, guard, codec, new PushRefused(), new PushRefused());
    pipeline.addLast("conn-ex-handler", connection);
  }
}
