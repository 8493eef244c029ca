package weir.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import clojure.lang.IFn;
import java.lang.ref.WeakReference;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import weir.executor.CurrentExecutor;

@Timeout(30)
class SystemClockTest {

  private static final double AN_HOUR = 3_600_000;

  private final SystemClock clock = SystemClock.instance();

  private static boolean cancel(Object handle) {
    return (Boolean) ((IFn) handle).invoke();
  }

  @Test
  void functionRunsNoEarlierThanAsked() throws Exception {
    BlockingQueue<Double> ran = new LinkedBlockingQueue<>();
    double start = clock.now();
    clock.in(20, () -> ran.add(clock.now()));
    assertTrue(ran.take() - start >= 20);
  }

  @Test
  void earlierTimerOvertakesALaterOne() throws Exception {
    BlockingQueue<String> ran = new LinkedBlockingQueue<>();
    clock.in(AN_HOUR, () -> ran.add("late"));
    clock.in(1, () -> ran.add("soon"));
    assertEquals("soon", ran.take());
  }

  /** T7, issue 148: a blocking function stalled every timer of the process. */
  @Test
  void blockedFunctionsDelayNoOther() throws Exception {
    int blocked = 50;
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch entered = new CountDownLatch(blocked);
    for (int i = 0; i < blocked; i++) {
      clock.in(
          0,
          () -> {
            entered.countDown();
            awaitQuietly(release);
          });
    }
    entered.await();
    CountDownLatch other = new CountDownLatch(1);
    clock.in(1, other::countDown);
    other.await();
    release.countDown();
  }

  @Test
  void userFunctionsRunOnSchedulerThreadsWithoutAnExecutor() throws Exception {
    BlockingQueue<Object> seen = new LinkedBlockingQueue<>();
    clock.in(
        0,
        () -> {
          seen.add(Thread.currentThread().getName());
          seen.add(Thread.currentThread().isDaemon());
          seen.add(CurrentExecutor.get() == null);
        });
    assertTrue(seen.take().toString().startsWith("manifold-scheduler-pool-"));
    assertEquals(true, seen.take());
    assertEquals(true, seen.take());
  }

  @Test
  void inlineTasksStayOnTheTimerThread() throws Exception {
    BlockingQueue<String> thread = new LinkedBlockingQueue<>();
    InlineTask task = () -> thread.add(Thread.currentThread().getName());
    clock.in(0, task);
    assertEquals("weir-timer", thread.take());
  }

  @Test
  void inlineTaskThatThrowsDoesNotEndTheTimerThread() throws Exception {
    InlineTask task =
        () -> {
          throw new IllegalStateException("thrown on purpose");
        };
    clock.in(0, task);
    CountDownLatch after = new CountDownLatch(1);
    clock.in(1, after::countDown);
    after.await();
  }

  @Test
  void cancelledTimerLeavesAtOnceAndLetsItsFunctionGo() {
    byte[] big = new byte[1024];
    Runnable f = () -> assertNull(big);
    WeakReference<Runnable> ref = new WeakReference<>(f);
    int before = clock.pending();
    Object handle = clock.in(AN_HOUR, f);
    assertEquals(before + 1, clock.pending());
    assertTrue(cancel(handle));
    assertEquals(before, clock.pending());
    assertFalse(cancel(handle));
    f = null;
    Collected.await(ref);
  }

  @Test
  void millionCancelledTimersLeaveNothingBehind() {
    int before = clock.pending();
    for (int i = 0; i < 1_000_000; i++) {
      cancel(clock.in(AN_HOUR, () -> {}));
    }
    // The clock is everybody's: timers that were there before may go or be replaced meanwhile.
    assertTrue(clock.pending() < before + 1000, clock.pending() + " are left, before: " + before);
  }

  @Test
  void runsOfOnePeriodicFunctionNeverOverlap() throws Exception {
    AtomicInteger inside = new AtomicInteger();
    AtomicBoolean overlapped = new AtomicBoolean();
    CountDownLatch runs = new CountDownLatch(200);
    Object handle =
        clock.every(
            0,
            0.01,
            () -> {
              if (inside.incrementAndGet() > 1) {
                overlapped.set(true);
              }
              Thread.yield();
              inside.decrementAndGet();
              runs.countDown();
            });
    runs.await();
    assertTrue(cancel(handle));
    assertFalse(overlapped.get());
  }

  @Test
  void throwingPeriodicFunctionIsNotRunAgain() throws Exception {
    AtomicInteger runs = new AtomicInteger();
    CountDownLatch ran = new CountDownLatch(1);
    Object handle =
        clock.every(
            0,
            1,
            () -> {
              runs.incrementAndGet();
              ran.countDown();
              throw new IllegalStateException("thrown on purpose");
            });
    ran.await();
    CountDownLatch later = new CountDownLatch(20);
    Object ticks = clock.every(0, 1, later::countDown);
    later.await();
    cancel(ticks);
    cancel(handle);
    assertEquals(1, runs.get());
  }

  @Test
  void timersFromManyThreadsAllFireOnce() throws Exception {
    int threads = 8;
    int each = 2000;
    CountDownLatch fired = new CountDownLatch(threads * each);
    AtomicInteger count = new AtomicInteger();
    for (int t = 0; t < threads; t++) {
      int offset = t;
      new Thread(
              () -> {
                for (int i = 0; i < each; i++) {
                  clock.in(
                      (i * 7 + offset) % 20 / 2.0,
                      () -> {
                        count.incrementAndGet();
                        fired.countDown();
                      });
                }
              })
          .start();
    }
    assertTrue(fired.await(20, TimeUnit.SECONDS));
    assertEquals(threads * each, count.get());
  }

  @Test
  void endlessDelayIsAccepted() {
    assertTrue(cancel(clock.in(Double.POSITIVE_INFINITY, () -> {})));
    assertTrue(cancel(clock.in(Double.MAX_VALUE, () -> {})));
  }

  @Test
  void zeroPeriodIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> clock.every(0, 0, () -> {}));
    assertThrows(IllegalArgumentException.class, () -> clock.every(0, Double.NaN, () -> {}));
    assertThrows(IllegalArgumentException.class, () -> clock.in(Double.NaN, () -> {}));
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
