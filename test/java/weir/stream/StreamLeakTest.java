package weir.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import manifold.stream.core.IEventSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import weir.testing.Await;

/** Nothing keeps streams that nobody uses: T8, issues 169 and 197. */
@Timeout(60)
class StreamLeakTest {

  private static void assertCollected(List<WeakReference<?>> refs) {
    Await.until(
        "all are collected",
        () -> {
          System.gc();
          return refs.stream().allMatch(r -> r.get() == null);
        });
  }

  @Test
  void droppedSourceGoesThoughItsSinkLives() throws Exception {
    Stream<Object> sink = Stream.create();
    List<WeakReference<?>> refs = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      Stream<Object> source = Stream.create();
      Streams.connect(source, sink, ConnectOptions.DEFAULT.withDownstream(false));
      refs.add(new WeakReference<>(source));
    }
    assertCollected(refs);
    assertTrue(!sink.isClosed());
  }

  @Test
  void droppedChainsGo() throws Exception {
    List<WeakReference<?>> refs = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      Stream<Object> source = Stream.create();
      IEventSource last =
          Streams.filter(Streams.map(Streams.zip(source, source), Function.identity()), x -> true);
      source.put(1);
      refs.add(new WeakReference<>(source));
      refs.add(new WeakReference<>(last));
    }
    assertCollected(refs);
  }

  @Test
  void closedSinkWithAnUndeliveredMessageGoes() throws Exception { // T8
    Stream<Object> source = Stream.<Object>builder().permanent(true).build();
    List<WeakReference<?>> refs = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      Stream<Object> sink = Stream.create();
      Streams.connect(source, sink);
      source.put(i);
      sink.close();
      refs.add(new WeakReference<>(sink));
    }
    assertNull(source.downstream());
    assertCollected(refs);
  }

  @Test
  void foreignStreamsLeaveNothing() throws Exception {
    ForeignSink sink = new ForeignSink();
    List<WeakReference<?>> refs = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      ForeignSource source = new ForeignSource();
      Streams.connect(source, sink, ConnectOptions.DEFAULT.withDownstream(false));
      refs.add(new WeakReference<>(source));
    }
    assertEquals(1, sink.callbacks.size());
    assertCollected(refs);
  }

  @Test
  void periodicStreamThatNobodyTakesFromGoes() throws Exception {
    WeakReference<?> ref =
        new WeakReference<>(Sided.behind(Streams.periodically(1, 0, () -> "tick")));
    assertCollected(List.of(ref));
  }
}
