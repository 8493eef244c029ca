package weir.http.client;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2PingFrame;
import io.netty.handler.codec.http2.Http2SettingsAckFrame;
import io.netty.handler.codec.http2.Http2SettingsFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.http.Endpoints;
import weir.http.body.ReadGate;
import weir.http.http2.FrameCodecs;
import weir.http.http2.FrameGuard;
import weir.http.http2.WindowTuner;
import weir.net.tls.Failures;

/**
 * One HTTP/2 connection (RFC 9113), which runs as many exchanges at the same time as the server allows,
 * each on a {@link Http2ClientStream}. It can be used once the server's SETTINGS are here: by then it is
 * known how many these are.
 *
 * <p>After a GOAWAY it takes no more of them, and is closed when those that run have ended. Everything
 * runs on the connection's event loop, except where a method says otherwise.
 */
final class Http2ClientConnection extends ChannelInboundHandlerAdapter implements ClientConnection {

  private static final Logger LOG = LoggerFactory.getLogger(Http2ClientConnection.class);

  /** So many streams has a connection in all: ids are odd and end at 2^31-1 (RFC 9113 §5.1.1). */
  private static final int MAX_STREAMS = 1 << 30;

  private final Connecting attempt;
  private final OriginPool pool;
  private final ClientConfig config;
  private final Http2FrameCodec codec;
  private final Http2Heads heads;
  private final Slot slot = new Slot();
  private ChannelHandlerContext ctx;
  private volatile EventLoop loop;
  private Http2StreamChannelBootstrap streams;
  private Http2KeepAlive keepAlive;
  private WindowTuner windows;
  private Endpoints endpoints;
  private volatile int room; // 0 as long as nothing is known, and when no stream may begin any more
  private boolean ready;
  private boolean leaving; // no stream may begin any more
  private int begun;
  private int streamsBefore; // that have ended
  private Http2Exception goAway; // what the server has said, or null
  private Throwable failure; // what the connection breaks with

  Http2ClientConnection(Connecting attempt, ClientConfig config, Http2FrameCodec codec) {
    this.attempt = attempt;
    this.pool = attempt.pool();
    this.config = config;
    this.codec = codec;
    this.heads = new Http2Heads(pool.url(), config.versionsChosen());
  }

  // ---- life of the channel

  @Override
  public void handlerAdded(ChannelHandlerContext c) {
    ctx = c;
    loop = c.channel().eventLoop();
    streams = new Http2StreamChannelBootstrap(c.channel());
    ReadGate gate = new ReadGate(c.channel());
    windows =
        new WindowTuner(
            codec,
            c,
            config.http2().config(),
            full -> {
              c.pipeline().get(FrameGuard.class).hold(full);
              gate.set(ReadGate.UNREAD, full);
            });
    if (c.channel().isActive()) {
      begin();
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext c) {
    begin();
    c.fireChannelActive();
  }

  private void begin() {
    try {
      FrameCodecs.openWindow(codec, config.http2().config());
      ctx.flush();
      endpoints = Endpoints.of(ctx.channel());
      if (config.keepAlive()) {
        attempt.early(this);
      }
    } catch (Http2Exception e) {
      exceptionCaught(ctx, e);
    }
  }

  @Override
  public void tellWhenClosed() {
    ctx.channel().closeFuture().addListener(closed -> pool.closed(this, 0));
  }

  @Override
  public void channelInactive(ChannelHandlerContext c) {
    leaving = true;
    room = 0;
    if (keepAlive != null) {
      keepAlive.stop();
    }
    attempt.failed(failure == null ? new IOException("the connection was closed") : failure);
    c.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext c, Throwable cause) {
    if (failure == null) {
      failure = cause.getCause() instanceof SSLException tls ? explained(tls) : cause;
    }
    LOG.debug("connection to {} failed", pool.origin(), cause);
    c.close();
  }

  private Throwable explained(SSLException cause) {
    return Failures.atClient(cause, pool.origin().hostName(), pool.origin().port());
  }

  // ---- what the server says about the connection

  @Override
  public void channelRead(ChannelHandlerContext c, Object msg) {
    try {
      if (msg instanceof Http2SettingsFrame frame) {
        settingsCame(frame);
      } else if (msg instanceof Http2GoAwayFrame frame) {
        goAwayCame(frame);
      } else if (msg instanceof Http2PingFrame ping && ping.ack()) {
        answered(ping.content()); // others are heard of as everything is
      } else if (msg instanceof Http2SettingsAckFrame) {
        windows.acknowledged();
      }
    } finally {
      ReferenceCountUtil.release(msg);
    }
  }

  private void answered(long ping) {
    try {
      windows.answered(ping);
    } catch (Http2Exception e) {
      LOG.debug("could not change a window of {}", pool.origin(), e);
    }
  }

  /** Bytes of a body have come on a stream. */
  void received(int streamId, int bytes) {
    try {
      windows.received(streamId, bytes);
    } catch (Http2Exception e) {
      LOG.debug("could not change a window of {}", pool.origin(), e);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext c) {
    if (keepAlive != null) {
      keepAlive.heard();
    }
    c.fireChannelReadComplete();
  }

  /** RFC 9113 §6.5.2: what is not set stays, and without a limit there is none. */
  private void settingsCame(Http2SettingsFrame frame) {
    Long most = frame.settings().maxConcurrentStreams();
    if (most == null && ready) {
      return;
    }
    // With none allowed for the time being, streams wait in the codec for better times.
    int limit =
        most == null ? Integer.MAX_VALUE : (int) Math.max(1, Math.min(Integer.MAX_VALUE, most));
    if (!leaving) {
      room = config.keepAlive() ? limit : 1;
    }
    if (ready) {
      pool.roomChanged(this);
    } else {
      ready = true;
      keepAlive = Http2KeepAlive.start(ctx, config.http2(), this::noAnswer);
      attempt.ready(this);
    }
  }

  /** The server sends too much that carries no message, or what it must not. */
  void cut(Http2Error error, String sent) {
    LOG.warn("{} has sent {}; closing", pool.origin(), sent);
    failure = new Http2Exception(error, "the server has sent " + sent);
    ctx.writeAndFlush(new DefaultHttp2GoAwayFrame(error));
    ctx.close();
  }

  private void noAnswer(Throwable cause) {
    failure = cause;
    LOG.debug("connection to {} failed", pool.origin(), cause);
    ctx.close();
  }

  /** RFC 9113 §6.8. The streams that the server ignores are told by themselves. */
  private void goAwayCame(Http2GoAwayFrame frame) {
    Http2Error error = Http2Error.valueOf(frame.errorCode());
    String text = frame.content().toString(StandardCharsets.UTF_8);
    goAway =
        new Http2Exception(
            error == null ? Http2Error.INTERNAL_ERROR : error,
            "Received GOAWAY from peer, error code "
                + (error == null ? "" : error)
                + "("
                + frame.errorCode()
                + ")"
                + (text.isEmpty() ? "" : ": " + text));
    if (error == Http2Error.NO_ERROR) {
      LOG.debug("{} takes no more requests on this connection", pool.origin());
    } else {
      LOG.warn("{}: {}", pool.origin(), goAway.getMessage());
    }
    config.http2().onGoAway().accept(ctx, frame);
    leave();
    if (!ready) {
      attempt.failed(goAway);
    }
  }

  private void leave() {
    if (!leaving) {
      leaving = true;
      room = 0;
      if (ready) {
        pool.roomChanged(this);
      }
    }
  }

  // ---- for the streams

  /** Whether a stream may begin. */
  boolean takesMore() {
    return !leaving && ctx.channel().isActive();
  }

  /** Opens the channel of a stream; at once, since everything is on one event loop. */
  Future<Http2StreamChannel> open() {
    if (++begun >= MAX_STREAMS || !config.keepAlive()) {
      leave();
    }
    return streams.open();
  }

  /** An exchange has ended; its stream is closed, or will be without a word of the server's. */
  void release(long askedSince) {
    streamsBefore++;
    pool.release(this, askedSince);
  }

  /** Whether the connection has been of use before. */
  boolean isReused() {
    return streamsBefore > 0;
  }

  OriginPool pool() {
    return pool;
  }

  ClientConfig config() {
    return config;
  }

  Http2Heads heads() {
    return heads;
  }

  Endpoints endpoints() {
    return endpoints;
  }

  /** Returns what the server has said when it left, or null. */
  Http2Exception goAway() {
    return goAway;
  }

  /** Returns what the connection has broken with, or null. */
  Throwable failure() {
    return failure;
  }

  // ---- for the pool

  @Override
  public Slot slot() {
    return slot;
  }

  @Override
  public EventLoop eventLoop() {
    return loop;
  }

  @Override
  public int room() {
    return room;
  }

  @Override
  public boolean isMultiplexed() {
    return true;
  }

  @Override
  public Lease lease() {
    return new Http2ClientStream(this);
  }

  @Override
  public void close() {
    Channel channel = ctx.channel();
    channel.close();
  }
}
