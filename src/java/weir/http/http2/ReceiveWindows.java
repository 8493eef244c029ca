package weir.http.http2;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2LocalFlowController;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.concurrent.TimeUnit;

/**
 * The windows of what comes on a connection. Counts what waits unread, and says when that is more than
 * the connection may hold. For the event loop.
 */
final class ReceiveWindows extends DefaultHttp2LocalFlowController {

  /**
   * A wide window is opened again when an eighth of it was read, not when half of it was: else the peer
   * would have to wait for what it could have known long before, or the window to be twice as wide.
   */
  private static final float OPEN_BELOW = 0.875f;

  /** What is wide. */
  private static final int WIDE = 1024 * 1024;

  private static final int STEP = 64 * 1024;
  private static final int LOOK_AGAIN_MILLIS = 50;

  private final Http2Connection connection;
  private final UnreadBudget budget;
  private WindowTuner.Pressure pressure = full -> {};
  private ChannelHandlerContext ctx;
  private int taken;
  private boolean full;

  ReceiveWindows(Http2Connection connection, UnreadBudget budget, int streamWindow) {
    super(connection);
    this.connection = connection;
    this.budget = budget;
    if (streamWindow >= WIDE) {
      windowUpdateRatio(OPEN_BELOW);
    }
    connection.addListener(
        new Http2ConnectionAdapter() {
          @Override
          public void onStreamClosed(Http2Stream stream) {
            count();
          }
        });
  }

  void onPressure(WindowTuner.Pressure newPressure) {
    pressure = newPressure;
  }

  UnreadBudget budget() {
    return budget;
  }

  /** Makes a window wider, or narrower: then it opens again when so much less waits unread. */
  void resize(Http2Stream stream, int newSize) throws Http2Exception {
    int more = newSize - initialWindowSize(stream);
    if (more > 0) {
      windowUpdateRatio(stream, OPEN_BELOW);
    }
    incrementWindowSize(stream, more);
  }

  /**
   * The peer knows our SETTINGS. If its windows have become narrower, what was read of them before may
   * be worth an update, which no further reading will bring: the peer cannot send any more.
   */
  @Override
  public void initialWindowSize(int newSize) throws Http2Exception {
    boolean narrower = newSize < initialWindowSize();
    super.initialWindowSize(newSize);
    if (narrower) {
      connection.forEachActiveStream(
          stream -> {
            incrementWindowSize(stream, 0);
            return true;
          });
    }
  }

  @Override
  public void channelHandlerContext(ChannelHandlerContext c) {
    ctx = c;
    super.channelHandlerContext(c);
  }

  @Override
  public void receiveFlowControlledFrame(
      Http2Stream stream, ByteBuf data, int padding, boolean endOfStream) throws Http2Exception {
    super.receiveFlowControlledFrame(stream, data, padding, endOfStream);
    count();
  }

  @Override
  public boolean consumeBytes(Http2Stream stream, int bytes) throws Http2Exception {
    boolean updated = super.consumeBytes(stream, bytes);
    count();
    return updated;
  }

  /** Takes from the budget what waits unread, in steps, so that connections seldom meet there. */
  private void count() {
    int unread = unconsumedBytes(connection.connectionStream());
    int wanted = unread <= UnreadBudget.FREE_SHARE ? 0 : (unread + STEP - 1) / STEP * STEP;
    if (wanted > taken || taken - wanted > STEP || wanted == 0 && taken > 0) {
      budget.take(wanted - taken);
      taken = wanted;
    }
    if (taken > 0 || full) {
      tell(taken > UnreadBudget.MOST_TIMES_FREE * budget.free());
    }
  }

  private void tell(boolean isFull) {
    if (isFull != full) {
      full = isFull;
      pressure.changed(isFull);
      lookAgain();
    }
  }

  /** Others may have given back what this connection needs. */
  private void lookAgain() {
    if (full) {
      ctx.executor()
          .schedule(
              () -> {
                count();
                lookAgain();
              },
              LOOK_AGAIN_MILLIS,
              TimeUnit.MILLISECONDS);
    }
  }
}
