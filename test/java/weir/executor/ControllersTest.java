package weir.executor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ControllersTest {

  private static Stats stats(int workers, int busy) {
    StatsRecorder recorder = new StatsRecorder(EnumSet.noneOf(Metric.class), 1, 0);
    recorder.sample(1, workers, busy, 0);
    return recorder.snapshot(workers);
  }

  @ParameterizedTest
  @CsvSource({
    "100, 0, -25", // never more than a quarter
    "100, 90, 0",
    "100, 80, -11",
    "100, 100, 12",
    "2, 0, -1", // at least one, or small pools would never shrink
    "120, 120, 5", // not beyond the maximum
    "0, 0, 0",
  })
  void utilizationControllerAims(int workers, int busy, int change) {
    int adjustment = Controllers.utilization(0.9, 125).adjustment(stats(workers, busy));
    assertEquals(workers == 0 ? 0 : change, Math.max(adjustment, -workers));
  }

  @Test
  void fixedControllerReplacesWhatIsMissing() {
    Controller controller = Controllers.fixed(4);
    assertEquals(3, controller.adjustment(stats(1, 0)));
    assertEquals(0, controller.adjustment(stats(4, 0)));
    assertTrue(controller.shouldIncrement(3));
    assertFalse(controller.shouldIncrement(4));
  }

  @Test
  void controllerOfDirigisteIsAccepted() {
    AtomicReference<io.aleph.dirigiste.Stats> seen = new AtomicReference<>();
    Controller controller =
        Controller.of(
            new io.aleph.dirigiste.Executor.Controller() {
              @Override
              public boolean shouldIncrement(int numWorkers) {
                return numWorkers < 3;
              }

              @Override
              public int adjustment(io.aleph.dirigiste.Stats stats) {
                seen.set(stats);
                return -2;
              }
            });
    assertTrue(controller.shouldIncrement(2));
    assertFalse(controller.shouldIncrement(3));
    assertEquals(-2, controller.adjustment(stats(4, 2)));
    assertEquals(4, seen.get().getNumWorkers());
    assertEquals(0.5, seen.get().getUtilization(0.9));
    assertEquals(0.5, seen.get().getMeanUtilization());
    assertEquals(0, seen.get().getTaskLatency(0.5));
  }

  @Test
  void ownControllerStaysWhatItIsAndOthersAreRefused() {
    Controller own = Controllers.fixed(1);
    assertSame(own, Controller.of(own));
    assertThrows(IllegalArgumentException.class, () -> Controller.of("controller"));
  }
}
