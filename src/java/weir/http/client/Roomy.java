package weir.http.client;

import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import weir.executor.NonBlockingThread;
import weir.time.SystemClock;

/**
 * The connections of one origin that have room for one exchange more: those that nobody uses, and
 * those that are shared. Only for events of the pool.
 */
final class Roomy {

  private final ArrayDeque<ClientConnection> idle = new ArrayDeque<>(); // last used is first
  private final ArrayDeque<ClientConnection> shared = new ArrayDeque<>();
  private final Serial pool;
  private final long idleNanos;
  private boolean evicting;
  private volatile int idleCount; // read by anybody for statistics

  /** Idle connections are closed after a time, unless it is zero. */
  Roomy(Serial pool, long idleNanos) {
    this.pool = pool;
    this.idleNanos = idleNanos;
  }

  /** Returns how many are idle. May be called on any thread. */
  int idle() {
    return idleCount;
  }

  /** Returns a shared connection, or takes an idle one out; null if there is neither. */
  ClientConnection next() {
    for (ClientConnection each = shared.peekFirst(); each != null; each = shared.peekFirst()) {
      if (each.slot().leases < room(each)) {
        return each;
      }
      shared.pollFirst();
    }
    return pollIdle();
  }

  /** Returns how many exchanges a connection may have at once, for all that is known. */
  static int room(ClientConnection connection) {
    return connection.slot().draining ? 0 : connection.room();
  }

  /** Prefers a connection of this very thread, whose exchange begins without a hop. */
  private ClientConnection pollIdle() {
    ClientConnection found = idle.peekFirst();
    if (found != null && idle.size() > 1 && Thread.currentThread() instanceof NonBlockingThread) {
      for (ClientConnection each : idle) {
        EventLoop loop = each.eventLoop();
        if (loop.inEventLoop()) {
          found = each;
          break;
        }
      }
    }
    if (found != null) {
      idle.remove(found);
      idleCount = idle.size();
    }
    return found;
  }

  /** Puts a connection that is not idle, or was taken out, where it belongs by its exchanges. */
  void settle(ClientConnection connection) {
    int leases = connection.slot().leases;
    if (connection.isMultiplexed()) {
      shared.remove(connection);
      if (leases > 0 && leases < room(connection)) {
        shared.addFirst(connection);
      }
    }
    if (leases == 0) {
      connection.slot().idleSince = System.nanoTime();
      idle.addFirst(connection);
      idleCount = idle.size();
      evictLater(idleNanos);
    }
  }

  /** It takes no exchange any more. */
  void remove(ClientConnection connection) {
    shared.remove(connection);
    if (idle.remove(connection)) {
      idleCount = idle.size();
    }
  }

  // ---- nobody needs them

  /** Closes the connection that was not used for the longest time, if any is idle. */
  void closeOldest() {
    ClientConnection oldest = idle.pollLast();
    if (oldest != null) {
      idleCount = idle.size();
      pool.later(oldest::close);
    }
  }

  void closeIdle() {
    while (!idle.isEmpty()) {
      closeOldest();
    }
  }

  private void evictLater(long nanos) {
    if (idleNanos > 0 && !evicting) {
      evicting = true;
      SystemClock.instance().in(nanos / 1e6, () -> pool.submit(this::evict));
    }
  }

  private void evict() {
    evicting = false;
    long now = System.nanoTime();
    ClientConnection oldest;
    while ((oldest = idle.peekLast()) != null && now - oldest.slot().idleSince >= idleNanos) {
      closeOldest();
    }
    if (oldest != null) {
      evictLater(idleNanos - (now - oldest.slot().idleSince));
    }
  }
}
