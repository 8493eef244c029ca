package weir.http.client;

import java.util.EnumSet;
import weir.executor.Metric;
import weir.executor.Stats;
import weir.executor.StatsRecorder;

/** How busy one origin is; it costs nothing until somebody asks. Only for events of the pool. */
final class OriginStats {

  private StatsRecorder recorder; // null until somebody asks

  void arrived() {
    if (recorder != null) {
      recorder.arrived();
    }
  }

  void rejected() {
    if (recorder != null) {
      recorder.rejected();
    }
  }

  /** An exchange that began to wait then has a connection now; returns what {@link #ended} takes. */
  long leased(long waitingSince) {
    if (recorder == null) {
      return 0;
    }
    recorder.latency(Metric.QUEUE_LATENCY, System.nanoTime() - waitingSince);
    return waitingSince;
  }

  /**
   * An exchange has ended.
   *
   * @param askedSince 0 if nobody wanted to know when it began
   */
  void ended(long askedSince) {
    if (recorder != null && askedSince != 0) {
      recorder.completed();
      recorder.latency(Metric.TASK_LATENCY, System.nanoTime() - askedSince);
    }
  }

  void sample(int open, int busy, int waiting) {
    long now = System.nanoTime();
    if (recorder == null) {
      recorder = new StatsRecorder(EnumSet.allOf(Metric.class), 1, now);
    }
    recorder.sample(now, open, busy, waiting);
  }

  /** Returns what was measured since the last time; after a {@link #sample}. */
  Stats takeSnapshot(int open) {
    Stats stats = recorder.snapshot(open);
    recorder.clear();
    return stats;
  }
}
