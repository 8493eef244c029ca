package weir.http.http2;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2PingFrame;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2LocalFlowController;
import io.netty.handler.codec.http2.Http2Stream;

/**
 * Widens the windows of a connection whose peer sends as much as it may. It counts what comes in the
 * time of one PING and its answer: when that is most of a window, the window and not the path is what
 * limits the peer. Since windows open only as far as somebody has read, bodies that nobody reads do not
 * get any more room. For the event loop.
 */
public final class WindowTuner {

  private static final long PAYLOAD = 0x77696e646f77L;

  private static final long REST_NANOS = 200_000_000L;

  /** Smaller windows were chosen to be small. */
  private static final int LEAST_WINDOW = 64 * 1024;

  private final Http2FrameCodec codec;
  private final ChannelHandlerContext ctx;
  private final int most;

  private boolean counting;
  private int stream;
  private long ofStream;
  private long ofAll;

  // After a window that was wide enough the peer is left alone for a while.
  private long rest;
  private long restSince = System.nanoTime() - REST_NANOS;

  /**
   * Creates a tuner.
   *
   * @param ctx behind the codec, where frames are written
   */
  public WindowTuner(Http2FrameCodec codec, ChannelHandlerContext ctx, Http2Config config) {
    this.codec = codec;
    this.ctx = ctx;
    this.most = config.maxWindowBytes();
  }

  /** Bytes of a body have come. */
  public void received(int streamId, int bytes) {
    if (!counting) {
      rest -= bytes;
      if (rest <= 0) {
        begin(streamId);
      }
    }
    ofAll += bytes;
    if (streamId == stream) {
      ofStream += bytes;
    }
  }

  private void begin(int streamId) {
    Http2Stream of = codec.connection().stream(streamId);
    int window = of == null ? 0 : flow().initialWindowSize(of);
    if (window < LEAST_WINDOW || window >= most || System.nanoTime() - restSince < REST_NANOS) {
      return;
    }
    counting = true;
    stream = streamId;
    ofStream = 0;
    ofAll = 0;
    ctx.writeAndFlush(new DefaultHttp2PingFrame(PAYLOAD));
  }

  private Http2LocalFlowController flow() {
    return codec.connection().local().flowController();
  }

  /**
   * The answer to a PING has come.
   *
   * @return false if somebody else has sent that PING
   */
  public boolean answered(long payload) throws Http2Exception {
    if (payload != PAYLOAD || !counting) {
      return false;
    }
    counting = false;
    Http2Connection connection = codec.connection();
    boolean widened = widen(connection.connectionStream(), ofAll);
    Http2Stream counted = connection.stream(stream);
    if (counted != null) {
      widened |= widen(counted, ofStream);
    }
    if (!widened) {
      rest = LEAST_WINDOW;
      restSince = System.nanoTime();
    }
    return true;
  }

  private boolean widen(Http2Stream of, long came) throws Http2Exception {
    int window = flow().initialWindowSize(of);
    if (came * 3 < window * 2L || window >= most) {
      return false;
    }
    flow().incrementWindowSize(of, Math.min(window, most - window));
    return true;
  }
}
