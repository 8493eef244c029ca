package weir.http.websocket;

import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * What happens when nothing moves on a connection: pings, and the end. One timer, which looks at the
 * time of the last movement when it fires, so that a movement costs no more than reading the clock.
 */
final class Heartbeat implements Runnable {

  private final WebSocketSession session;
  private final WebSocketConfig config;
  private final long pingNanos; // 0 for never
  private final long pongNanos;
  private final long idleNanos;
  private long moved = System.nanoTime();
  private long pinged; // when a ping was sent whose pong is awaited, else 0
  private Future<?> timer;

  private Heartbeat(WebSocketSession session, WebSocketConfig config) {
    this.session = session;
    this.config = config;
    this.pingNanos = config.pingAfterIdle() == null ? 0 : config.pingAfterIdle().toNanos();
    this.pongNanos = config.pongTimeout().toNanos();
    this.idleNanos = config.idleTimeout() == null ? 0 : config.idleTimeout().toNanos();
  }

  /** Returns one that has been started, or null if the config wants none. */
  static Heartbeat of(WebSocketSession session, WebSocketConfig config) {
    Heartbeat heartbeat = new Heartbeat(session, config);
    if (heartbeat.pingNanos == 0 && heartbeat.idleNanos == 0) {
      return null;
    }
    heartbeat.schedule(System.nanoTime());
    return heartbeat;
  }

  /** Something was read or written. */
  void moved() {
    moved = System.nanoTime();
  }

  void ponged() {
    if (pinged != 0) {
      pinged = 0;
      stop();
      schedule(System.nanoTime());
    }
  }

  private void schedule(long now) {
    long next = Long.MAX_VALUE;
    if (idleNanos > 0) {
      next = moved + idleNanos - now;
    }
    if (pinged != 0) {
      next = Math.min(next, pinged + pongNanos - now);
    } else if (pingNanos > 0) {
      next = Math.min(next, moved + pingNanos - now);
    }
    ChannelHandlerContext ctx = session.context();
    timer = ctx.executor().schedule(this, Math.max(0, next), TimeUnit.NANOSECONDS);
  }

  @Override
  public void run() {
    long now = System.nanoTime();
    if (!session.isOpen()) {
      return; // the close timeout is the limit from here on
    }
    if (idleNanos > 0 && now - moved >= idleNanos) {
      session.close(CloseCode.GOING_AWAY, "idle timeout");
      return;
    }
    if (pinged != 0 && now - pinged >= pongNanos) {
      session.fail(new IOException("no pong within " + config.pongTimeout().toMillis() + " ms"));
      return;
    }
    if (pinged == 0 && pingNanos > 0 && now - moved >= pingNanos) {
      session.sendPing(config.pingPayload());
      pinged = pongNanos > 0 ? now : 0;
    }
    schedule(now);
  }

  void stop() {
    if (timer != null) {
      timer.cancel(false);
    }
  }
}
