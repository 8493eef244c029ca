package weir.executor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class WorkerPoolTest {

  private final CountDownLatch release = new CountDownLatch(1);
  private InstrumentedExecutor pool;

  @AfterEach
  void shutDown() {
    release.countDown();
    if (pool != null) {
      pool.shutdownNow();
    }
  }

  private InstrumentedExecutor use(ExecutorBuilder builder) {
    pool = builder.build();
    return pool;
  }

  private static ExecutorBuilder oneThread() {
    return ExecutorBuilder.controlledBy(Controllers.fixed(1));
  }

  /** Occupies threads until the end of the test. */
  private void block(int tasks) throws InterruptedException {
    CountDownLatch entered = new CountDownLatch(tasks);
    for (int i = 0; i < tasks; i++) {
      pool.executeWithoutRejection(
          () -> {
            entered.countDown();
            awaitQuietly(release);
          });
    }
    entered.await();
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** T15, issue 152: a fixed executor ran one task at a time for ten seconds. */
  @Test
  void fixedExecutorUsesAllItsThreadsAtOnce() throws Exception {
    int threads = 8;
    use(ExecutorBuilder.fixed(threads));
    assertEquals(threads, pool.getStats().getNumWorkers());
    CyclicBarrier together = new CyclicBarrier(threads + 1);
    for (int i = 0; i < threads; i++) {
      pool.submit((Callable<Integer>) together::await);
    }
    together.await(20, TimeUnit.SECONDS);
  }

  @Test
  void fixedExecutorNeverHasMoreThreadsAndQueuesTheRest() throws Exception {
    use(ExecutorBuilder.fixed(2));
    block(2);
    AtomicInteger ran = new AtomicInteger();
    for (int i = 0; i < 5000; i++) {
      pool.execute(ran::incrementAndGet);
    }
    assertEquals(2, pool.getStats().getNumWorkers());
    assertEquals(0, ran.get());
    release.countDown();
    pool.shutdown();
    assertTrue(pool.awaitTermination(20, TimeUnit.SECONDS));
    assertEquals(5000, ran.get());
  }

  @Test
  void queuedTasksRunInOrder() throws Exception {
    use(oneThread().queueLength(100));
    block(1);
    List<Integer> seen = new java.util.ArrayList<>();
    for (int i = 0; i < 100; i++) {
      int n = i;
      pool.execute(() -> seen.add(n));
    }
    release.countDown();
    pool.shutdown();
    assertTrue(pool.awaitTermination(20, TimeUnit.SECONDS));
    assertEquals(java.util.stream.IntStream.range(0, 100).boxed().toList(), seen);
  }

  @Test
  void fullQueueWithoutPermissionToGrowRefuses() throws Exception {
    use(oneThread().queueLength(2));
    block(1);
    pool.execute(() -> {});
    pool.execute(() -> {});
    RejectedExecutionException e =
        assertThrows(RejectedExecutionException.class, () -> pool.execute(() -> {}));
    assertTrue(e.getMessage().contains("workers 1, busy 1, queued 2"), e.getMessage());
  }

  /** The first threads count as idle before they run. */
  @Test
  void newPoolWithoutQueueTakesATaskForEachOfItsThreads() {
    for (int i = 0; i < 100; i++) {
      use(ExecutorBuilder.fixed(3).queueLength(0));
      CountDownLatch ran = new CountDownLatch(3);
      for (int j = 0; j < 3; j++) {
        pool.execute(
            () -> {
              ran.countDown();
              awaitQuietly(ran);
            });
      }
      awaitQuietly(ran);
      pool.shutdownNow();
    }
  }

  @Test
  void withoutQueueABusyPoolRefuses() throws Exception {
    use(oneThread());
    block(1);
    assertThrows(RejectedExecutionException.class, () -> pool.execute(() -> {}));
  }

  @Test
  void controllerIsAskedOnlyWhenTheQueueIsFull() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    use(
        ExecutorBuilder.controlledBy(
                new Controller() {
                  @Override
                  public boolean shouldIncrement(int numWorkers) {
                    asked.incrementAndGet();
                    return numWorkers < 2;
                  }

                  @Override
                  public int adjustment(Stats stats) {
                    return 0;
                  }
                })
            .queueLength(1));
    block(1);
    pool.execute(() -> awaitQuietly(release));
    assertEquals(0, asked.get());
    pool.execute(() -> awaitQuietly(release));
    assertEquals(1, asked.get());
    assertEquals(2, pool.getStats().getNumWorkers());
  }

  @Test
  void controllerMayCallBackIntoTheExecutor() throws Exception {
    use(
        ExecutorBuilder.controlledBy(
            new Controller() {
              @Override
              public boolean shouldIncrement(int numWorkers) {
                // From another thread: would hang if a lock were held here.
                return onOtherThread(() -> pool.getStats().getNumWorkers()) < 3;
              }

              @Override
              public int adjustment(Stats stats) {
                return 0;
              }
            }));
    block(3);
    assertThrows(RejectedExecutionException.class, () -> pool.execute(() -> {}));
  }

  private static <T> T onOtherThread(Callable<T> call) {
    java.util.concurrent.FutureTask<T> task = new java.util.concurrent.FutureTask<>(call);
    new Thread(task).start();
    try {
      return task.get(10, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void manySubmittersNeverExceedTheMaximum() throws Exception {
    int most = 7;
    use(ExecutorBuilder.utilization(0.9, most).controlPeriod(1));
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger peak = new AtomicInteger();
    CountDownLatch done = new CountDownLatch(8 * 2000);
    for (int t = 0; t < 8; t++) {
      new Thread(
              () -> {
                for (int i = 0; i < 2000; i++) {
                  submitSurely(
                      () -> {
                        peak.accumulateAndGet(inside.incrementAndGet(), Math::max);
                        inside.decrementAndGet();
                        done.countDown();
                      });
                }
              })
          .start();
    }
    assertTrue(done.await(20, TimeUnit.SECONDS));
    assertTrue(peak.get() <= most, "at once: " + peak.get());
    int workers = pool.getStats().getNumWorkers();
    assertTrue(1 <= workers && workers <= most, "workers: " + workers);
  }

  private void submitSurely(Runnable task) {
    try {
      pool.executeWithoutRejection(task);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void utilizationExecutorGrowsOnDemandUpToItsMaximum() throws Exception {
    use(ExecutorBuilder.utilization(0.9, 4));
    assertEquals(1, pool.getStats().getNumWorkers());
    block(4);
    assertEquals(4, pool.getStats().getNumWorkers());
    assertThrows(RejectedExecutionException.class, () -> pool.execute(() -> {}));
  }

  @Test
  void idleUtilizationExecutorShrinksToOneThread() throws Exception {
    CountDownLatch small = new CountDownLatch(1);
    use(
        ExecutorBuilder.utilization(0.9, 100)
            .samplePeriod(1)
            .controlPeriod(5)
            .statsListener(
                stats -> {
                  if (release.getCount() == 0 && stats.getNumWorkers() == 1) {
                    small.countDown();
                  }
                }));
    block(20);
    release.countDown();
    small.await();
  }

  @Test
  void failedTaskLeavesItsThreadAtWork() throws Exception {
    use(ExecutorBuilder.fixed(1));
    BlockingQueue<Thread> threads = new LinkedBlockingQueue<>();
    pool.execute(() -> threads.add(Thread.currentThread()));
    pool.execute(
        () -> {
          throw new AssertionError("thrown on purpose");
        });
    pool.execute(() -> threads.add(Thread.currentThread()));
    assertSame(threads.take(), threads.take());
  }

  @Test
  void interruptOfOneTaskDoesNotReachTheNext() throws Exception {
    use(ExecutorBuilder.fixed(1));
    pool.execute(() -> Thread.currentThread().interrupt());
    assertFalse(pool.submit(() -> Thread.currentThread().isInterrupted()).get());
  }

  @Test
  void threadsCarryTheExecutorUnlessToldOtherwise() throws Exception {
    use(ExecutorBuilder.fixed(1));
    assertSame(pool, pool.submit((Callable<Executor>) CurrentExecutor::get).get());
    pool.shutdownNow();
    use(ExecutorBuilder.fixed(1).onto(false));
    assertNull(pool.submit((Callable<Executor>) CurrentExecutor::get).get());
    pool.shutdownNow();
    use(ExecutorBuilder.fixed(1).threadFactory(new DaemonThreads("test-")).onto(true));
    assertNull(pool.submit((Callable<Executor>) CurrentExecutor::get).get());
  }

  @Test
  void defaultThreadsAreNamedDaemons() throws Exception {
    use(ExecutorBuilder.fixed(1));
    Thread thread = pool.submit(Thread::currentThread).get();
    assertTrue(thread.getName().matches("manifold-pool-\\d+-0"), thread.getName());
    assertTrue(thread.isDaemon());
  }

  @Test
  void threadFactoryThatFailsCostsNoPlace() {
    AtomicInteger calls = new AtomicInteger();
    use(
        ExecutorBuilder.utilization(0.9, 1)
            .initialThreads(0)
            .threadFactory(
                task -> {
                  if (calls.getAndIncrement() == 0) {
                    throw new IllegalStateException("thrown on purpose");
                  }
                  return calls.get() == 2 ? null : new Thread(task);
                }));
    assertThrows(IllegalStateException.class, () -> pool.execute(() -> {}));
    assertThrows(RejectedExecutionException.class, () -> pool.execute(() -> {}));
    CountDownLatch ran = new CountDownLatch(1);
    pool.execute(ran::countDown);
    awaitQuietly(ran);
  }

  @Test
  void withoutInitialThreadsTheFirstTaskMakesOne() throws Exception {
    use(oneThread().initialThreads(0).queueLength(10));
    assertEquals(0, pool.getStats().getNumWorkers());
    assertEquals(1, pool.submit(() -> 1).get());
  }

  @Test
  void shutdownRunsWhatIsQueuedAndRefusesTheRest() throws Exception {
    use(ExecutorBuilder.fixed(1));
    block(1);
    CountDownLatch ran = new CountDownLatch(1);
    pool.execute(ran::countDown);
    pool.shutdown();
    assertThrows(RejectedExecutionException.class, () -> pool.execute(() -> {}));
    assertTrue(pool.isShutdown());
    assertFalse(pool.isTerminated());
    assertFalse(pool.awaitTermination(1, TimeUnit.MILLISECONDS));
    release.countDown();
    ran.await();
    assertTrue(pool.awaitTermination(20, TimeUnit.SECONDS));
    assertTrue(pool.isTerminated());
  }

  @Test
  void shutdownNowInterruptsAndReturnsWhatIsQueued() throws Exception {
    use(ExecutorBuilder.fixed(1));
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    pool.execute(
        () -> {
          entered.countDown();
          try {
            release.await();
          } catch (InterruptedException e) {
            interrupted.countDown();
          }
        });
    entered.await();
    Runnable queued = () -> {};
    pool.execute(queued);
    assertEquals(List.of(queued), pool.shutdownNow());
    interrupted.await();
    assertTrue(pool.awaitTermination(20, TimeUnit.SECONDS));
  }

  @Test
  void idlePoolTerminatesAtShutdown() throws Exception {
    use(ExecutorBuilder.fixed(4));
    pool.submit(() -> 1).get();
    pool.shutdown();
    assertTrue(pool.awaitTermination(20, TimeUnit.SECONDS));
  }

  @Test
  void executeWithoutRejectionWaitsForRoom() throws Exception {
    use(oneThread());
    block(1);
    BlockingQueue<String> events = new LinkedBlockingQueue<>();
    Thread waiter =
        new Thread(
            () -> {
              submitSurely(() -> events.add("ran"));
            });
    waiter.start();
    while (waiter.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    assertTrue(events.isEmpty());
    release.countDown();
    assertEquals("ran", events.take());
  }

  @Test
  void controllerThatFailsIsAskedAgain() throws Exception {
    CountDownLatch asked = new CountDownLatch(3);
    use(
        ExecutorBuilder.controlledBy(
                new Controller() {
                  @Override
                  public boolean shouldIncrement(int numWorkers) {
                    return false;
                  }

                  @Override
                  public int adjustment(Stats stats) {
                    asked.countDown();
                    throw new IllegalStateException("thrown on purpose");
                  }
                })
            .controlPeriod(1));
    asked.await();
  }

  @Test
  void controllerThatTakesTooManyLeavesOneThread() throws Exception {
    CountDownLatch reports = new CountDownLatch(3);
    use(
        ExecutorBuilder.controlledBy(
                new Controller() {
                  @Override
                  public boolean shouldIncrement(int numWorkers) {
                    return false;
                  }

                  @Override
                  public int adjustment(Stats stats) {
                    return -1000;
                  }
                })
            .initialThreads(5)
            .controlPeriod(1)
            .statsListener(stats -> reports.countDown()));
    reports.await();
    assertEquals(1, pool.submit(() -> pool.getStats().getNumWorkers()).get());
  }

  @Test
  void badOptionsAreRefusedByName() {
    assertThrows(NullPointerException.class, () -> ExecutorBuilder.controlledBy(null));
    for (org.junit.jupiter.api.function.Executable bad :
        List.<org.junit.jupiter.api.function.Executable>of(
            () -> ExecutorBuilder.fixed(0),
            () -> ExecutorBuilder.utilization(0, 1),
            () -> ExecutorBuilder.utilization(1.1, 1),
            () -> ExecutorBuilder.utilization(0.5, 0),
            () -> oneThread().queueLength(-1),
            () -> oneThread().initialThreads(-1),
            () -> oneThread().samplePeriod(0),
            () -> oneThread().controlPeriod(Double.NaN))) {
      assertTrue(
          assertThrows(IllegalArgumentException.class, bad).getMessage().contains("expected: "));
    }
  }
}
