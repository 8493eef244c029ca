package weir.http.http2;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2PingFrame;
import io.netty.handler.codec.http2.DefaultHttp2SettingsFrame;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;

/**
 * Widens the windows of a connection whose peer sends as much as it may. It counts what comes in the
 * time of one PING and its answer: when that is most of a window, the window and not the path is what
 * limits the peer. How wide it should be is told by how soon all of it was here: a peer that has sent
 * its megabyte in a tenth of that time could have sent ten of them. Once it is known how far away the
 * peer is, for it has acknowledged our SETTINGS, a part of a window tells that much.
 *
 * <p>A window widens only for a reader that has taken most of what came. One that was widened and whose
 * bytes nobody reads any more is narrowed again. Streams that are opened later begin with the width that
 * was found, within bounds. For the event loop.
 */
public final class WindowTuner {

  private static final long PAYLOAD = 0x77696e646f77L;

  /** Smaller windows were chosen to be small; and so many bytes are not looked at between rounds. */
  private static final int LEAST_WINDOW = 64 * 1024;

  /** A rate is not measured in less than such a part of a round trip. */
  private static final int LEAST_PART = 32;

  /** A window shall hold so many times what is sent in a round trip, for answers may be late. */
  private static final int MARGIN = 2;

  /** So many streams as wide as the one that was counted shall find room in the connection. */
  private static final int SIDE_BY_SIDE = 2;

  /** Streams begin with so much at most; they grow from there. */
  private static final int WIDEST_FIRST = Http2Config.DEFAULT_STREAM_WINDOW_BYTES;

  private static final long REST_NANOS = 200_000_000L;

  /** Hears whether so much waits unread that a connection must not be read. */
  public interface Pressure {
    /** That has changed. */
    void changed(boolean full);
  }

  private final Http2FrameCodec codec;
  private final ChannelHandlerContext ctx;
  private final ReceiveWindows windows;
  private final int mostOfStream;
  private final int mostOfAll;

  private final long opened = System.nanoTime();
  private long roundTrip; // 0 until it is known how far away the peer is
  private boolean announcing; // SETTINGS are on their way

  private final Count burst = new Count(); // what comes in one round trip at most
  private final Count round = new Count(); // what comes until a PING is answered
  private boolean pinging;
  private boolean widened;

  // After a window that was wide enough the peer gets no PING for a while.
  private long rest;
  private long restSince = opened - REST_NANOS;

  /** What has come in a time, of one stream and of all. */
  private static final class Count {
    private int stream;
    private long ofStream;
    private long ofAll;
    private long began;
    private long latest;

    void begin(int newStream, long now) {
      stream = newStream;
      ofStream = 0;
      ofAll = 0;
      began = now;
    }

    void add(int streamId, int bytes, long now) {
      latest = now;
      ofAll += bytes;
      if (streamId == stream) {
        ofStream += bytes;
      }
    }
  }

  /**
   * Creates a tuner for a connection that begins.
   *
   * @param ctx behind the codec, where frames are written
   * @param pressure hears whether so much waits unread that the connection must not be read
   */
  public WindowTuner(
      Http2FrameCodec codec, ChannelHandlerContext ctx, Http2Config config, Pressure pressure) {
    this.codec = codec;
    this.ctx = ctx;
    this.windows = (ReceiveWindows) codec.connection().local().flowController();
    this.mostOfStream = config.maxWindowBytes();
    this.mostOfAll = config.maxConnectionWindowBytes();
    windows.onPressure(pressure);
  }

  /** The peer has acknowledged our SETTINGS. */
  public void acknowledged() {
    announcing = false;
    if (roundTrip == 0) {
      roundTrip = System.nanoTime() - opened;
    }
  }

  /** Bytes of a body have come. */
  public void received(int streamId, int bytes) throws Http2Exception {
    rest -= bytes;
    long now = System.nanoTime();
    if (!pinging && rest <= 0 && now - restSince >= REST_NANOS) {
      ping(streamId, now);
    }
    if (burst.stream == 0 || now - burst.began > roundTrip) {
      burst.begin(streamId, now);
    }
    round.add(streamId, bytes, now);
    burst.add(streamId, bytes, now);
    if (roundTrip > 0) {
      lookEarly();
    }
  }

  private void ping(int streamId, long now) {
    Http2Stream of = codec.connection().stream(streamId);
    if (of != null && windows.initialWindowSize(of) >= LEAST_WINDOW) {
      pinging = true;
      widened = false;
      round.begin(streamId, now);
      ctx.writeAndFlush(new DefaultHttp2PingFrame(PAYLOAD));
    }
  }

  /** Before the round is over: the peer is to know before it has sent a second window full. */
  private void lookEarly() throws Http2Exception {
    Http2Stream all = connectionStream();
    Http2Stream counted = codec.connection().stream(burst.stream);
    if (counted != null) {
      if (windows.initialWindowSize(counted) < LEAST_WINDOW) {
        return;
      }
      narrow(counted);
    }
    widen(
        counted,
        counted == null ? 0 : wantedEarly(counted, burst.ofStream),
        Math.max(wantedEarly(all, burst.ofAll), besideUnread(all)));
  }

  private long wantedEarly(Http2Stream of, long came) {
    long read = came - windows.unconsumedBytes(of); // whoever reads may be slower than the peer
    return read < windows.initialWindowSize(of) / 4 ? 0 : inRoundTrip(burst, read);
  }

  /** Returns how much comes in a round trip, and more. */
  private long inRoundTrip(Count count, long came) {
    long busy = Math.max(count.latest - count.began, roundTrip / LEAST_PART + 1);
    return (long) (MARGIN * (double) came * roundTrip / busy);
  }

  /**
   * The answer to a PING has come.
   *
   * @return false if somebody else has sent that PING
   */
  public boolean answered(long payload) throws Http2Exception {
    if (payload != PAYLOAD || !pinging) {
      return false;
    }
    pinging = false;
    long now = System.nanoTime();
    // It may have waited behind what the peer sends: the shorter time is nearer the truth.
    roundTrip = roundTrip == 0 ? now - round.began : Math.min(roundTrip, now - round.began);
    Http2Stream counted = codec.connection().stream(round.stream);
    widen(
        counted,
        counted == null ? 0 : wanted(counted, round.ofStream),
        wanted(connectionStream(), round.ofAll));
    if (!widened) {
      rest = LEAST_WINDOW;
      restSince = now;
    }
    return true;
  }

  /** Returns how wide a window should be of which so much has come in the time of a PING. */
  private long wanted(Http2Stream of, long came) {
    long window = windows.initialWindowSize(of);
    return came * 3 < window * 2 || windows.unconsumedBytes(of) * 2L > window
        ? 0
        : Math.max(window * 2, inRoundTrip(round, came));
  }

  private Http2Stream connectionStream() {
    return codec.connection().connectionStream();
  }

  /** What nobody reads on some streams shall not hold up others, while there is plenty. */
  private long besideUnread(Http2Stream all) {
    long unread = windows.unconsumedBytes(all);
    long window = windows.initialWindowSize(all);
    return unread * 2 > window && unread * 4 < windows.budget().free() ? window * 2 : 0;
  }

  private void widen(Http2Stream counted, long wanted, long wantedOfAll) throws Http2Exception {
    long all = wantedOfAll;
    if (counted != null && widen(counted, wanted, mostOfStream)) {
      // Else the connection would hold up the stream, or the stream all others.
      all = Math.max(all, SIDE_BY_SIDE * (long) windows.initialWindowSize(counted));
      announce(windows.initialWindowSize(counted));
    }
    widen(connectionStream(), all, mostOfAll);
  }

  private boolean widen(Http2Stream of, long wanted, int most) throws Http2Exception {
    int wide = (int) Math.min(Math.min(wanted, most), windows.budget().free());
    if (wide / 3 * 2 < windows.initialWindowSize(of)) {
      return false; // it is not worth while
    }
    windows.resize(of, wide);
    widened = true;
    return true;
  }

  private void narrow(Http2Stream of) throws Http2Exception {
    int window = windows.initialWindowSize(of);
    int first = windows.initialWindowSize();
    if (window > first && windows.unconsumedBytes(of) > window / 4 * 3) {
      windows.resize(of, first);
    }
  }

  /** Streams that are opened later need not find out the same again. */
  private void announce(int found) {
    int first = windows.budget().first(Math.min(found, WIDEST_FIRST));
    if (!announcing && first / 2 >= windows.initialWindowSize()) {
      announcing = true;
      ctx.write(new DefaultHttp2SettingsFrame(new Http2Settings().initialWindowSize(first)));
    }
  }
}
