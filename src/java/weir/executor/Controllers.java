package weir.executor;

/** The usual ways to decide how many threads an executor has. */
public final class Controllers {

  /**
   * The utilization that counts is what nine tenths of the samples stay below: bursts keep threads.
   */
  private static final double QUANTILE = 0.9;

  private Controllers() {}

  /**
   * Always the same number of threads.
   *
   * @param numThreads how many, at least one
   * @throws IllegalArgumentException if {@code numThreads} is less than one
   */
  public static Controller fixed(int numThreads) {
    requireThreads("numThreads", numThreads);
    return new Controller() {
      @Override
      public boolean shouldIncrement(int numWorkers) {
        return numWorkers < numThreads;
      }

      @Override
      public int adjustment(Stats stats) {
        return numThreads - stats.getNumWorkers();
      }
    };
  }

  /**
   * Grows whenever a task finds all threads busy, and shrinks to the number that would have been
   * busy for the given part of the time, by at most a quarter (but at least one thread) in a
   * control period.
   *
   * @param utilization the part of the threads that should be busy, from 0 (exclusive) to 1
   * @param maxThreads the most there may be, at least one
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public static Controller utilization(double utilization, int maxThreads) {
    if (!(utilization > 0 && utilization <= 1)) {
      throw new IllegalArgumentException(
          "utilization: " + utilization + " (expected: more than 0, at most 1)");
    }
    requireThreads("maxThreads", maxThreads);
    return new Controller() {
      @Override
      public boolean shouldIncrement(int numWorkers) {
        return numWorkers < maxThreads;
      }

      @Override
      public int adjustment(Stats stats) {
        int workers = stats.getNumWorkers();
        int wanted = (int) Math.ceil(workers * stats.getUtilization(QUANTILE) / utilization);
        int mostToTake = Math.max(1, workers / 4);
        return Math.max(Math.min(wanted, maxThreads) - workers, -mostToTake);
      }
    };
  }

  private static void requireThreads(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: 1 or more)");
    }
  }
}
