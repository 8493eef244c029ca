package weir.http.server;

import weir.http.http2.FrameGuard;
import weir.http.http2.FrameGuard.Partial;

/** Times what an HTTP/2 connection and its streams wait for. */
final class Http2Timer extends ConnectionTimer {

  private final Http2Connection connection;
  private final Timeouts timeouts;

  private Partial partial;
  private long frames;
  private long partialSince;

  private long requests = -1;
  private long idleSince;

  Http2Timer(Http2Connection connection, Timeouts timeouts) {
    this.connection = connection;
    this.timeouts = timeouts;
  }

  @Override
  void check(long now) {
    if (isStalled(connection.channel(), timeouts.write(), now)) {
      connection.slowReader();
      return;
    }
    if (connection.isRead()) {
      checkFrames(now);
      checkIdle(now);
    }
    for (Http2Stream stream = connection.first(); stream != null; stream = stream.next) {
      stream.clock().check(now, timeouts);
    }
  }

  private void checkFrames(long now) {
    FrameGuard guard = connection.guard();
    Partial seen = guard.partial();
    if (seen != partial || guard.frames() != frames && seen != Partial.HEADERS) {
      partial = seen;
      frames = guard.frames();
      partialSince = now;
      return;
    }
    switch (seen) {
      case PREFACE -> {
        if (isOver(timeouts.header(), partialSince, now)) {
          connection.slow("the preface was");
        }
      }
      case HEADERS -> {
        if (isOver(timeouts.header(), partialSince, now)) {
          connection.slow("a field section was");
        }
      }
      case FRAME -> {
        if (isOver(timeouts.body(), partialSince, now)) {
          connection.slow("a frame was");
        }
      }
      case NOTHING -> {}
    }
  }

  private void checkIdle(long now) {
    boolean idle = connection.openStreams() == 0;
    if (!idle || connection.requests() != requests) {
      requests = connection.requests();
      idleSince = now;
    } else if (isOver(timeouts.keepAlive(), idleSince, now)) {
      connection.idle();
    }
  }
}
