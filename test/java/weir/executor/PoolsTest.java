package weir.executor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(30)
class PoolsTest {

  static Stream<Arguments> pools() {
    return Stream.of(
        Arguments.of(Pools.waitPool(), "manifold-wait-\\d+"),
        Arguments.of(Pools.executePool(), "manifold-execute-\\d+"),
        Arguments.of(Pools.scheduledPool(), "manifold-scheduler-pool-\\d+"));
  }

  private static <T> T call(Executor pool, Callable<T> callable) throws Exception {
    FutureTask<T> task = new FutureTask<>(callable);
    pool.execute(task);
    return task.get();
  }

  // A pool is AutoCloseable in newer JVMs, and these are not for a test to close.
  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("pools")
  void poolHasNamedDaemonsWithoutAnExecutor(Executor pool, String name) throws Exception {
    Thread thread = call(pool, Thread::currentThread);
    String actual = call(pool, () -> Thread.currentThread().getName());
    assertTrue(actual.matches(name), actual);
    assertTrue(thread.isDaemon());
    assertNull(call(pool, CurrentExecutor::get));
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("pools")
  void poolTakesAnyNumberOfBlockedTasks(Executor pool, String name) throws Exception {
    int tasks = 200;
    CountDownLatch entered = new CountDownLatch(tasks);
    CountDownLatch release = new CountDownLatch(1);
    for (int i = 0; i < tasks; i++) {
      pool.execute(
          new FutureTask<>(
              () -> {
                entered.countDown();
                release.await();
                return null;
              }));
    }
    entered.await();
    release.countDown();
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("pools")
  void threadsSeeTheClassesOfTheLibrary(Executor pool, String name) throws Exception {
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    Thread.currentThread().setContextClassLoader(null);
    try {
      ClassLoader loader = call(pool, () -> Thread.currentThread().getContextClassLoader());
      assertSame(Pools.class, loader.loadClass(Pools.class.getName()));
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }

  @Test
  void virtualExecutorMeasuresItself() throws Exception {
    assumeTrue(VirtualThreads.available());
    InstrumentedExecutor executor = ExecutorBuilder.virtual("test-").build();
    CountDownLatch release = new CountDownLatch(1);
    executor.execute(
        () -> {
          throw new IllegalStateException("thrown on purpose");
        });
    executor.submit(
        () -> {
          release.await();
          return null;
        });
    assertSame(executor, executor.submit((Callable<Executor>) CurrentExecutor::get).get());
    assertTrue(executor.getStats().getNumWorkers() >= 1);
    release.countDown();
    executor.shutdown();
    assertTrue(executor.awaitTermination(20, TimeUnit.SECONDS));
    assertTrue(executor.isTerminated());
    assertThrows(RejectedExecutionException.class, () -> executor.execute(() -> {}));
    assertEquals(0, executor.getStats().getNumWorkers());
    assertThrows(
        IllegalArgumentException.class, () -> ExecutorBuilder.virtual("test-").queueLength(1));
  }

  @Test
  void withoutVirtualThreadsAskingForThemSaysSo() {
    assumeFalse(VirtualThreads.available());
    UnsupportedOperationException e =
        assertThrows(
            UnsupportedOperationException.class, () -> VirtualThreads.unstarted("x", () -> {}));
    assertTrue(e.getMessage().contains("21"), e.getMessage());
    assertThrows(UnsupportedOperationException.class, () -> ExecutorBuilder.virtual("x"));
  }
}
