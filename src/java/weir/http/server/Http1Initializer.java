package weir.http.server;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.timeout.IdleStateHandler;
import java.util.List;
import java.util.concurrent.TimeUnit;
import weir.net.tls.Tls;

/** Builds the pipeline of a connection: the path that bytes take to a handler and back. */
final class Http1Initializer extends ChannelInitializer<Channel> {

  /** The decoder's name in the pipeline, by which users place handlers. */
  static final String DECODER = "http-server";

  /** What leaves the pipeline with HTTP, beside the decoder and the connection. */
  static final List<String> HTTP_ONLY = List.of("idle", "idle-close", "http-encoder");

  private final ServerContext context;
  private final ServerConfig config;
  private final HttpDecoderConfig decoder;

  Http1Initializer(ServerContext context) {
    this.context = context;
    this.config = context.config();
    this.decoder =
        new HttpDecoderConfig()
            .setMaxInitialLineLength(config.maxInitialLineBytes())
            .setMaxHeaderSize(config.maxHeaderBytes())
            .setMaxChunkSize(config.maxChunkBytes())
            .setInitialBufferSize(config.initialBufferBytes())
            .setAllowDuplicateContentLengths(config.severalLengths())
            .setValidateHeaders(config.validateHeaders());
  }

  @Override
  protected void initChannel(Channel channel) {
    ChannelPipeline pipeline = channel.pipeline();
    boolean secure = config.sslContext() != null || config.manualTls();
    Meter meter = meter(channel, secure);
    config.initialPipeline().accept(pipeline);
    if (config.proxies().speaksProxyProtocol(channel.remoteAddress())) {
      ProxyProtocol.addTo(pipeline, context);
    }
    if (config.sslContext() != null) {
      Tls.accept(pipeline, config.sslContext());
    }
    if (!config.idleTimeout().isZero()) {
      long ms = config.idleTimeout().toMillis();
      pipeline.addLast("idle", new IdleStateHandler(0, 0, ms, TimeUnit.MILLISECONDS));
      pipeline.addLast("idle-close", new IdleClose());
    }
    if (config.observing().traffic() != null) {
      pipeline.addLast("activity-logger", config.observing().traffic());
    }
    pipeline.addLast(DECODER, new Http1Decoder(decoder));
    // Only for handlers that users add: our own responses are written encoded.
    pipeline.addLast("http-encoder", new HttpResponseEncoder());
    pipeline.addLast("request-handler", new Http1Connection(context, secure, meter));
    config.pipeline().accept(pipeline);
  }

  /** Stands before all others, if anybody wants to know of connections. */
  private Meter meter(Channel channel, boolean secure) {
    Observation observation = context.observation();
    if (!observation.wantsConnections()) {
      return null;
    }
    Meter meter = new Meter(observation, context.loop(channel.eventLoop()).stats(), secure);
    channel.pipeline().addLast("meter", meter);
    return meter;
  }
}
