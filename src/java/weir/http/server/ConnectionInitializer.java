package weir.http.server;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.timeout.IdleStateHandler;
import java.util.concurrent.TimeUnit;
import weir.net.tls.Tls;

/**
 * Builds the pipeline of a connection: what comes before any HTTP, and then HTTP in the version that
 * ALPN, or the client's first bytes, decide about.
 */
final class ConnectionInitializer extends ChannelInitializer<Channel> {

  static final String IDLE = "idle";
  static final String IDLE_CLOSE = "idle-close";

  private final ServerContext context;
  private final ServerConfig config;
  private final Http1Pipeline http1;
  private final Http2Pipeline http2; // null if it is not spoken

  ConnectionInitializer(ServerContext context) {
    this.context = context;
    this.config = context.config();
    this.http1 = new Http1Pipeline(context);
    this.http2 = config.http2().isOn() ? new Http2Pipeline(context) : null;
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
    if (http2 == null) {
      http1.addTo(pipeline, secure, meter, null);
    } else if (secure) {
      pipeline.addLast(VersionByAlpn.NAME, new VersionByAlpn(this, meter));
    } else if (config.http2().hasHttp1()) {
      addIdle(pipeline, config, new IdleClose());
      pipeline.addLast(VersionByPreface.NAME, new VersionByPreface(this, context, meter));
    } else {
      http2.addTo(pipeline, false, meter, null);
    }
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

  /** The version is known. */
  void addHttp1(ChannelPipeline pipeline, boolean secure, Meter meter) {
    removeIdle(pipeline);
    http1.addTo(pipeline, secure, meter, secure ? null : http2);
  }

  /** The version is known. */
  void addHttp2(ChannelPipeline pipeline, boolean secure, Meter meter, Peer peer) {
    removeIdle(pipeline);
    http2.addTo(pipeline, secure, meter, peer);
  }

  /** Adds what closes a connection on which nothing moves, if that is wanted. */
  static void addIdle(ChannelPipeline pipeline, ServerConfig config, ChannelHandler closing) {
    if (!config.idleTimeout().isZero()) {
      long ms = config.idleTimeout().toMillis();
      pipeline.addLast(IDLE, new IdleStateHandler(0, 0, ms, TimeUnit.MILLISECONDS));
      pipeline.addLast(IDLE_CLOSE, closing);
    }
  }

  private static void removeIdle(ChannelPipeline pipeline) {
    if (pipeline.get(IDLE) != null) {
      pipeline.remove(IDLE);
      pipeline.remove(IDLE_CLOSE);
    }
  }
}
