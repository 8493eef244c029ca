package weir.http.server;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The counters of one event loop. Only that loop writes, so that counting is a plain read and an
 * ordered write; any thread may read.
 */
final class LoopStats {

  static final int OPENED = 0;
  static final int CLOSED = 1;
  static final int REQUESTS = 2;
  static final int ENDED = 3;
  static final int REFUSED = 4;
  static final int REJECTED = 5;
  static final int FAILED = 6;
  static final int ABORTED = 7;
  static final int BYTES_READ = 8;
  static final int BYTES_WRITTEN = 9;
  static final int COUNTERS = 10;

  private final AtomicLongArray counters = new AtomicLongArray(COUNTERS);
  final Histogram queued = new Histogram();
  final Histogram handled = new Histogram();
  final Histogram written = new Histogram();
  final Histogram total = new Histogram();

  void add(int counter, long n) {
    counters.lazySet(counter, counters.get(counter) + n);
  }

  long get(int counter) {
    return counters.get(counter);
  }
}
