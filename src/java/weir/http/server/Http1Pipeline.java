package weir.http.server;

import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpResponseEncoder;
import java.util.List;

/** Adds the handlers of HTTP/1 to a pipeline: the path that bytes take to a handler and back. */
final class Http1Pipeline {

  /** The decoder's name in the pipeline, by which users place handlers. */
  static final String DECODER = "http-server";

  /** What leaves the pipeline with HTTP, beside the decoder and the connection. */
  static final List<String> HTTP_ONLY =
      List.of(ConnectionInitializer.IDLE, ConnectionInitializer.IDLE_CLOSE, "http-encoder");

  private final ServerContext context;
  private final HttpDecoderConfig decoder;

  Http1Pipeline(ServerContext context) {
    ServerConfig config = context.config();
    this.context = context;
    this.decoder =
        new HttpDecoderConfig()
            .setMaxInitialLineLength(config.maxInitialLineBytes())
            .setMaxHeaderSize(config.maxHeaderBytes())
            .setMaxChunkSize(config.maxChunkBytes())
            .setInitialBufferSize(config.initialBufferBytes())
            .setAllowDuplicateContentLengths(config.severalLengths())
            .setValidateHeaders(config.validateHeaders());
  }

  /**
   * @param meter follows the connection, or null
   * @param http2 takes connections over whose clients ask for it, or null
   */
  void addTo(ChannelPipeline pipeline, boolean secure, Meter meter, Http2Pipeline http2) {
    ConnectionInitializer.addIdle(pipeline, context.config(), new IdleClose());
    if (context.config().observing().traffic() != null) {
      pipeline.addLast("activity-logger", context.config().observing().traffic());
    }
    pipeline.addLast(DECODER, new Http1Decoder(decoder));
    // Only for handlers that users add: our own responses are written encoded.
    pipeline.addLast("http-encoder", new HttpResponseEncoder());
    pipeline.addLast("request-handler", new Http1Connection(context, secure, meter, http2));
    context.config().pipeline().accept(pipeline);
  }
}
