package weir.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import weir.deferred.Deferred;
import weir.executor.CurrentExecutor;

/** Where the effects of puts and takes run. */
class ExecutorTest {

  private final ExecutorService pool =
      Executors.newSingleThreadExecutor(r -> new Thread(r, "pool"));

  @AfterEach
  void stop() {
    pool.shutdownNow();
    CurrentExecutor.set(null);
  }

  private Set<String> threadsOfConsumer(Object source, Stream<Object> in) throws Exception {
    Set<String> threads = ConcurrentHashMap.newKeySet();
    Deferred<Boolean> done =
        Streams.consume(source, x -> threads.add(Thread.currentThread().getName()));
    in.put(2);
    in.put(3);
    in.close();
    assertEquals(true, done.await(10, TimeUnit.SECONDS));
    return threads;
  }

  @Test
  void consumerOfAStreamOnAnExecutorRunsThereAlsoForWhatIsThere() throws Exception {
    Stream<Object> s = Stream.<Object>builder().executor(pool).capacity(10).build();
    s.put(1);
    assertEquals(Set.of("pool"), threadsOfConsumer(s, s));
  }

  @Test
  void ontoMovesTheEffects() throws Exception {
    Stream<Object> s = Stream.buffered(10);
    s.put(1);
    assertEquals(Set.of("pool"), threadsOfConsumer(Streams.onto(pool, s), s));
  }

  @Test
  void ontoTheSameExecutorIsTheSameStream() {
    Stream<Object> s = Stream.<Object>builder().executor(pool).build();
    assertSame(s, Streams.onto(pool, s));
  }

  @Test
  void currentExecutorIsTheDefaultAndNoneCanBeAskedFor() {
    CurrentExecutor.set(pool);
    assertSame(pool, Stream.create().executor());
    assertSame(pool, Stream.buffered(1).executor());
    assertEquals(null, Stream.builder().executor(null).build().executor());
  }

  @Test
  void rejectedWorkRunsInline() {
    Stream<Object> s =
        Stream.<Object>builder()
            .executor(
                r -> {
                  throw new RejectedExecutionException("expected in this test");
                })
            .build();
    Deferred<Boolean> done = Streams.consume(s, x -> {});
    s.put(1);
    s.close();
    assertTrue(done.realized());
  }
}
