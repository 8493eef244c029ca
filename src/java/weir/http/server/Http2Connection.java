package weir.http.server;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.DefaultHttp2PingFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2PingFrame;
import io.netty.handler.codec.http2.Http2SettingsAckFrame;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.http.Endpoints;
import weir.http.NettyMessages;
import weir.http.Priority;
import weir.http.body.ReadGate;
import weir.http.http2.FrameBatch;
import weir.http.http2.FrameCodecs;
import weir.http.http2.FrameGuard;
import weir.http.http2.WindowTuner;

/**
 * One HTTP/2 connection: the last handler of its pipeline. Knows the streams that are open, and decides
 * when the connection ends; what is asked and answered is the matter of each {@link Http2Stream}.
 *
 * <p>Everything here runs on the connection's event loop.
 */
final class Http2Connection extends ChannelInboundHandlerAdapter
    implements FrameGuard.Alarm, ServerLoop.Output {

  private static final Logger LOG = LoggerFactory.getLogger(Http2Connection.class);

  /** How long a client that was told to go may take to say that it has heard it. */
  private static final long GOING_MILLIS = 1000;

  private static final int MAX_STEP = 16 * 1024;

  /** The ping behind the first GOAWAY. */
  private static final long GOING = 0x57656972L;

  private final ServerContext context;
  private final boolean secure;
  private final Meter meter;
  private final FrameGuard guard;
  private ChannelHandlerContext ctx;
  private Http2FrameCodec codec;
  private FrameBatch batch; // null if all frames go through the pipelines of their streams
  private ServerLoop loop;
  private ReadGate gate;
  private Peer peer;
  private SSLSession session;
  private Http2Timer timer;
  private WindowTuner windows;

  private Http2Stream first; // of those that are open, the newest
  private int open;
  private long requests;
  private boolean flushPending;
  private boolean toldToGo; // GOAWAY was sent, which names no last stream yet
  private boolean ending; // no further stream is served

  /**
   * @param meter follows the connection, or null
   * @param peer who is at its other end, if that is known already
   */
  Http2Connection(ServerContext context, boolean secure, Meter meter, Peer peer) {
    this.context = context;
    this.secure = secure;
    this.meter = meter;
    this.peer = peer;
    this.guard = new FrameGuard(true, context.config().http2().limits(), this);
  }

  FrameGuard guard() {
    return guard;
  }

  // ---- life of the channel

  @Override
  public void handlerAdded(ChannelHandlerContext c) {
    ctx = c;
    loop = context.loop(c.channel().eventLoop());
    codec = c.pipeline().get(Http2FrameCodec.class);
    Http2ServerConfig http2 = context.config().http2();
    if (http2.connection() == null
        && http2.stream() == null
        && context.config().observing().traffic() == null) {
      batch = c.pipeline().get(FrameBatch.class);
    }
    gate = new ReadGate(c.channel());
    if (peer == null) {
      peer = Peer.of(Endpoints.of(c.channel()), secure, context.config().proxies());
    }
    session = secure ? NettyMessages.sslSession(c.channel()) : null;
    windows = new WindowTuner(codec, c, context.config().http2().limits(), this::hold);
    timer = new Http2Timer(this, context.config().timeouts());
    loop.sweep().add(timer);
    if (c.channel().isActive()) {
      openWindow();
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext c) {
    openWindow();
    c.fireChannelActive();
  }

  /** More waits unread than the connection may hold, or less again. */
  private void hold(boolean full) {
    read(ReadGate.UNREAD, !full);
  }

  /** Lets the client be read, as far as that reason is concerned; or not. */
  private void read(int reason, boolean may) {
    guard.hold(!may || !gate.isOpenBut(reason));
    gate.set(reason, !may);
  }

  private void openWindow() {
    try {
      FrameCodecs.openWindow(codec, context.config().http2().limits());
    } catch (Http2Exception e) {
      throw new IllegalStateException("cannot open the window of a new connection", e);
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext c) {
    loop.sweep().remove(timer);
  }

  @Override
  public void channelInactive(ChannelHandlerContext c) {
    ending = true;
    loop.sweep().remove(timer);
    c.fireChannelInactive();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext c) {
    // Heads are not flow-controlled: a client that sends requests and reads no responses is not
    // read.
    read(ReadGate.WRITES, c.channel().isWritable());
    c.fireChannelWritabilityChanged();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext c, Object event) {
    if (event instanceof ProxyProtocol.Told told) {
      peer = peer.told(told);
    } else if (event instanceof IdleStateEvent) {
      LOG.debug("{} is idle", remote());
      goAwayAndClose(Http2Error.NO_ERROR);
    } else {
      c.fireUserEventTriggered(event);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext c, Throwable cause) {
    Http2Exception fault = Http2CodecUtil.getEmbeddedHttp2Exception(cause);
    if (fault != null) {
      // The codec sends GOAWAY with the same error, and closes.
      if (fault.error() == Http2Error.ENHANCE_YOUR_CALM) {
        LOG.warn("cut the HTTP/2 connection of {}: {}", remote(), fault.getMessage());
      } else {
        LOG.debug("HTTP/2 error on the connection to {}", remote(), cause);
      }
      return;
    }
    if (cause instanceof IOException) {
      LOG.debug("connection to {} failed", remote(), cause);
    } else {
      LOG.warn("error on the connection to {}", remote(), cause);
    }
    c.close();
  }

  @Override
  public void cut(Http2Error error, String sent) {
    if (error == Http2Error.ENHANCE_YOUR_CALM) {
      LOG.warn("cut the HTTP/2 connection of {}: it has sent {}", remote(), sent);
    } else {
      LOG.debug("cut the HTTP/2 connection of {}: it has sent {}", remote(), sent);
    }
    goAwayAndClose(error);
  }

  private Object remote() {
    return peer.endpoints().remote();
  }

  // ---- frames that belong to no stream

  @Override
  public void channelRead(ChannelHandlerContext c, Object frame) {
    if (frame instanceof Http2PingFrame ping && ping.ack()) {
      answered(ping.content());
    } else if (frame instanceof Http2SettingsAckFrame) {
      windows.acknowledged();
    }
    ReferenceCountUtil.release(frame);
  }

  private void answered(long ping) {
    try {
      if (!windows.answered(ping) && ping == GOING) {
        nameLastStream();
      }
    } catch (Http2Exception e) {
      LOG.debug("could not change a window of {}", remote(), e);
    }
  }

  /** Bytes of a body have come that is read while it arrives. */
  void received(int streamId, int bytes) {
    try {
      windows.received(streamId, bytes);
    } catch (Http2Exception e) {
      LOG.debug("could not change a window of {}", remote(), e);
    }
  }

  // ---- streams

  /** A stream has opened. */
  void opened(Http2Stream stream) {
    stream.next = first;
    if (first != null) {
      first.previous = stream;
    }
    first = stream;
    open++;
  }

  /** A stream has ended. It keeps its own links, for who is just looking at it. */
  void closed(Http2Stream stream) {
    if (stream.previous != null) {
      stream.previous.next = stream.next;
    } else if (first == stream) {
      first = stream.next;
    }
    if (stream.next != null) {
      stream.next.previous = stream.previous;
    }
    open--;
    if (open == 0 && ending && ctx.channel().isActive()) {
      goAwayAndClose(Http2Error.NO_ERROR);
    }
  }

  /** Returns the newest of the open streams, from which the others are linked. */
  Http2Stream first() {
    return first;
  }

  int openStreams() {
    return open;
  }

  /** A request has come. */
  void requestCame() {
    requests++;
    if (meter != null) {
      meter.requests++;
    }
  }

  long requests() {
    return requests;
  }

  /** A client has said how urgent a response is. */
  void prioritize(int streamId, Priority priority) {
    FrameCodecs.prioritize(codec, streamId, priority);
  }

  /**
   * Writes a whole response, if it is a small one that can be sent at once.
   *
   * @param content of the body, which is released if it was written; null for none
   * @return false if it is not
   */
  boolean respond(Http2FrameStream stream, Http2Headers head, Object content) {
    try {
      return batch != null && batch.respond(stream.id(), head, content);
    } catch (Http2Exception e) {
      codec.onError(ctx.pipeline().context(codec), true, e);
      return false;
    }
  }

  /** Says that a stream has ended although nothing more can be sent on its channel. */
  void reset(Http2FrameStream stream, Http2Error error) {
    ctx.write(new DefaultHttp2ResetFrame(error).stream(stream), ctx.voidPromise());
    flushSoon();
  }

  /**
   * Somebody has read bytes of a body: the client may send as many again (RFC 9113 §5.2).
   */
  void giveBack(int streamId, int bytes) {
    io.netty.handler.codec.http2.Http2Stream stream = codec.connection().stream(streamId);
    if (stream == null) {
      return; // it has ended, and the codec has given back what was left
    }
    try {
      if (codec.connection().local().flowController().consumeBytes(stream, bytes)) {
        flushSoon();
      }
    } catch (Http2Exception e) {
      LOG.debug("could not open the window of a stream of {}", remote(), e);
    }
  }

  /** Returns after how many bytes that were read it is worth while to open a window again. */
  int windowStep() {
    return Math.min(MAX_STEP, context.config().http2().limits().firstWindow() / 4 + 1);
  }

  /** Returns whether the client may not send any more on a stream, or at all, or is not read. */
  boolean isWindowShut(int streamId) {
    io.netty.handler.codec.http2.Http2Connection frames = codec.connection();
    io.netty.handler.codec.http2.Http2Stream stream = frames.stream(streamId);
    return stream != null
        && (!gate.isOpen()
            || frames.local().flowController().windowSize(stream) <= 0
            || frames.local().flowController().windowSize(frames.connectionStream()) <= 0);
  }

  // ---- flushing

  /** Flushes once, after everything that this turn of the loop has to write. */
  void flushSoon() {
    if (!guard.isReading() && !flushPending) { // else the codec flushes when all is read
      flushPending = true;
      loop.flushLater(this);
    }
  }

  @Override
  public void flush() {
    flushPending = false;
    ctx.flush();
  }

  // ---- the end

  /**
   * The server stops: the client is told to open no further streams, and those that it has opened
   * before it could know are served (RFC 9113 §6.8).
   */
  void drain() {
    if (ending || toldToGo) {
      return;
    }
    toldToGo = true;
    ctx.write(
        new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR).setExtraStreamIds(Integer.MAX_VALUE));
    ctx.writeAndFlush(new DefaultHttp2PingFrame(GOING));
    for (Http2Stream stream = first; stream != null; stream = stream.next) {
      Http2Tunnels.goAway(stream.channel());
    }
    ctx.executor().schedule(this::nameLastStream, GOING_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** The client has heard that it is to go: whatever it opens now it knows to be lost. */
  private void nameLastStream() {
    if (ending || !ctx.channel().isActive()) {
      return;
    }
    ending = true;
    if (open == 0) {
      goAwayAndClose(Http2Error.NO_ERROR);
    } else {
      ctx.writeAndFlush(new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR));
    }
  }

  /** No request came for too long. */
  void idle() {
    goAwayAndClose(Http2Error.NO_ERROR);
  }

  /** What has begun to arrive is not complete after too long. */
  void slow(String what) {
    LOG.debug("cut the HTTP/2 connection of {}: {} not complete in time", remote(), what);
    goAwayAndClose(Http2Error.ENHANCE_YOUR_CALM);
  }

  /** The client does not read what was written: it would not read a last word either. */
  void slowReader() {
    LOG.debug("{} does not read its responses", remote());
    ctx.channel().config().setOption(ChannelOption.SO_LINGER, 0);
    ctx.channel().unsafe().close(ctx.channel().unsafe().voidPromise());
  }

  private void goAwayAndClose(Http2Error error) {
    ending = true;
    Channel channel = ctx.channel();
    if (!channel.isActive()) {
      return;
    }
    guard.hold(false);
    gate.openAll();
    ctx.writeAndFlush(new DefaultHttp2GoAwayFrame(error))
        .addListener(
            error == Http2Error.NO_ERROR
                ? (ChannelFutureListener) written -> ctx.close()
                : (ChannelFutureListener) written -> channel.close());
  }

  // ---- what others ask

  ServerContext context() {
    return context;
  }

  ServerLoop loop() {
    return loop;
  }

  Channel channel() {
    return ctx.channel();
  }

  Peer peer() {
    return peer;
  }

  /** Returns the session, which stays readable when the connection is gone; null without TLS. */
  SSLSession sslSession() {
    return session;
  }

  /** Returns whether the client is read; not while it does not read what we send. */
  boolean isRead() {
    return gate.isOpen();
  }
}
