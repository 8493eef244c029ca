package weir.http.server;

import io.netty.channel.Channel;

/** Times what one stream waits for; looked at as its connection is. Only for the event loop. */
final class StreamClock {

  private final Http2Stream stream;
  private final BodyRate bodyRate;

  private boolean awaited;
  private long received;
  private long receiveSince;

  private long pending;
  private long writeSince;

  StreamClock(Http2Stream stream) {
    this.stream = stream;
    this.bodyRate = new BodyRate(stream.context().config().timeouts());
  }

  /** Ends the stream if its client has taken too long. */
  void check(long now, Timeouts timeouts) {
    long waiting = pendingBytes(stream.channel());
    if (waiting == 0 || waiting != pending) {
      pending = waiting;
      writeSince = now;
    } else if (ConnectionTimer.isOver(timeouts.write(), writeSince, now)) {
      stream.slowReader();
      return;
    }
    boolean seen = stream.intake().isAwaited();
    long count = stream.intake().received();
    if (stream.intake().isInBody() && bodyRate.isTooLow(seen && awaited, count, now)) {
      stream.intake().slowBody();
      return;
    }
    if (seen != awaited || count != received) {
      awaited = seen;
      received = count;
      receiveSince = now;
    } else if (seen && ConnectionTimer.isOver(timeouts.body(), receiveSince, now)) {
      stream.intake().slowBody();
    }
  }

  /** Returns how much waits until the client opens its window, or reads. */
  private static long pendingBytes(Channel channel) {
    return channel.isWritable()
        ? channel.config().getWriteBufferHighWaterMark() - channel.bytesBeforeUnwritable()
        : channel.config().getWriteBufferLowWaterMark() + channel.bytesBeforeWritable();
  }
}
