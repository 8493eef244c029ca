package weir.executor;

import io.aleph.dirigiste.Executor;
import java.util.EnumSet;

/**
 * A controller written for Dirigiste, which programs that were built on it may still have on their
 * class path. This class is loaded only when such a controller turns up.
 */
final class DirigisteController implements Controller {

  private final Executor.Controller controller;

  private DirigisteController(Executor.Controller controller) {
    this.controller = controller;
  }

  /** Any controller as one of ours; null if it is none. */
  static Controller adapt(Object controller) {
    return controller instanceof Executor.Controller c ? new DirigisteController(c) : null;
  }

  @Override
  public boolean shouldIncrement(int numWorkers) {
    return controller.shouldIncrement(numWorkers);
  }

  @Override
  public int adjustment(Stats stats) {
    return controller.adjustment(new View(stats));
  }

  /** Our statistics under the other name. */
  static final class View extends io.aleph.dirigiste.Stats {
    private static final double[] NO_DOUBLES = {};
    private static final long[] NO_LONGS = {};

    private final Stats stats;

    View(Stats stats) {
      super(
          metrics(stats),
          stats.getNumWorkers(),
          NO_DOUBLES,
          NO_DOUBLES,
          NO_DOUBLES,
          NO_DOUBLES,
          NO_LONGS,
          NO_LONGS,
          NO_LONGS);
      this.stats = stats;
    }

    private static EnumSet<Metric> metrics(Stats stats) {
      EnumSet<Metric> out = EnumSet.noneOf(Metric.class);
      stats.getMetrics().forEach(metric -> out.add(Metric.valueOf(metric.name())));
      return out;
    }

    @Override
    public double getMeanUtilization() {
      return stats.mean(weir.executor.Metric.UTILIZATION);
    }

    @Override
    public double getUtilization(double quantile) {
      return stats.getUtilization(quantile);
    }

    @Override
    public double getMeanTaskArrivalRate() {
      return stats.mean(weir.executor.Metric.TASK_ARRIVAL_RATE);
    }

    @Override
    public double getTaskArrivalRate(double quantile) {
      return stats.getTaskArrivalRate(quantile);
    }

    @Override
    public double getMeanTaskCompletionRate() {
      return stats.mean(weir.executor.Metric.TASK_COMPLETION_RATE);
    }

    @Override
    public double getTaskCompletionRate(double quantile) {
      return stats.getTaskCompletionRate(quantile);
    }

    @Override
    public double getMeanTaskRejectionRate() {
      return stats.mean(weir.executor.Metric.TASK_REJECTION_RATE);
    }

    @Override
    public double getTaskRejectionRate(double quantile) {
      return stats.getTaskRejectionRate(quantile);
    }

    @Override
    public double getMeanQueueLength() {
      return stats.mean(weir.executor.Metric.QUEUE_LENGTH);
    }

    @Override
    public double getQueueLength(double quantile) {
      return stats.getQueueLength(quantile);
    }

    @Override
    public double getMeanQueueLatency() {
      return stats.mean(weir.executor.Metric.QUEUE_LATENCY);
    }

    @Override
    public double getQueueLatency(double quantile) {
      return stats.getQueueLatency(quantile);
    }

    @Override
    public double getMeanTaskLatency() {
      return stats.mean(weir.executor.Metric.TASK_LATENCY);
    }

    @Override
    public double getTaskLatency(double quantile) {
      return stats.getTaskLatency(quantile);
    }
  }
}
