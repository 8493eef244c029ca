package weir.http.client;

import java.lang.ref.WeakReference;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The connections that all origins of one or more pools together may have. Who finds none left waits in a queue, and a
 * permit that comes back goes to the one that has waited longest.
 */
final class TotalLimit {

  private final int limit;
  private final AtomicInteger free;
  private final Queue<OriginPool> starving = new ConcurrentLinkedQueue<>();
  private final Queue<WeakReference<ConnectionPool>> pools = new ConcurrentLinkedQueue<>();

  TotalLimit(int limit) {
    this.limit = limit;
    this.free = new AtomicInteger(limit);
  }

  /** Counts the connections of a pool, too, for as long as somebody has it. */
  void add(ConnectionPool pool) {
    pools.removeIf(each -> each.get() == null);
    pools.add(new WeakReference<>(pool));
  }

  /** Closes an idle connection of another origin, if there is any. */
  void reclaimIdle(OriginPool starving) {
    for (WeakReference<ConnectionPool> each : pools) {
      ConnectionPool pool = each.get();
      if (pool != null && pool.closeIdle(starving)) {
        return;
      }
    }
  }

  /** Takes a permit if there is one. */
  boolean tryTake() {
    for (int n = free.get(); n > 0; n = free.get()) {
      if (free.compareAndSet(n, n - 1)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Queues up for a permit. One may have come back before the queue was seen, so the caller must
   * {@link #tryTake} once more; a permit that is granted needlessly is simply given back.
   */
  void await(OriginPool pool) {
    starving.add(pool);
  }

  /** Returns whether any origin lacks a permit. */
  boolean hasStarving() {
    return !starving.isEmpty();
  }

  /** Returns the origin that has waited longest, or null. */
  OriginPool longestStarving() {
    return starving.peek();
  }

  /** Gives a permit back. */
  void release() {
    OriginPool next = starving.poll();
    if (next != null) {
      next.grant();
      return;
    }
    free.incrementAndGet();
    // Somebody may have queued up and looked in vain in between.
    if (!starving.isEmpty() && tryTake()) {
      release();
    }
  }

  /** Returns how many permits are taken. */
  int taken() {
    return limit - free.get();
  }
}
