package weir.http.server;

import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;

/**
 * Looks at all connections of one event loop every now and then, for timeouts: one timer for all, and
 * nothing to be done when a request comes or goes. The timer rests while there is no connection. Only
 * for the event loop.
 */
final class Sweep {

  private final EventLoop loop;
  private final long tickMillis;
  private final Runnable task = this::run;
  private ConnectionTimer first;
  private boolean scheduled;

  /**
   * @param tickMillis how often to look, 0 for never
   */
  Sweep(EventLoop loop, long tickMillis) {
    this.loop = loop;
    this.tickMillis = tickMillis;
  }

  void add(ConnectionTimer timer) {
    if (tickMillis == 0) {
      return;
    }
    timer.listed = true;
    timer.next = first;
    if (first != null) {
      first.previous = timer;
    }
    first = timer;
    schedule();
  }

  /** Takes a timer out, if it is in. It keeps its own links, for a run that is just looking at it. */
  void remove(ConnectionTimer timer) {
    if (!timer.listed) {
      return;
    }
    timer.listed = false;
    if (timer.previous != null) {
      timer.previous.next = timer.next;
    } else if (first == timer) {
      first = timer.next;
    }
    if (timer.next != null) {
      timer.next.previous = timer.previous;
    }
  }

  private void schedule() {
    if (!scheduled) {
      scheduled = true;
      loop.schedule(task, tickMillis, TimeUnit.MILLISECONDS);
    }
  }

  private void run() {
    scheduled = false;
    long now = System.nanoTime();
    for (ConnectionTimer timer = first; timer != null; timer = timer.next) {
      if (timer.listed) {
        timer.check(now);
      }
    }
    if (first != null) {
      schedule();
    }
  }
}
