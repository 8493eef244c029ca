package weir.executor;

import java.util.EnumSet;

/**
 * Collects the statistics of one executor or pool. Not safe for use by many threads: guarded by the
 * lock of its owner, or only used by one thread at a time.
 */
public final class StatsRecorder {

  private static final double NANOS_PER_SECOND = 1e9;
  private static final int MOST_IDLE_SAMPLES = 1024; // more would only push out what was seen

  private final EnumSet<Metric> metrics;
  private final Samples[] samples = new Samples[Metric.values().length];
  private final long period; // nanoseconds between two samples

  private long lastSample; // when rates were last computed, in System.nanoTime
  private long arrivals;
  private long completions;
  private long rejections;

  /**
   * Creates one that has seen nothing.
   *
   * @param period nanoseconds between two samples
   * @param now {@link System#nanoTime}
   */
  public StatsRecorder(EnumSet<Metric> metrics, long period, long now) {
    this.metrics = metrics;
    this.period = period;
    this.lastSample = now;
    for (Metric metric : metrics) {
      samples[metric.ordinal()] = new Samples();
    }
    // A controller that goes by utilization needs it even if nobody asked to see it.
    samples[Metric.UTILIZATION.ordinal()] = new Samples();
  }

  /** Whether the time of tasks has to be taken. */
  boolean timesTasks() {
    return metrics.contains(Metric.QUEUE_LATENCY) || metrics.contains(Metric.TASK_LATENCY);
  }

  /** A task was submitted. */
  public void arrived() {
    arrivals++;
  }

  /** A task found no room. */
  public void rejected() {
    rejections++;
  }

  /** A task has ended. */
  public void completed() {
    completions++;
  }

  /** A task has waited, or run, for so long. */
  public void latency(Metric metric, long nanos) {
    add(metric, nanos);
  }

  boolean quietSinceLastSample() {
    return arrivals == 0 && completions == 0 && rejections == 0;
  }

  /** Takes one sample of the state, and the rates since the sample before. */
  public void sample(long now, int workers, int busy, int queued) {
    double seconds = Math.max(now - lastSample, 1) / NANOS_PER_SECOND;
    add(Metric.TASK_ARRIVAL_RATE, arrivals / seconds);
    add(Metric.TASK_COMPLETION_RATE, completions / seconds);
    add(Metric.TASK_REJECTION_RATE, rejections / seconds);
    add(Metric.QUEUE_LENGTH, queued);
    add(Metric.UTILIZATION, workers == 0 ? 0 : (double) busy / workers);
    arrivals = 0;
    completions = 0;
    rejections = 0;
    lastSample = now;
  }

  /** Makes up for the samples left out while nothing happened. */
  void sampleIdle(long now, int workers) {
    long missed = Math.min((now - lastSample) / period, MOST_IDLE_SAMPLES);
    for (long i = 0; i < missed; i++) {
      sample(now, workers, 0, 0);
    }
    lastSample = now;
  }

  /** Returns what was seen since the last {@link #clear}. */
  public Stats snapshot(int workers) {
    double[][] sorted = new double[samples.length][];
    for (int i = 0; i < samples.length; i++) {
      sorted[i] = samples[i] == null ? new double[0] : samples[i].sorted();
    }
    return new Stats(metrics, workers, sorted);
  }

  /** Forgets what was seen. */
  public void clear() {
    for (Samples each : samples) {
      if (each != null) {
        each.clear();
      }
    }
  }

  private void add(Metric metric, double value) {
    Samples of = samples[metric.ordinal()];
    if (of != null) {
      of.add(value);
    }
  }
}
