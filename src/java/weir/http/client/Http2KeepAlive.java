package weir.http.client;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2PingFrame;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Asks a silent server whether it is there, by a PING (RFC 9113 §6.7): a connection that has died
 * without a word is found before somebody waits for an answer on it. Only for the event loop.
 */
final class Http2KeepAlive {

  private final ChannelHandlerContext ctx;
  private final long intervalNanos;
  private final long timeoutNanos;
  private final Consumer<Throwable> whenSilent;
  private long heardNanos = System.nanoTime();
  private boolean asked;
  private long number;
  private Future<?> timer;

  private Http2KeepAlive(
      ChannelHandlerContext ctx, Http2Options options, Consumer<Throwable> whenSilent) {
    this.ctx = ctx;
    this.intervalNanos = options.pingInterval().toNanos();
    this.timeoutNanos = options.pingTimeout().toNanos();
    this.whenSilent = whenSilent;
  }

  /** Returns null if nobody wants it. */
  static Http2KeepAlive start(
      ChannelHandlerContext ctx, Http2Options options, Consumer<Throwable> whenSilent) {
    if (options.pingInterval().isZero()) {
      return null;
    }
    Http2KeepAlive made = new Http2KeepAlive(ctx, options, whenSilent);
    made.lookAfter(made.intervalNanos);
    return made;
  }

  /** Something has come, maybe the answer. */
  void heard() {
    heardNanos = System.nanoTime();
    asked = false;
  }

  void stop() {
    timer.cancel(false);
  }

  private void lookAfter(long nanos) {
    timer = ctx.executor().schedule(this::look, nanos, TimeUnit.NANOSECONDS);
  }

  private void look() {
    long silent = System.nanoTime() - heardNanos;
    if (silent < intervalNanos) {
      lookAfter(intervalNanos - silent);
    } else if (!asked) {
      asked = true;
      ctx.writeAndFlush(new DefaultHttp2PingFrame(++number));
      lookAfter(timeoutNanos);
    } else {
      whenSilent.accept(
          new IOException(
              "no answer to a PING within " + timeoutNanos / 1_000_000 + " milliseconds"));
    }
  }
}
