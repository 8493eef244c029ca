package weir.executor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class StatsTest {

  private static final long MS = 1_000_000; // nanoseconds

  private static StatsRecorder recorder(EnumSet<Metric> metrics) {
    return new StatsRecorder(metrics, 25 * MS, 0);
  }

  @Test
  void quantilesInterpolateBetweenSamples() {
    StatsRecorder recorder = recorder(EnumSet.allOf(Metric.class));
    for (int i = 10; i >= 0; i--) {
      recorder.latency(Metric.QUEUE_LATENCY, i);
    }
    Stats stats = recorder.snapshot(3);
    assertEquals(0, stats.getQueueLatency(0));
    assertEquals(5, stats.getQueueLatency(0.5));
    assertEquals(9.5, stats.getQueueLatency(0.95), 1e-9);
    assertEquals(10, stats.getQueueLatency(1));
    assertEquals(5, stats.mean(Metric.QUEUE_LATENCY));
    assertEquals(3, stats.getNumWorkers());
    assertThrows(IllegalArgumentException.class, () -> stats.getQueueLatency(1.1));
    assertThrows(IllegalArgumentException.class, () -> stats.getQueueLatency(Double.NaN));
  }

  @Test
  void ratesArePerSecond() {
    StatsRecorder recorder = recorder(EnumSet.allOf(Metric.class));
    for (int i = 0; i < 50; i++) {
      recorder.arrived();
    }
    recorder.completed();
    recorder.rejected();
    recorder.sample(25 * MS, 4, 1, 7);
    Stats stats = recorder.snapshot(4);
    assertEquals(2000, stats.getTaskArrivalRate(1), 1e-6);
    assertEquals(40, stats.getTaskCompletionRate(1), 1e-6);
    assertEquals(40, stats.getTaskRejectionRate(1), 1e-6);
    assertEquals(0.25, stats.getUtilization(1));
    assertEquals(7, stats.getQueueLength(1));
  }

  @Test
  void pausedSamplingCountsAsIdleTime() {
    StatsRecorder recorder = recorder(EnumSet.allOf(Metric.class));
    recorder.sample(25 * MS, 1, 1, 0);
    recorder.sampleIdle(100 * MS, 1);
    assertEquals(0.25, recorder.snapshot(1).mean(Metric.UTILIZATION));
  }

  @Test
  void sampleStaysBoundedAndFair() {
    Samples samples = new Samples();
    for (int i = 0; i < 1_000_000; i++) {
      samples.add(i);
    }
    double[] kept = samples.sorted();
    assertEquals(1024, kept.length);
    // The median of 1024 uniform samples is within 0.1 of the middle but for one in 10^9 runs.
    assertEquals(500_000, kept[512], 100_000);
  }

  @Test
  void metricThatWasNotMeasuredIsZeroAndTakesNoTime() {
    StatsRecorder recorder = recorder(EnumSet.noneOf(Metric.class));
    recorder.latency(Metric.TASK_LATENCY, 5);
    recorder.arrived();
    recorder.sample(25 * MS, 1, 1, 1);
    Stats stats = recorder.snapshot(1);
    assertEquals(0, stats.getTaskLatency(0.5));
    assertEquals(0, stats.getTaskArrivalRate(0.5));
    assertEquals(1, stats.getUtilization(0.5), "the controller always gets the utilization");
    assertTrue(stats.getMetrics().isEmpty());
    assertTrue(!recorder.timesTasks());
  }

  @Test
  void listenerGetsTheStatisticsOfEachControlPeriod() throws Exception {
    BlockingQueue<Stats> seen = new LinkedBlockingQueue<>();
    InstrumentedExecutor pool =
        ExecutorBuilder.fixed(2).samplePeriod(1).controlPeriod(10).statsListener(seen::add).build();
    try {
      CountDownLatch release = new CountDownLatch(1);
      pool.execute(
          () -> {
            try {
              release.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          });
      Stats busy;
      do {
        busy = seen.take();
      } while (busy.getUtilization(1) < 0.5);
      assertEquals(2, busy.getNumWorkers());
      release.countDown();
      Stats done;
      do {
        done = seen.take();
      } while (done.getTaskLatency(1) == 0);
      assertTrue(done.getTaskLatency(1) >= done.getQueueLatency(1));
      assertTrue(pool.getLastStats().getMetrics().equals(EnumSet.allOf(Metric.class)));
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void listenerThatFailsDoesNotKeepOthersFromTheStatistics() {
    StatsListeners listeners = new StatsListeners();
    BlockingQueue<Stats> seen = new LinkedBlockingQueue<>();
    listeners.add(
        stats -> {
          throw new IllegalStateException("thrown on purpose");
        });
    listeners.add(seen::add);
    listeners.accept(Stats.empty(EnumSet.noneOf(Metric.class)));
    assertEquals(1, seen.size());
  }
}
