package weir.executor;

import java.util.Arrays;

/**
 * A bounded, uniform sample of the values it was given. Not safe for use by many threads: guarded
 * by the lock of the executor it belongs to.
 */
final class Samples {

  private static final double[] NONE = {};
  private static final int INITIAL_CAPACITY = 16;

  /** Enough for a stable 0.99 quantile; all seven metrics of an executor stay below 60 kB. */
  private static final int CAPACITY = 1024;

  private double[] values = NONE;
  private long seen;
  private long random = System.nanoTime() | 1; // xorshift, must not be zero

  void add(double value) {
    if (seen < CAPACITY) {
      if (seen == values.length) {
        values = Arrays.copyOf(values, Math.max(INITIAL_CAPACITY, values.length * 2));
      }
      values[(int) seen++] = value;
      return;
    }
    // Vitter's algorithm R: each of the values seen so far is kept with the same probability.
    long slot = nextRandom() % ++seen;
    if (slot < CAPACITY) {
      values[(int) slot] = value;
    }
  }

  double[] sorted() {
    double[] copy = Arrays.copyOf(values, (int) Math.min(seen, CAPACITY));
    Arrays.sort(copy);
    return copy;
  }

  void clear() {
    seen = 0;
  }

  private long nextRandom() {
    random ^= random << 13;
    random ^= random >>> 7;
    random ^= random << 17;
    return random >>> 1;
  }
}
