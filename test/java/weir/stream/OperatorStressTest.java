package weir.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import manifold.stream.core.IEventSource;
import manifold.stream.core.IEventStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import weir.deferred.Deferred;
import weir.testing.Await;

/** Operators hand messages to the loop that waits behind them while others close, take and connect. */
@Timeout(60)
class OperatorStressTest {

  private static final int ROUNDS = 2000;

  private final ExecutorService other = Executors.newFixedThreadPool(2);

  @AfterEach
  void shutDown() {
    other.shutdownNow();
  }

  /** Puts numbers until the source is closed, where a last put may wait for ever. */
  private static void putUntilClosed(Stream<Object> source, int most) throws Exception {
    for (int i = 0; i < most; i++) {
      Deferred<Boolean> put = source.put(i);
      Await.until("put or closed", () -> put.realized() || source.isClosed());
      if (source.isClosed()) {
        return;
      }
    }
  }

  private static List<Object> numbers(int n) {
    return IntStream.range(0, n).<Object>mapToObj(i -> i).toList();
  }

  private static void spin() {
    for (int i = ThreadLocalRandom.current().nextInt(200); i > 0; i--) {
      Thread.onSpinWait();
    }
  }

  @Test
  void closingAnyStageMidwayEndsTheFoldAfterAPrefix() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      Stream<Object> source = Stream.create();
      IEventSource mapped = Streams.map(source, x -> x);
      IEventSource filtered = Streams.filter(mapped, x -> true);
      List<Object> seen = Collections.synchronizedList(new ArrayList<>());
      AtomicInteger inside = new AtomicInteger();
      Deferred<Object> result =
          Streams.reduce(
              filtered,
              0,
              (n, x) -> {
                assertEquals(1, inside.incrementAndGet());
                seen.add(x);
                inside.decrementAndGet();
                return (Integer) n + 1;
              });
      IEventStream victim =
          List.of((IEventStream) source, (IEventStream) mapped, (IEventStream) filtered)
              .get(round % 3);
      CountDownLatch go = new CountDownLatch(1);
      var closing =
          other.submit(
              () -> {
                go.await();
                spin();
                return victim.close();
              });
      go.countDown();
      putUntilClosed(source, 500);
      closing.get(10, TimeUnit.SECONDS);
      Object n = result.await(10, TimeUnit.SECONDS);
      assertEquals(n, seen.size());
      assertEquals(numbers((Integer) n), seen);
    }
  }

  @Test
  void takersBesideALoopGetWhatItDoesNot() throws Exception {
    for (int round = 0; round < ROUNDS / 4; round++) {
      int n = 200;
      Stream<Object> source = Stream.create();
      IEventSource mapped = Streams.map(source, x -> x);
      ConcurrentHashMap<Object, Integer> seen = new ConcurrentHashMap<>();
      Deferred<Boolean> consumed =
          Streams.consume(Streams.filter(mapped, x -> true), x -> seen.merge(x, 1, Integer::sum));
      var taking =
          other.submit(
              () -> {
                for (; ; ) {
                  spin();
                  Object x = ((Deferred<?>) mapped.take("end", false)).await(10, TimeUnit.SECONDS);
                  if (x == "end") {
                    return null;
                  }
                  seen.merge(x, 1, Integer::sum);
                }
              });
      putUntilClosed(source, n);
      source.close();
      taking.get(10, TimeUnit.SECONDS);
      consumed.await(10, TimeUnit.SECONDS);
      assertEquals(n, seen.size());
      assertTrue(seen.values().stream().allMatch(count -> count == 1));
    }
  }

  @Test
  void answersFromOtherThreadsKeepTheOrder() throws Exception {
    for (int round = 0; round < ROUNDS / 20; round++) {
      int n = 300;
      List<Object> seen = Collections.synchronizedList(new ArrayList<>());
      IEventSource mapped = Streams.map(numbers(n), x -> x);
      Deferred<Boolean> done =
          Streams.consumeAsync(
              Streams.filter(mapped, x -> true),
              x -> {
                seen.add(x);
                if (ThreadLocalRandom.current().nextInt(3) == 0) {
                  return true;
                }
                Deferred<Object> answer = Deferred.create(null);
                other.execute(() -> answer.complete(true));
                return answer;
              });
      done.await(20, TimeUnit.SECONDS);
      assertEquals(numbers(n), seen);
    }
  }

  @Test
  void aSecondSinkMayBeConnectedToARunningOperator() throws Exception {
    for (int round = 0; round < ROUNDS / 4; round++) {
      int n = 200;
      Stream<Object> source = Stream.create();
      IEventSource mapped = Streams.map(source, x -> x);
      List<Object> first = Collections.synchronizedList(new ArrayList<>());
      List<Object> second = Collections.synchronizedList(new ArrayList<>());
      Deferred<Boolean> one = Streams.consume(mapped, first::add);
      var connecting =
          other.submit(
              () -> {
                spin();
                return Streams.consume(mapped, second::add);
              });
      putUntilClosed(source, n);
      Deferred<Boolean> two = connecting.get(10, TimeUnit.SECONDS);
      source.close();
      one.await(10, TimeUnit.SECONDS);
      two.await(10, TimeUnit.SECONDS);
      assertEquals(numbers(n), first);
      assertEquals(first.subList(n - second.size(), n), second);
    }
  }

  @Test
  void manyOperatorsInARowDoNotGrowTheStack() throws Exception {
    Stream<Object> source = Stream.create();
    Object last = source;
    for (int i = 0; i < 100_000; i++) {
      last = Streams.map(last, x -> (Long) x + 1);
    }
    Deferred<Object> sum = Streams.reduce(last, 0L, (a, x) -> (Long) a + (Long) x);
    for (long i = 0; i < 3; i++) {
      source.put(i).await(10, TimeUnit.SECONDS);
    }
    source.close();
    assertEquals(300_003L, sum.await(30, TimeUnit.SECONDS));
  }

  @Test
  void aBlockedFunctionDoesNotHoldUpTheEnd() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch blocked = new CountDownLatch(1);
    Stream<Object> source = Stream.create();
    IEventSource mapped =
        Streams.map(
            source,
            x -> {
              if (x.equals(2)) {
                blocked.countDown();
                awaitQuietly(release);
              }
              return x;
            });
    IEventSource filtered = Streams.filter(mapped, x -> true);
    Deferred<Object> sum = Streams.reduce(filtered, 0, (a, x) -> (Integer) a + (Integer) x);
    source.put(1);
    other.execute(() -> source.put(2));
    assertTrue(blocked.await(10, TimeUnit.SECONDS));
    ((IEventStream) filtered).close();
    assertEquals(1, sum.await(10, TimeUnit.SECONDS));
    release.countDown();
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aFoldOfABlockingSourceSeesEverything() throws Exception {
    long n = 100_000;
    Object numbers = LongStream.range(0, n).boxed().iterator();
    IEventSource filtered = Streams.filter(Streams.map(numbers, x -> x), x -> true);
    Deferred<Object> sum = Streams.reduce(filtered, 0L, (a, x) -> (Long) a + (Long) x);
    assertEquals(n * (n - 1) / 2, sum.await(30, TimeUnit.SECONDS));
  }
}
