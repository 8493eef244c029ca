package weir.http.server;

import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

/**
 * The safety net of {@link Handoff}: publishes responses whose worker went on into a handler that
 * blocks. Ticks only while workers have something unpublished, else it is parked.
 */
final class Watchdog {

  /** How long a response may lie unpublished at most, in nanoseconds. */
  static final long TICK_NANOS = 2_000_000;

  /** After so many ticks without new work the thread parks until it is armed again. */
  private static final int IDLE_TICKS = 50;

  private final CopyOnWriteArrayList<ServerLoop> loops = new CopyOnWriteArrayList<>();
  private final Thread thread;
  private volatile boolean armed;
  private volatile boolean parked;
  private volatile boolean stopped;

  Watchdog() {
    thread = new Thread(this::run, "weir-server-watchdog");
    thread.setDaemon(true);
    thread.start();
  }

  void watch(ServerLoop loop) {
    loops.add(loop);
  }

  /** Call after adding to an outbox without publishing it. Cheap when the thread is awake. */
  void arm() {
    if (!armed) {
      armed = true;
    }
    if (parked) {
      LockSupport.unpark(thread);
    }
  }

  /** Publishes what lies in any outbox. */
  void publishAll() {
    for (ServerLoop loop : loops) {
      loop.outbox().publish();
    }
  }

  void shutdown() {
    stopped = true;
    LockSupport.unpark(thread);
  }

  private void run() {
    int idle = 0;
    while (!stopped) {
      if (armed) {
        armed = false;
        idle = 0;
      } else if (++idle > IDLE_TICKS) {
        park();
        idle = 0;
      }
      LockSupport.parkNanos(this, TICK_NANOS);
      publishAll();
    }
  }

  /** Announces itself parked before it looks at the flag: whoever arms it sees one or the other. */
  private void park() {
    parked = true;
    while (!armed && !stopped) {
      LockSupport.park(this);
    }
    parked = false;
  }
}
