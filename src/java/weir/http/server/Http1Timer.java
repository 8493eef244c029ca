package weir.http.server;

import io.netty.channel.ChannelOutboundBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Times what a connection waits for. It is looked at now and then, and compares what it sees with what
 * it saw before: while that is the same, time runs. Only for the event loop.
 */
final class Http1Timer {

  /** What the client is to send next. */
  enum Phase {
    /** Nothing that is waited for. */
    NONE,
    /** The first bytes of a request. */
    REQUEST,
    /** The rest of a header. */
    HEADER,
    /** More of a request body. */
    BODY
  }

  private final Http1Connection connection;
  private final Timeouts timeouts;

  private Phase phase = Phase.NONE;
  private long received;
  private long receiveSince;

  private Object writing;
  private long written;
  private long writeSince;

  // Links and membership in the sweep, which alone changes them.
  Http1Timer previous;
  Http1Timer next;
  boolean listed;

  Http1Timer(Http1Connection connection, Timeouts timeouts) {
    this.connection = connection;
    this.timeouts = timeouts;
  }

  /**
   * Cuts the connection if its client has taken too long.
   *
   * @param now {@link System#nanoTime}
   */
  void check(long now) {
    if (!checkWrites(now)) {
      checkReads(now);
    }
  }

  private void checkReads(long now) {
    Phase seen = connection.phase();
    long count = connection.received();
    if (seen != phase || count != received) {
      phase = seen;
      received = count;
      receiveSince = now;
      return;
    }
    switch (seen) {
      case REQUEST -> {
        if (isOver(timeouts.keepAlive(), receiveSince, now)) {
          connection.idle();
        }
      }
      case HEADER -> {
        if (isOver(timeouts.header(), receiveSince, now)) {
          connection.slowHeader();
        }
      }
      case BODY -> {
        if (isOver(timeouts.body(), receiveSince, now)) {
          connection.slowBody();
        }
      }
      case NONE -> {}
    }
  }

  /** Returns whether no request has begun for so long, as far as was looked. */
  boolean isIdleSince(long millis) {
    return phase == Phase.REQUEST
        && connection.phase() == Phase.REQUEST
        && connection.received() == received
        && System.nanoTime() - receiveSince >= TimeUnit.MILLISECONDS.toNanos(millis);
  }

  /** Returns true if the connection was cut. */
  private boolean checkWrites(long now) {
    ChannelOutboundBuffer buffer = connection.channel().unsafe().outboundBuffer();
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
    if (!isOver(timeouts.write(), writeSince, now)) {
      return false;
    }
    writing = null;
    connection.slowReader();
    return true;
  }

  private static boolean isOver(Duration limit, long since, long now) {
    return !limit.isZero() && now - since >= Timeouts.nanos(limit);
  }
}
