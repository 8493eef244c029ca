package weir.http.server;

import java.util.concurrent.atomic.AtomicLongArray;
import weir.http.ServerStats.Latency;

/**
 * Counts times by size: four classes for each power of two, from a microsecond to an hour, so that
 * quantiles are exact to a fifth. One thread writes, any may read.
 */
final class Histogram {

  private static final int SHIFT = 10; // below a microsecond all are one
  private static final int CLASSES = 4 * 33;
  private static final int SUM = CLASSES;
  private static final int MAX = CLASSES + 1;

  private final AtomicLongArray counts = new AtomicLongArray(CLASSES + 2);

  void record(long nanos) {
    long time = Math.max(0, nanos);
    int i = indexOf(time);
    counts.lazySet(i, counts.get(i) + 1);
    counts.lazySet(SUM, counts.get(SUM) + time);
    if (time > counts.get(MAX)) {
      counts.lazySet(MAX, time);
    }
  }

  private static int indexOf(long nanos) {
    long units = (nanos >> SHIFT) + 1;
    int power = 63 - Long.numberOfLeadingZeros(units);
    int quarter = power >= 2 ? (int) (units >> (power - 2)) & 3 : (int) (units << (2 - power)) & 3;
    return Math.min(CLASSES - 1, power * 4 + quarter);
  }

  /** The largest time in the class. */
  private static long limitOf(int i) {
    double units = Math.ceil(Math.scalb(1 + ((i & 3) + 1) / 4.0, i >> 2));
    return (long) (units - 1) << SHIFT;
  }

  /** Returns the numbers of all of these histograms together. */
  static Latency summary(Iterable<Histogram> parts) {
    long[] all = new long[CLASSES + 2];
    long n = 0;
    for (Histogram part : parts) {
      for (int i = 0; i < CLASSES; i++) {
        long count = part.counts.get(i);
        all[i] += count;
        n += count;
      }
      all[SUM] += part.counts.get(SUM);
      all[MAX] = Math.max(all[MAX], part.counts.get(MAX));
    }
    if (n == 0) {
      return new Latency(0, 0, 0, 0, 0, 0);
    }
    return new Latency(
        n,
        all[SUM] / n,
        quantile(all, n, 0.5),
        quantile(all, n, 0.9),
        quantile(all, n, 0.99),
        all[MAX]);
  }

  private static long quantile(long[] all, long n, double q) {
    long wanted = (long) Math.ceil(n * q);
    long seen = 0;
    for (int i = 0; i < CLASSES; i++) {
      seen += all[i];
      if (seen >= wanted) {
        return Math.min(limitOf(i), all[MAX]);
      }
    }
    return all[MAX];
  }
}
