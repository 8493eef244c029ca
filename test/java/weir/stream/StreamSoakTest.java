package weir.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntConsumer;
import manifold.stream.core.IEventSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import weir.testing.Await;

/** A million streams come and go and leave the heap, and the threads, as they were: T8, 16.9. */
@Timeout(120)
class StreamSoakTest {

  private static final int MANY = 1_000_000;

  /** A million objects of the smallest size would be 16 MB; others use the heap, too. */
  private static final long TOLERANCE = 12 << 20;

  /** Other tests' servers may still be going down beside this one, and start a thread for it. */
  private static final int THREADS_OF_OTHERS = 16;

  private Set<Thread> threads;

  @BeforeEach
  void noteThreads() {
    threads = Thread.getAllStackTraces().keySet();
  }

  @AfterEach
  void noThreadIsLeft() {
    Set<Thread> more = new HashSet<>(Thread.getAllStackTraces().keySet());
    more.removeAll(threads);
    assertTrue(more.size() <= THREADS_OF_OTHERS, () -> "threads: " + more);
  }

  private static long used() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  /** Does {@code cycle} often enough to fill all caches, then a million times. */
  private static void soak(IntConsumer cycle) {
    for (int i = 0; i < MANY / 100; i++) {
      cycle.accept(i);
    }
    long before = used();
    for (int i = 0; i < MANY; i++) {
      cycle.accept(i);
    }
    Await.until(
        "the heap is as it was",
        () -> {
          for (int i = 0; i < MANY / 100; i++) {
            cycle.accept(i); // a sink sweeps out what it heard of dropped streams as others come
          }
          return used() - before < TOLERANCE;
        });
  }

  @Test
  void aMillionSinksConnectToOneSourceAndClose() {
    Stream<Object> source = Stream.<Object>builder().permanent(true).build();
    soak(
        i -> {
          Stream<Object> sink = Stream.create();
          Streams.connect(source, sink);
          sink.close();
        });
    assertNull(source.downstream());
    assertEquals(0, StreamTest.described(source, "pending-takes"));
  }

  @Test
  void aMillionSinksCloseWithAMessageOnItsWay() {
    Stream<Object> source = Stream.<Object>builder().permanent(true).build();
    soak(
        i -> {
          Stream<Object> sink = Stream.create();
          Streams.connect(source, sink);
          source.put(i);
          sink.close();
        });
    assertNull(source.downstream());
    assertEquals(0, StreamTest.described(source, "pending-puts"));
  }

  @Test
  void aMillionSourcesConnectToOneSinkAndClose() {
    Stream<Object> sink = Stream.create();
    soak(
        i -> {
          Stream<Object> source = Stream.create();
          Streams.connect(source, sink, ConnectOptions.DEFAULT.withDownstream(false));
          source.close();
        });
    assertTrue(sink.closing().size() <= 64, () -> "entries: " + sink.closing().size());
  }

  @Test
  void aMillionConnectedStreamsAreDropped() {
    Stream<Object> sink = Stream.create();
    soak(
        i -> {
          Stream<Object> source = Stream.create();
          Streams.connect(source, sink, ConnectOptions.DEFAULT.withDownstream(false));
        });
    assertFalse(sink.isClosed());
  }

  @Test
  void aMillionStreamsAreDroppedWithTheirOperatorsAndMessages() {
    IEventSource[] last = new IEventSource[1];
    soak(
        i -> {
          Stream<Object> source = Stream.create();
          last[0] = Streams.filter(Streams.map(source, Function.identity()), x -> true);
          source.put(i);
        });
  }
}
