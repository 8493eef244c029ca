package weir.http.server;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import java.time.Duration;

/**
 * Times what a connection waits for. It is looked at now and then, and compares what it sees with what
 * it saw before: while that is the same, time runs. Only for the event loop.
 */
abstract class ConnectionTimer {

  private Object writing;
  private long written;
  private long writeSince;

  // Links and membership in the sweep, which alone changes them.
  ConnectionTimer previous;
  ConnectionTimer next;
  boolean listed;

  /**
   * Cuts the connection if its client has taken too long.
   *
   * @param now {@link System#nanoTime}
   */
  abstract void check(long now);

  /** Returns whether the peer has read nothing of what the channel has to write for so long. */
  final boolean isStalled(Channel channel, Duration limit, long now) {
    ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
    Object current = buffer == null ? null : buffer.current();
    // Buffers are reused, so the object alone would not tell that it is another message.
    long seen =
        current == null ? 0 : buffer.currentProgress() ^ (buffer.totalPendingWriteBytes() << 20);
    if (current == null || current != writing || seen != written) {
      writing = current;
      written = seen;
      writeSince = now;
      return false;
    }
    if (!isOver(limit, writeSince, now)) {
      return false;
    }
    writing = null;
    return true;
  }

  /** Returns whether a time that is limited has run out. */
  static boolean isOver(Duration limit, long since, long now) {
    return !limit.isZero() && now - since >= Timeouts.nanos(limit);
  }
}
