package weir.executor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;

/** Submitters, a controller that adds and takes threads at random, and a shutdown, all at once. */
@Timeout(60)
class WorkerPoolStressTest {

  private static final int SUBMITTERS = 4;
  private static final int TASKS_EACH = 2000;

  private final ConcurrentHashMap<Integer, Integer> ran = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Integer, Boolean> accepted = new ConcurrentHashMap<>();

  @RepeatedTest(20)
  void eachAcceptedTaskRunsOnceWhateverTheControllerDoes() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    InstrumentedExecutor pool =
        ExecutorBuilder.controlledBy(restless(new Random(seed)))
            .queueLength(random.nextInt(3) * 5)
            .initialThreads(random.nextInt(4))
            .controlPeriod(0.2)
            .samplePeriod(0.1)
            .build();
    List<Thread> submitters = new ArrayList<>();
    for (int i = 0; i < SUBMITTERS; i++) {
      int first = i * TASKS_EACH;
      Thread submitter = new Thread(() -> submitAll(pool, first));
      submitter.start();
      submitters.add(submitter);
    }
    if (random.nextBoolean()) {
      submitters.get(0).join();
      pool.shutdown();
    }
    for (Thread submitter : submitters) {
      submitter.join();
    }
    pool.shutdown();
    assertTrue(pool.awaitTermination(20, TimeUnit.SECONDS), "seed " + seed + ": " + pool);
    Set<Integer> lost = new TreeSet<>(accepted.keySet());
    lost.removeAll(ran.keySet());
    assertEquals(Set.of(), lost, "seed " + seed);
    assertEquals(accepted.size(), ran.size(), "seed " + seed);
    assertTrue(ran.values().stream().allMatch(times -> times == 1), "seed " + seed);
    assertEquals("executor[workers 0, busy 0, queued 0, shut down]", pool.toString());
  }

  private void submitAll(InstrumentedExecutor pool, int first) {
    for (int i = first; i < first + TASKS_EACH; i++) {
      int id = i;
      try {
        pool.execute(() -> ran.merge(id, 1, Integer::sum));
        accepted.put(id, true);
      } catch (RejectedExecutionException full) {
        Thread.yield();
      }
    }
  }

  private static Controller restless(Random random) {
    AtomicInteger asked = new AtomicInteger();
    return new Controller() {
      @Override
      public boolean shouldIncrement(int numWorkers) {
        return numWorkers < 8 && asked.incrementAndGet() % 3 == 0;
      }

      @Override
      public int adjustment(Stats stats) {
        return random.nextInt(9) - 4 - (stats.getNumWorkers() > 16 ? 8 : 0);
      }
    };
  }
}
