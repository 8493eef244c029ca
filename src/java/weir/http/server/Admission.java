package weir.http.server;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The places for requests in flight, over all event loops of a server. Each loop keeps a few places in
 * reserve, so that most requests come and go without a shared write; with a small limit it keeps none,
 * and the limit is exact. Else it may be reached a sixteenth too early, never too late.
 */
final class Admission {

  private final AtomicInteger free;
  private final int reserve;

  /**
   * @param limit how many requests may be in flight, 0 for any number
   * @param loops how many event loops share them
   */
  Admission(int limit, int loops) {
    this.free = limit == 0 ? null : new AtomicInteger(limit);
    this.reserve = limit / (loops * 32);
  }

  /** What one event loop has of the places. Only for that loop. */
  final class Gate {
    private int places;

    /** Takes a place; returns false if there is none. */
    boolean enter() {
      if (free == null) {
        return true;
      }
      if (places == 0) {
        places = take(Math.max(1, reserve));
        if (places == 0) {
          return false;
        }
      }
      places--;
      return true;
    }

    /** Gives a place back. */
    void leave() {
      if (free != null && ++places > 2 * reserve) {
        free.addAndGet(places - reserve);
        places = reserve;
      }
    }
  }

  Gate gate() {
    return new Gate();
  }

  /** Takes up to {@code n} places. */
  private int take(int n) {
    int known = free.get();
    while (known > 0) {
      int taken = Math.min(n, known);
      if (free.compareAndSet(known, known - taken)) {
        return taken;
      }
      known = free.get();
    }
    return 0;
  }
}
