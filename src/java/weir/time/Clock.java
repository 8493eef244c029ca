package weir.time;

import manifold.time.IClock;

/** A clock of this library: it schedules, and it can be read. */
public interface Clock extends IClock {

  /**
   * Milliseconds since an arbitrary origin, never going back. Only differences of two readings of
   * the same clock mean something.
   */
  double now();

  /** Milliseconds since 1970-01-01T00:00Z as this clock sees it. */
  default double epochMillis() {
    return System.currentTimeMillis();
  }
}
