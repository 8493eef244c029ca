package weir.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.deferred.Deferred;

/** The laws of streams under contention: order, no loss, no doubles, one end. */
@Timeout(60)
class StreamStressTest {

  private static final int PRODUCERS = 3;
  private static final int MESSAGES = 4000;

  private record Message(int producer, int number) {}

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 64})
  void withRandomWithdrawalsNothingIsLostOrDoubled(long capacity) throws Exception { // 16.7
    Stream<Message> s = Stream.buffered(capacity);
    AtomicInteger drained = new AtomicInteger();
    s.onDrained(drained::incrementAndGet);
    Map<Message, Boolean> accepted = new ConcurrentHashMap<>();
    List<Thread> threads = new ArrayList<>();
    for (int p = 0; p < PRODUCERS; p++) {
      int producer = p;
      threads.add(start(() -> produce(s, producer, accepted)));
    }
    Map<Message, Boolean> seen = new ConcurrentHashMap<>();
    AtomicLong doubles = new AtomicLong();
    AtomicLong disorder = new AtomicLong();
    List<Thread> consumers = new ArrayList<>();
    for (int c = 0; c < 2; c++) {
      consumers.add(start(() -> consume(s, seen, doubles, disorder)));
    }
    join(threads);
    s.close();
    join(consumers);
    assertTrue(s.isDrained());
    assertEquals(1, drained.get());
    assertEquals(0, doubles.get());
    assertEquals(0, disorder.get());
    assertEquals(accepted, seen);
  }

  private static void produce(Stream<Message> s, int producer, Map<Message, Boolean> accepted)
      throws Exception {
    for (int i = 0; i < MESSAGES; i++) {
      Message m = new Message(producer, i);
      Deferred<Boolean> put = s.put(m);
      if (ThreadLocalRandom.current().nextInt(4) == 0) {
        put.complete(false);
      }
      if (put.await()) {
        accepted.put(m, true);
      }
    }
  }

  private static void consume(
      Stream<Message> s, Map<Message, Boolean> seen, AtomicLong doubles, AtomicLong disorder)
      throws Exception {
    Message end = new Message(-1, -1);
    Message none = new Message(-2, -2);
    int[] last = new int[PRODUCERS];
    for (; ; ) {
      Deferred<Message> take = s.takeOr(end);
      if (ThreadLocalRandom.current().nextInt(4) == 0) {
        take.complete(none);
      }
      Message m = take.await();
      if (m == end) {
        return;
      }
      if (m != none) {
        if (seen.put(m, true) != null) {
          doubles.incrementAndGet();
        }
        if (m.number + 1 <= last[m.producer]) {
          disorder.incrementAndGet();
        }
        last[m.producer] = m.number + 1;
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void closeAgainstPutAndTakeAndConnectLeavesNobodyWaiting(int kind) throws Exception {
    for (int i = 0; i < 2000; i++) {
      Stream<Integer> s = Stream.buffered(kind);
      Stream<Integer> sink = Stream.buffered(10);
      AtomicInteger closed = new AtomicInteger();
      sink.onClosed(closed::incrementAndGet);
      Thread a = start(() -> s.put(1));
      Thread b =
          start(
              () -> {
                if (kind == 0) {
                  s.take().await();
                } else {
                  Streams.connect(s, sink);
                }
              });
      s.close();
      join(List.of(a, b));
      if (kind == 0) {
        s.take(); // what a put left behind
      } else {
        assertEquals(1, closed.get());
      }
      assertTrue(s.isDrained(), "round " + i);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void connectingAgainstClosingSinksKeepsThePumpAlive(int sinks) throws Exception {
    Stream<Integer> source = Stream.<Integer>builder().permanent(true).build();
    AtomicInteger received = new AtomicInteger();
    Thread producer =
        start(
            () -> {
              for (int i = 0; i < 2000; i++) {
                source.put(i).await();
              }
            });
    while (producer.isAlive()) {
      List<Stream<Integer>> all = new ArrayList<>();
      for (int i = 0; i < sinks; i++) {
        Stream<Integer> sink = Stream.buffered(1000);
        all.add(sink);
        Streams.connect(source, sink);
      }
      Thread.yield();
      all.forEach(Stream::close);
      received.incrementAndGet();
    }
    join(List.of(producer));
    Stream<Integer> last = Stream.buffered(1);
    Streams.connect(source, last);
    source.put(42);
    assertEquals(42, last.take().await(10, TimeUnit.SECONDS));
  }

  private interface Body {
    void run() throws Exception;
  }

  private static Thread start(Body body) {
    Thread t =
        new Thread(
            () -> {
              try {
                body.run();
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            });
    t.setDaemon(true);
    t.start();
    return t;
  }

  private static void join(List<Thread> threads) throws InterruptedException {
    for (Thread t : threads) {
      t.join(50_000);
      assertTrue(!t.isAlive(), "a thread hangs: " + List.of(t.getStackTrace()));
    }
  }
}
