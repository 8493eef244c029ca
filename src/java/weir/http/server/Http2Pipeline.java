package weir.http.server;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerAdapter;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameLogger;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.logging.LogLevel;
import io.netty.handler.timeout.IdleStateEvent;
import weir.http.http2.FrameCodecs;

/** Adds the handlers of HTTP/2 to a pipeline, and to that of each stream. */
final class Http2Pipeline {

  private static final String CONNECTION = "conn-ex-handler";
  private static final String STREAM = "handler";

  private final ServerContext context;
  private final ServerConfig config;

  Http2Pipeline(ServerContext context) {
    this.context = context;
    this.config = context.config();
  }

  /**
   * Adds all handlers.
   *
   * @param meter follows the connection, or null
   * @param peer who is at the other end, if more is known of it than its address; or null
   */
  void addTo(ChannelPipeline pipeline, boolean secure, Meter meter, Peer peer) {
    Http2ServerConfig http2 = config.http2();
    Http2Connection connection = new Http2Connection(context, secure, meter, peer);
    Http2FrameCodec codec =
        FrameCodecs.create(true, http2.limits(), config.maxHeaderBytes(), logger());
    ConnectionInitializer.addIdle(pipeline, config, new Idle(connection));
    FrameCodecs.addTo(pipeline, connection.guard(), codec, new Opening(connection), null);
    pipeline.addLast("conn-go-away-handler", new GoAway(http2.hooks()));
    pipeline.addLast(CONNECTION, connection);
    if (http2.connection() != null) {
      http2.connection().accept(pipeline);
    }
  }

  private Http2FrameLogger logger() {
    return config.observing().traffic() == null
        ? null
        : new Http2FrameLogger(LogLevel.valueOf(config.observing().traffic().level().name()));
  }

  /** Sets up the pipeline of each stream; stays in it, as it hears of nothing else. */
  @ChannelHandler.Sharable
  private final class Opening extends ChannelHandlerAdapter {
    private final Http2Connection connection;

    Opening(Http2Connection connection) {
      this.connection = connection;
    }

    /** Spares each stream a look-up of the annotation. */
    @Override
    public boolean isSharable() {
      return true;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
      ChannelPipeline pipeline = ctx.pipeline();
      if (config.observing().traffic() != null) {
        pipeline.addLast("activity-logger", config.observing().traffic());
      }
      pipeline.addLast(STREAM, new Http2Stream(connection));
      if (config.http2().stream() != null) {
        config.http2().stream().accept(pipeline);
      }
    }
  }

  /** Tells the connection that nothing moves, which says so to the client before it closes. */
  private static final class Idle extends ChannelInboundHandlerAdapter {
    private final Http2Connection connection;

    Idle(Http2Connection connection) {
      this.connection = connection;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof IdleStateEvent) {
        connection.idle();
      } else {
        ctx.fireUserEventTriggered(event);
      }
    }
  }

  private static final class GoAway extends ChannelInboundHandlerAdapter {
    private final Http2Hooks hooks;

    GoAway(Http2Hooks hooks) {
      this.hooks = hooks;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object frame) {
      if (frame instanceof Http2GoAwayFrame goAway) {
        hooks.goAway(ctx, goAway);
      }
      ctx.fireChannelRead(frame);
    }
  }
}
