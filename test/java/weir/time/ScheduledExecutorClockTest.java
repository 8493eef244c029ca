package weir.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import clojure.lang.IFn;
import java.lang.ref.WeakReference;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ScheduledExecutorClockTest {

  private static final double AN_HOUR = 3_600_000;

  private final ScheduledThreadPoolExecutor scheduler = new ScheduledThreadPoolExecutor(1);
  private final ScheduledExecutorClock clock = new ScheduledExecutorClock(scheduler);

  @AfterEach
  void shutDown() {
    scheduler.shutdownNow();
  }

  private static boolean cancel(Object handle) {
    return (Boolean) ((IFn) handle).invoke();
  }

  @Test
  void functionRunsOnTheScheduler() throws Exception {
    CountDownLatch ran = new CountDownLatch(2);
    clock.in(1, ran::countDown);
    clock.in(Double.NEGATIVE_INFINITY, ran::countDown);
    ran.await();
  }

  @Test
  void cancelledFunctionLeavesTheSchedulerAndIsLetGo() {
    byte[] big = new byte[1024];
    Runnable f = () -> assertEquals(0, big.length);
    WeakReference<Runnable> ref = new WeakReference<>(f);
    Object handle = clock.in(AN_HOUR, f);
    assertEquals(1, scheduler.getQueue().size());
    assertTrue(cancel(handle));
    assertFalse(cancel(handle));
    assertEquals(0, scheduler.getQueue().size());
    f = null;
    Collected.await(ref);
  }

  @Test
  void throwingPeriodicFunctionIsNotRunAgain() throws Exception {
    AtomicInteger runs = new AtomicInteger();
    clock.every(
        0,
        0.001,
        () -> {
          runs.incrementAndGet();
          throw new IllegalStateException("thrown on purpose");
        });
    CountDownLatch ticks = new CountDownLatch(20);
    Object handle = clock.every(1, 1, ticks::countDown);
    ticks.await();
    assertTrue(cancel(handle));
    assertEquals(1, runs.get());
  }

  @Test
  void endlessDelayDoesNotOverflow() throws Exception {
    Object endless = clock.in(Double.POSITIVE_INFINITY, () -> {});
    CountDownLatch ran = new CountDownLatch(1);
    clock.in(0, ran::countDown);
    ran.await();
    assertTrue(cancel(endless));
  }

  @Test
  void schedulerThatWasShutDownRefuses() {
    scheduler.shutdown();
    assertThrows(RejectedExecutionException.class, () -> clock.in(1, () -> {}));
  }

  @Test
  void zeroPeriodIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> clock.every(0, 0, () -> {}));
  }
}
