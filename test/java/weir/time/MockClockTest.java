package weir.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import clojure.lang.IFn;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class MockClockTest {

  private final MockClock clock = new MockClock();
  private final List<Object> seen = new ArrayList<>();

  private Runnable note(Object what) {
    return () -> seen.add(what);
  }

  private Runnable noteTime() {
    return () -> seen.add(clock.now());
  }

  private static boolean cancel(Object handle) {
    return (Boolean) ((IFn) handle).invoke();
  }

  @Test
  void functionDueNowRunsBeforeInReturns() {
    clock.in(0, note("a"));
    clock.in(-5, note("b"));
    assertEquals(List.of("a", "b"), seen);
  }

  @Test
  void nothingRunsBeforeItIsDue() {
    clock.in(5, note("a"));
    clock.advance(4.9);
    assertEquals(List.of(), seen);
    clock.advance(0.1);
    assertEquals(List.of("a"), seen);
  }

  @Test
  void eachFunctionSeesTheTimeAtWhichItIsDue() {
    clock.in(3, noteTime());
    clock.in(1.5, noteTime());
    clock.advance(10);
    assertEquals(List.of(1.5, 3.0), seen);
    assertEquals(10, clock.now());
  }

  @Test
  void initialTimeIsKept() {
    MockClock later = new MockClock(1000);
    later.advance(1);
    assertEquals(1001, later.now());
    assertEquals(1001, later.epochMillis());
  }

  @Test
  void periodicFunctionRunsSixTimesInFivePeriods() {
    clock.every(0, 1, noteTime());
    clock.advance(5);
    assertEquals(List.of(0.0, 1.0, 2.0, 3.0, 4.0, 5.0), seen);
  }

  /** [Defect] One function object scheduled twice for one instant ran once, in the reference. */
  @Test
  void oneFunctionScheduledTwiceForOneInstantRunsTwice() {
    Runnable f = note("f");
    clock.in(5, f);
    clock.in(5, f);
    clock.advance(5);
    assertEquals(List.of("f", "f"), seen);
  }

  /** [Defect] The order within one instant was arbitrary, in the reference. */
  @Test
  void functionsOfOneInstantRunFirstInFirstOut() {
    List<Object> expected = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      clock.in(5, note(i));
      expected.add(i);
    }
    clock.advance(5);
    assertEquals(expected, seen);
  }

  @Test
  void functionScheduledByAFunctionRunsInTheSameAdvance() {
    clock.in(1, () -> clock.in(1, noteTime()));
    clock.advance(2);
    assertEquals(List.of(2.0), seen);
  }

  @Test
  void cancelledFunctionNeverRuns() {
    Object handle = clock.in(5, note("a"));
    assertTrue(cancel(handle));
    assertFalse(cancel(handle));
    assertEquals(0, clock.pending());
    clock.advance(10);
    assertEquals(List.of(), seen);
  }

  @Test
  void periodicFunctionMayCancelItself() {
    AtomicReference<Object> handle = new AtomicReference<>();
    handle.set(
        clock.every(
            1,
            1,
            () -> {
              seen.add(clock.now());
              if (seen.size() == 2) {
                cancel(handle.get());
              }
            }));
    clock.advance(10);
    assertEquals(List.of(1.0, 2.0), seen);
    assertEquals(0, clock.pending());
  }

  @Test
  void throwingFunctionStopsNothingElse() {
    clock.in(
        1,
        () -> {
          throw new IllegalStateException("thrown on purpose");
        });
    clock.in(1, note("after"));
    clock.advance(1);
    assertEquals(List.of("after"), seen);
  }

  @Test
  void throwingPeriodicFunctionIsNotRunAgain() {
    clock.every(
        1,
        1,
        () -> {
          seen.add("run");
          throw new IllegalStateException("thrown on purpose");
        });
    clock.advance(5);
    assertEquals(List.of("run"), seen);
    assertEquals(0, clock.pending());
  }

  @Test
  void functionMayMoveTheClock() {
    clock.in(1, () -> clock.advance(10));
    clock.in(5, noteTime());
    clock.advance(2);
    assertEquals(List.of(5.0), seen);
    assertEquals(11, clock.now(), "time doesn't go back to the target of the outer advance");
  }

  @Test
  void zeroPeriodIsAnAssertionError() {
    assertThrows(AssertionError.class, () -> clock.every(0, 0, () -> {}));
  }

  @Test
  void timeDoesNotGoBack() {
    assertThrows(IllegalArgumentException.class, () -> clock.advance(-1));
    assertThrows(IllegalArgumentException.class, () -> clock.advance(Double.NaN));
  }
}
