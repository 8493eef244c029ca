package weir.http.client;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.logging.LoggingHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import weir.http.http2.FrameCodecs;
import weir.http.http2.FrameGuard;
import weir.http.http2.Http2Config;
import weir.net.tls.Alpn;
import weir.net.tls.Tls;

/** Builds the pipeline of a connection: the path of bytes to an exchange and back. */
final class ClientPipeline {

  private ClientPipeline() {}

  /**
   * Adds all handlers; TLS first, if there is any, and where it negotiates what is spoken inside it, the
   * rest once that is known. Nothing can come in between: all of it is done before the next byte is
   * decoded.
   *
   * @param attempt hears when the connection can be used
   */
  static void build(
      Channel channel, ClientConfig config, Origin origin, SslContext tls, Connecting attempt) {
    ChannelPipeline pipeline = channel.pipeline();
    if (config.logLevel() != null) {
      pipeline.addFirst("activity-logger", new LoggingHandler("aleph-client", config.logLevel()));
    }
    boolean toProxy = origin.isForwarded() && origin.proxy().tls() != null;
    if (toProxy) {
      pipeline.addLast("proxy-ssl-handler", origin.proxy().tlsHandler(channel));
    }
    if (tls != null) {
      pipeline.addLast(Tls.HANDLER, tlsHandler(channel, config, origin, tls));
    }
    if (tls != null && Alpn.offersHttp2(tls)) {
      pipeline.addLast("apn-handler", new ProtocolChoice(attempt, config));
    } else if (config.priorKnowledge() && !origin.secure() && !origin.isForwarded()) {
      addHttp2(pipeline, config, attempt);
    } else {
      addHttp1(pipeline, config, origin.secure() || toProxy, attempt);
    }
  }

  private static SslHandler tlsHandler(
      Channel channel, ClientConfig config, Origin origin, SslContext tls) {
    SslHandler handler =
        Tls.connect(channel, tls, origin.hostName(), origin.port(), config.endpointAlgorithm());
    Tls.closeWithPeer(handler); // a response may end so
    handler.setHandshakeTimeoutMillis(0); // the connection timeout of the request is the limit
    return handler;
  }

  /** Adds the handlers of HTTP/1.1. */
  static void addHttp1(
      ChannelPipeline pipeline, ClientConfig config, boolean secure, Connecting attempt) {
    ResponseDecoder decoder =
        new ResponseDecoder(
            new HttpDecoderConfig()
                .setMaxInitialLineLength(config.maxInitialLineBytes())
                .setMaxHeaderSize(config.maxHeaderBytes())
                .setMaxChunkSize(config.maxChunkBytes())
                .setTrailersFactory(
                    DefaultHttpHeadersFactory.trailersFactory().withValidation(true)));
    pipeline.addLast("http-client", decoder);
    pipeline.addLast("handler", new Http1ClientConnection(attempt, config, decoder, secure));
    config.pipeline().accept(pipeline);
  }

  /** Adds the handlers of HTTP/2; if the channel is active, the preface is sent with that. */
  static void addHttp2(ChannelPipeline pipeline, ClientConfig config, Connecting attempt) {
    Http2Config rules = config.http2().config();
    Http2FrameCodec codec = FrameCodecs.create(false, rules, config.maxHeaderBytes(), null);
    codec.gracefulShutdownTimeoutMillis(0); // the pool closes what nobody uses, or what is broken
    Http2ClientConnection connection = new Http2ClientConnection(attempt, config, codec);
    FrameGuard guard = new FrameGuard(false, rules, connection::cut);
    FrameCodecs.addTo(pipeline, guard, codec, new PushRefused(), new PushRefused());
    pipeline.addLast("conn-ex-handler", connection);
    config.http2().connectionPipeline().accept(pipeline);
  }
}
