package weir.http.server;

import java.util.concurrent.TimeUnit;

/** Times what an HTTP/1 connection waits for. */
final class Http1Timer extends ConnectionTimer {

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
  private final BodyRate bodyRate;

  Http1Timer(Http1Connection connection, Timeouts timeouts) {
    this.connection = connection;
    this.timeouts = timeouts;
    this.bodyRate = new BodyRate(timeouts);
  }

  @Override
  void check(long now) {
    if (isStalled(connection.channel(), timeouts.write(), now)) {
      connection.slowReader();
    } else {
      checkReads(now);
    }
  }

  private void checkReads(long now) {
    Phase seen = connection.phase();
    long count = connection.intake().received();
    if (isDribbled(seen, count, now)) {
      connection.intake().slowBody();
      return;
    }
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
          connection.intake().slowHeader();
        }
      }
      case BODY -> {
        if (isOver(timeouts.body(), receiveSince, now)) {
          connection.intake().slowBody();
        }
      }
      case NONE -> {}
    }
  }

  private boolean isDribbled(Phase seen, long count, long now) {
    if (seen == Phase.BODY || (seen == Phase.NONE && connection.intake().isInBody())) {
      return bodyRate.isTooLow(seen == Phase.BODY && phase == Phase.BODY, count, now);
    }
    bodyRate.reset();
    return false;
  }

  /** Returns whether no request has begun for so long, as far as was looked. */
  boolean isIdleSince(long millis) {
    return phase == Phase.REQUEST
        && connection.phase() == Phase.REQUEST
        && connection.intake().received() == received
        && System.nanoTime() - receiveSince >= TimeUnit.MILLISECONDS.toNanos(millis);
  }
}
