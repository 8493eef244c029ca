package weir.http.server;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.testing.Await;

/** Rules 2 and 3 of {@link Handoff}: work is never left without a worker. */
class HandoffTest {

  private final Watchdog watchdog = new Watchdog();
  private Handoff handoff;

  @AfterEach
  void stop() {
    handoff.shutdown();
  }

  private static Object[] jobs(Handoff.Job... jobs) {
    return jobs;
  }

  /**
   * Submitters race with workers that are about to go idle, over and over: a single wake-up lost
   * leaves a job unrun and the round without end.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 8})
  void noWakeUpIsLostHoweverSubmittersAndIdleWorkersMeet(int poolSize) throws Exception {
    handoff = new Handoff(onIdle -> WorkerThreads.pool(poolSize, onIdle), watchdog);
    runRounds();
  }

  @Test
  void noWakeUpIsLostOnTheThreadsOfThisJvm() throws Exception {
    handoff = new Handoff(8, watchdog);
    runRounds();
  }

  private void runRounds() throws InterruptedException {
    int submitters = 3;
    int rounds = 4_000;
    AtomicInteger ran = new AtomicInteger();
    Thread[] threads = new Thread[submitters];
    for (int t = 0; t < submitters; t++) {
      threads[t] =
          new Thread(
              () -> {
                Semaphore done = new Semaphore(0);
                Handoff.Job job =
                    worker -> {
                      ran.incrementAndGet();
                      done.release();
                    };
                for (int i = 0; i < rounds; i++) {
                  int n = 1 + i % 3;
                  handoff.submit(jobs(job, job, job), n);
                  try {
                    if (!done.tryAcquire(n, 20, TimeUnit.SECONDS)) {
                      return; // the count tells
                    }
                  } catch (InterruptedException e) {
                    return;
                  }
                }
              });
      threads[t].start();
    }
    for (Thread thread : threads) {
      thread.join(TimeUnit.MINUTES.toMillis(2));
    }
    int expected = 0;
    for (int i = 0; i < rounds; i++) {
      expected += 1 + i % 3;
    }
    int all = expected * submitters;
    Await.until("all jobs have run", () -> ran.get() == all);
  }

  @Test
  void aJobThatBlocksDoesNotHoldUpTheRestOfItsBatch() throws Exception {
    handoff = new Handoff(4, watchdog);
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch others = new CountDownLatch(2);
    Handoff.Job blocks =
        worker -> {
          try {
            release.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        };
    handoff.submit(jobs(blocks, w -> others.countDown(), blocks, w -> others.countDown()), 4);
    assertTrue(others.await(20, TimeUnit.SECONDS), "jobs behind a blocked one did not run");
    release.countDown();
  }

  @Test
  void aFullPoolTakesUpTheQueueWhenAThreadIsFree() throws Exception {
    handoff = new Handoff(onIdle -> WorkerThreads.pool(1, onIdle), watchdog);
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch later = new CountDownLatch(1);
    handoff.submit(
        jobs(
            worker -> {
              started.countDown();
              try {
                release.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            }),
        1);
    assertTrue(started.await(20, TimeUnit.SECONDS));
    handoff.submit(jobs(worker -> later.countDown()), 1);
    release.countDown();
    assertTrue(later.await(20, TimeUnit.SECONDS), "the queue was forgotten");
  }
}
