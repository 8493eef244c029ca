package weir.executor;

import java.util.Arrays;
import java.util.EnumSet;

/**
 * What an executor measured of itself in one control period. Each metric is a distribution, asked
 * for by quantile from 0 to 1; a metric that was not measured is 0 throughout. Latencies are in
 * nanoseconds, rates per second, utilization from 0 to 1. Immutable.
 */
public final class Stats {

  private static final double[] NONE = {};

  private final EnumSet<Metric> metrics;
  private final int numWorkers;
  private final double[][] samples; // by ordinal of the metric, each sorted

  Stats(EnumSet<Metric> metrics, int numWorkers, double[][] samples) {
    this.metrics = metrics;
    this.numWorkers = numWorkers;
    this.samples = samples;
  }

  static Stats empty(EnumSet<Metric> metrics) {
    double[][] samples = new double[Metric.values().length][];
    Arrays.fill(samples, NONE);
    return new Stats(metrics, 0, samples);
  }

  /** The metrics that were asked for, as a new set. */
  public EnumSet<Metric> getMetrics() {
    return EnumSet.copyOf(metrics);
  }

  /** How many threads the executor had at the end of the period. */
  public int getNumWorkers() {
    return numWorkers;
  }

  /**
   * A quantile of a metric, interpolated between the two samples next to it.
   *
   * @param metric what to look at
   * @param quantile from 0, the smallest, to 1, the largest
   * @throws IllegalArgumentException if {@code quantile} is out of its range
   */
  public double get(Metric metric, double quantile) {
    if (!(quantile >= 0 && quantile <= 1)) {
      throw new IllegalArgumentException("quantile: " + quantile + " (expected: 0 to 1)");
    }
    double[] sorted = samples[metric.ordinal()];
    if (sorted.length == 0) {
      return 0;
    }
    double position = quantile * (sorted.length - 1);
    int below = (int) position;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
  }

  /** The mean of a metric; zero without samples. */
  public double mean(Metric metric) {
    return Arrays.stream(samples[metric.ordinal()]).average().orElse(0);
  }

  /** Tasks waiting for a thread. */
  public double getQueueLength(double quantile) {
    return get(Metric.QUEUE_LENGTH, quantile);
  }

  /** Nanoseconds from a task's submission to its start. */
  public double getQueueLatency(double quantile) {
    return get(Metric.QUEUE_LATENCY, quantile);
  }

  /** Nanoseconds from a task's submission to its end. */
  public double getTaskLatency(double quantile) {
    return get(Metric.TASK_LATENCY, quantile);
  }

  /** Tasks submitted in a second. */
  public double getTaskArrivalRate(double quantile) {
    return get(Metric.TASK_ARRIVAL_RATE, quantile);
  }

  /** Tasks ended in a second. */
  public double getTaskCompletionRate(double quantile) {
    return get(Metric.TASK_COMPLETION_RATE, quantile);
  }

  /** Tasks refused in a second. */
  public double getTaskRejectionRate(double quantile) {
    return get(Metric.TASK_REJECTION_RATE, quantile);
  }

  /** The part of the threads that was busy, 0 to 1. Measured always, whatever was asked for. */
  public double getUtilization(double quantile) {
    return get(Metric.UTILIZATION, quantile);
  }

  @Override
  public String toString() {
    StringBuilder out = new StringBuilder("Stats[numWorkers=").append(numWorkers);
    for (Metric metric : metrics) {
      out.append(", ").append(metric).append("=").append(mean(metric));
    }
    return out.append("]").toString();
  }
}
