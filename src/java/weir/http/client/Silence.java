package weir.http.client;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Notices that a server keeps silent for too long: it sends nothing although somebody reads, and takes
 * nothing of what there is to send. A program that is slow itself, to read or to write, is no silence.
 * It looks four times within the limit, and so may be late by a quarter. Only for the event loop.
 */
final class Silence implements Runnable {

  private static final int LOOKS = 4;

  private final Channel channel;
  private final long nanos;
  private final BooleanSupplier programIsSlow;
  private final Runnable onSilence;
  private Future<?> next;
  private boolean heard;
  private long unsent;
  private int silentLooks;

  private Silence(Channel channel, long millis, BooleanSupplier programIsSlow, Runnable onSilence) {
    this.channel = channel;
    this.nanos = TimeUnit.MILLISECONDS.toNanos(millis) / LOOKS;
    this.programIsSlow = programIsSlow;
    this.onSilence = onSilence;
  }

  /**
   * Begins to look.
   *
   * @param programIsSlow whether the next step is the program's, not the server's
   */
  static Silence watch(
      Channel channel, long millis, BooleanSupplier programIsSlow, Runnable onSilence) {
    Silence silence = new Silence(channel, millis, programIsSlow, onSilence);
    silence.lookLater();
    return silence;
  }

  /** Something has come. */
  void heard() {
    heard = true;
  }

  void stop() {
    next.cancel(false);
  }

  private void lookLater() {
    next = channel.eventLoop().schedule(this, nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void run() {
    long left = pending();
    boolean moved = heard || left != unsent || (left == 0 && programIsSlow.getAsBoolean());
    unsent = left;
    heard = false;
    silentLooks = moved ? 0 : silentLooks + 1;
    if (silentLooks == LOOKS) {
      onSilence.run();
    } else {
      lookLater();
    }
  }

  /** Returns how many bytes wait to be sent. A stream of HTTP/2 has no buffer, but a count of them. */
  private long pending() {
    if (channel instanceof Http2StreamChannel) {
      WriteBufferWaterMark marks = channel.config().getWriteBufferWaterMark();
      return channel.isWritable()
          ? marks.high() + 1 - channel.bytesBeforeUnwritable()
          : marks.low() - 1 + channel.bytesBeforeWritable();
    }
    ChannelOutboundBuffer outgoing = channel.unsafe().outboundBuffer();
    return outgoing == null ? 0 : outgoing.totalPendingWriteBytes();
  }
}
