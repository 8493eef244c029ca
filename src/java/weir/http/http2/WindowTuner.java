package weir.http.http2;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2LocalFlowController;
import io.netty.handler.codec.http2.DefaultHttp2PingFrame;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2LocalFlowController;
import io.netty.handler.codec.http2.Http2Stream;

/**
 * Widens the windows of a connection whose peer sends as much as it may. It counts what comes in the
 * time of one PING and its answer: when that is most of a window, the window and not the path is what
 * limits the peer. How wide it should be is told by how soon all of it was here: a peer that has sent
 * its megabyte in a tenth of that time could have sent ten of them.
 *
 * <p>A window opens only as far as somebody has read. One whose bytes nobody reads is doubled once, and
 * then no more, since less than two thirds of it can come again. For the event loop.
 */
public final class WindowTuner {

  private static final long PAYLOAD = 0x77696e646f77L;

  private static final long REST_NANOS = 200_000_000L;

  /** Smaller windows were chosen to be small. */
  private static final int LEAST_WINDOW = 64 * 1024;

  /** A window becomes so many times as wide at once, at most. */
  private static final int MOST_TIMES = 32;

  /** So many streams as wide as the one that was counted shall find room in the connection. */
  private static final int SIDE_BY_SIDE = 2;

  /**
   * A wide window is opened again when an eighth of it was read, not when half of it was: else the peer
   * would have to wait for what it could have known long before, or the window to be twice as wide.
   */
  private static final float OPEN_BELOW = 0.875f;

  private final Http2FrameCodec codec;
  private final ChannelHandlerContext ctx;
  private final int mostOfStream;
  private final int mostOfAll;

  private boolean counting;
  private int stream;
  private long ofStream;
  private long ofAll;
  private long began;
  private long latest;

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
    this.mostOfStream = config.maxWindowBytes();
    this.mostOfAll = config.maxConnectionWindowBytes();
  }

  /** Bytes of a body have come. */
  public void received(int streamId, int bytes) {
    if (counting) {
      latest = System.nanoTime();
    } else {
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
    Http2Connection connection = codec.connection();
    Http2Stream of = connection.stream(streamId);
    int window = of == null ? 0 : flow().initialWindowSize(of);
    boolean widest =
        window >= mostOfStream
            && flow().initialWindowSize(connection.connectionStream()) >= mostOfAll;
    long now = System.nanoTime();
    if (window < LEAST_WINDOW || widest || now - restSince < REST_NANOS) {
      return;
    }
    counting = true;
    stream = streamId;
    ofStream = 0;
    ofAll = 0;
    began = now;
    latest = now;
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
    long now = System.nanoTime();
    Http2Stream all = codec.connection().connectionStream();
    Http2Stream counted = codec.connection().stream(stream);
    long wantedOfAll = wanted(all, ofAll, now);
    boolean widened = false;
    if (counted != null) {
      long wanted = wanted(counted, ofStream, now);
      widened = widen(counted, wanted, mostOfStream);
      if (widened) {
        // Else the connection would hold up the stream, or the stream all others.
        wantedOfAll =
            Math.max(wantedOfAll, SIDE_BY_SIDE * (long) flow().initialWindowSize(counted));
      }
    }
    widened |= widen(all, wantedOfAll, mostOfAll);
    if (!widened) {
      rest = LEAST_WINDOW;
      restSince = now;
    }
    return true;
  }

  /** Returns how wide a window should be of which so much has come in the time of a PING. */
  private long wanted(Http2Stream of, long came, long now) {
    long window = flow().initialWindowSize(of);
    if (came * 3 < window * 2) {
      return 0;
    }
    if (flow().unconsumedBytes(of) * 2L > window) {
      return window * 2; // whoever reads is slower than the peer
    }
    long busy = Math.max(latest - began, (now - began) / MOST_TIMES + 1);
    return Math.max(window * 2, (long) (came * ((double) (now - began) / busy)));
  }

  private boolean widen(Http2Stream of, long wanted, int most) throws Http2Exception {
    int window = flow().initialWindowSize(of);
    int more = (int) (Math.min(wanted, most) - window);
    if (more <= 0) {
      return false;
    }
    flow().incrementWindowSize(of, more);
    ((DefaultHttp2LocalFlowController) flow()).windowUpdateRatio(of, OPEN_BELOW);
    return true;
  }
}
