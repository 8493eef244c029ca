package weir.http.client;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import weir.net.tls.Tls;

/** Builds the pipeline of a connection: the path of bytes to an exchange and back. */
final class Http1ClientPipeline {

  private Http1ClientPipeline() {}

  /**
   * Adds all handlers; TLS first, if there is any.
   *
   * @param attempt hears when the connection can be used
   */
  static void build(
      Channel channel, ClientConfig config, Origin origin, SslContext tls, Connecting attempt) {
    ChannelPipeline pipeline = channel.pipeline();
    boolean toProxy = origin.isForwarded() && origin.proxy().tls() != null;
    if (toProxy) {
      pipeline.addLast("proxy-ssl-handler", origin.proxy().tlsHandler(channel));
    }
    if (tls != null) {
      pipeline.addLast(Tls.HANDLER, tlsHandler(channel, config, origin, tls));
    }
    ResponseDecoder decoder =
        new ResponseDecoder(
            new HttpDecoderConfig()
                .setMaxInitialLineLength(config.maxInitialLineBytes())
                .setMaxHeaderSize(config.maxHeaderBytes())
                .setMaxChunkSize(config.maxChunkBytes())
                .setTrailersFactory(
                    DefaultHttpHeadersFactory.trailersFactory().withValidation(true)));
    pipeline.addLast("http-client", decoder);
    pipeline.addLast(
        "handler", new Http1ClientConnection(attempt, config, decoder, origin.secure() || toProxy));
    config.pipeline().accept(pipeline);
  }

  private static SslHandler tlsHandler(
      Channel channel, ClientConfig config, Origin origin, SslContext tls) {
    SslHandler handler =
        Tls.connect(channel, tls, origin.hostName(), origin.port(), config.endpointAlgorithm());
    Tls.closeWithPeer(handler); // a response may end so
    handler.setHandshakeTimeoutMillis(0); // the connection timeout of the request is the limit
    return handler;
  }
}
