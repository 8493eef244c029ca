package weir.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import manifold.time.IClock;
import org.junit.jupiter.api.Test;

class CurrentClockTest {

  /** An implementation by somebody else: it schedules, and knows nothing of this library. */
  private static final IClock FOREIGN =
      new IClock() {
        @Override
        public Object in(double intervalMs, Runnable f) {
          return null;
        }

        @Override
        public Object every(double delayMs, double periodMs, Runnable f) {
          return null;
        }
      };

  @Test
  void mockClockIsReadInsteadOfTheSystem() {
    MockClock clock = new MockClock(7);
    assertEquals(7, CurrentClock.now(clock));
    assertEquals(7, CurrentClock.epochMillis(clock));
  }

  @Test
  void foreignClockRunsWithTheSystem() {
    double before = SystemClock.instance().now();
    double now = CurrentClock.now(FOREIGN);
    assertTrue(before <= now && now <= SystemClock.instance().now());
    long epoch = System.currentTimeMillis();
    assertTrue(CurrentClock.epochMillis(FOREIGN) >= epoch);
  }
}
