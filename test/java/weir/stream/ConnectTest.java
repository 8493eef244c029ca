package weir.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import clojure.lang.RT;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import weir.deferred.Deferred;
import weir.time.CurrentClock;
import weir.time.MockClock;
import weir.time.SystemClock;

/** Connections: pace, closing in both directions, timeouts, depth. */
class ConnectTest {

  @AfterEach
  void realTime() {
    CurrentClock.supplier(SystemClock::instance);
  }

  static <T> List<T> drain(Stream<T> s) throws InterruptedException {
    List<T> all = new ArrayList<>();
    while (!s.isDrained()) {
      Deferred<T> d = s.take();
      if (!d.realized() || s.isDrained() && d.successValue(null) == null) {
        d.fail("withdrawn");
        break;
      }
      all.add(d.await());
    }
    return all;
  }

  @Test
  void allMessagesReachEverySink() throws Exception {
    Stream<Integer> source = Stream.create();
    Stream<Integer> a = Stream.buffered(10);
    Stream<Integer> b = Stream.buffered(10);
    Streams.connect(source, a);
    Streams.connect(source, b);
    for (int i = 0; i < 5; i++) {
      assertEquals(true, source.put(i).await());
    }
    source.close();
    assertTrue(a.isClosed() && b.isClosed());
    assertEquals(List.of(0, 1, 2, 3, 4), drain(a));
    assertEquals(List.of(0, 1, 2, 3, 4), drain(b));
    assertNull(source.downstream());
  }

  @Test
  void slowestSinkSetsThePace() throws Exception {
    Stream<Integer> source = Stream.create();
    Stream<Integer> fast = Stream.buffered(10);
    Stream<Integer> slow = Stream.create();
    Streams.connect(source, fast);
    Streams.connect(source, slow);
    assertTrue(source.put(1).realized());
    assertFalse(source.put(2).realized());
    assertEquals(1, slow.take().await());
    assertEquals(List.of(1, 2), drain(fast));
  }

  @Test
  void samePairTwiceDeliversTwice() throws Exception {
    Stream<Integer> source = Stream.create();
    Stream<Integer> sink = Stream.buffered(10);
    Streams.connect(source, sink);
    Streams.connect(source, sink);
    source.put(1);
    assertEquals(List.of(1, 1), drain(sink));
    assertEquals(2, RT.count(source.downstream()));
  }

  @Test
  void closingTheLastSinkClosesTheSourceAtOnce() { // T9, issues 56, 82, 128, 227
    Stream<Integer> source = Stream.create();
    Stream<Integer> a = Stream.create();
    Stream<Integer> b = Stream.create();
    Streams.connect(source, a);
    Streams.connect(source, b);
    a.close();
    assertFalse(source.isClosed());
    b.close();
    assertTrue(source.isClosed());
  }

  @Test
  void upstreamClosesTheSourceThoughOthersAreConnected() {
    Stream<Integer> source = Stream.create();
    Stream<Integer> a = Stream.create();
    Stream<Integer> b = Stream.create();
    Streams.connect(source, a, ConnectOptions.DEFAULT.withUpstream(true));
    Streams.connect(source, b);
    a.close();
    assertTrue(source.isClosed());
    assertTrue(b.isClosed());
  }

  @Test
  void closedSinkWithAnUndeliveredMessageDoesNotHoldUpItsSiblings() throws Exception { // T8
    Stream<Integer> source = Stream.create();
    Stream<Integer> stuck = Stream.create();
    Stream<Integer> other = Stream.buffered(10);
    Streams.connect(source, stuck);
    Streams.connect(source, other);
    source.put(1);
    Deferred<Boolean> second = source.put(2);
    assertFalse(second.realized());
    stuck.close();
    assertTrue(second.realized());
    assertEquals(List.of(1, 2), drain(other));
    assertEquals(1, RT.count(source.downstream()));
    assertEquals(1, stuck.take().await());
  }

  @Test
  void permanentSourceThatLosesItsLastSinkKeepsItsMessages() throws Exception { // 7.5
    Stream<Integer> source = Stream.<Integer>builder().permanent(true).build();
    Stream<Integer> first = Stream.buffered(10);
    Streams.connect(source, first);
    source.put(1);
    first.close();
    Deferred<Boolean> put = source.put(2);
    assertFalse(put.realized());
    Stream<Integer> second = Stream.buffered(10);
    Streams.connect(source, second);
    assertEquals(List.of(2), drain(second));
  }

  @Test
  void timeoutClosesAndDisconnectsTheSlowSink() throws Exception {
    MockClock clock = new MockClock();
    CurrentClock.supplier(() -> clock);
    Stream<Integer> source = Stream.create();
    Stream<Integer> slow = Stream.create();
    Stream<Integer> fast = Stream.buffered(10);
    Streams.connect(source, slow, ConnectOptions.DEFAULT.withTimeout(10));
    Streams.connect(source, fast);
    source.put(1);
    source.put(2);
    clock.advance(10);
    assertTrue(slow.isClosed());
    assertEquals(List.of(1, 2), drain(fast));
  }

  @Test
  void timeoutWithoutDownstreamOnlyDisconnects() throws Exception {
    MockClock clock = new MockClock();
    CurrentClock.supplier(() -> clock);
    Stream<Integer> source = Stream.create();
    Stream<Integer> slow = Stream.create();
    Streams.connect(source, slow, ConnectOptions.DEFAULT.withTimeout(10).withDownstream(false));
    source.put(1);
    clock.advance(10);
    assertFalse(slow.isClosed());
    assertTrue(source.isClosed());
  }

  @Test
  void sharedSinkIsClosedAfterTheLastOfItsSources() { // T22, issue 15
    Stream<Integer> a = Stream.create();
    Stream<Integer> b = Stream.create();
    Stream<Integer> sink = Stream.buffered(10);
    Streams.connect(a, sink, ConnectOptions.DEFAULT.withShared(true));
    Streams.connect(b, sink, ConnectOptions.DEFAULT.withShared(true));
    a.close();
    assertFalse(sink.isClosed());
    b.close();
    assertTrue(sink.isClosed());
  }

  @Test
  void errorsTravelDownstreamBesideTheMessages() { // T13
    Stream<Integer> source = Stream.create();
    Stream<Integer> sink = Stream.create();
    Streams.connect(source, sink);
    source.fail("broken");
    assertEquals("broken", sink.failure(null));
    assertTrue(sink.isDrained());
  }

  @Test
  void hundredThousandConnectedStreamsDoNotOverflowTheStack() throws Exception { // T1
    Stream<Integer> first = Stream.create();
    Stream<Integer> last = first;
    for (int i = 0; i < 100_000; i++) {
      Stream<Integer> next = Stream.create();
      Streams.connect(last, next);
      last = next;
    }
    Deferred<Integer> end = last.take();
    assertTrue(first.put(42).await());
    assertEquals(42, end.await());
    first.close();
    assertTrue(last.isDrained());
  }

  @Test
  void closingTheEndOfALongChainReachesItsStart() {
    Stream<Integer> first = Stream.create();
    Stream<Integer> last = first;
    for (int i = 0; i < 100_000; i++) {
      Stream<Integer> next = Stream.create();
      Streams.connect(last, next);
      last = next;
    }
    last.close();
    assertTrue(first.isClosed());
  }

  @Test
  void streamsThatOnlyImplementTheInterfacesConnect() {
    ForeignSource source = new ForeignSource();
    ForeignSink a = new ForeignSink();
    ForeignSink b = new ForeignSink();
    Streams.connect(source, a);
    Streams.connect(source, b);
    source.inside.put(1);
    source.inside.put(2);
    a.close();
    source.inside.put(3);
    assertEquals(List.of(1, 2), a.messages);
    assertEquals(List.of(1, 2, 3), b.messages);
    b.close();
    assertTrue(source.inside.isClosed());
  }

  @Test
  void foreignSourceThatLosesItsSinkKeepsItsNextMessage() {
    ForeignSource source = new ForeignSource();
    ForeignSink sink = new ForeignSink();
    Streams.connect(source, sink);
    assertEquals(1, StreamTest.described(source.inside, "pending-takes"));
    sink.close();
    assertEquals(0, StreamTest.described(source.inside, "pending-takes"));
  }

  @Test
  void errorOfATakeClosesTheSinks() { // 7.5
    Stream<Integer> sink = Stream.create();
    Deferred<Object> d = Deferred.create();
    Streams.connect(d, sink);
    d.fail("broken");
    assertTrue(sink.isClosed());
    assertEquals("broken", sink.failure(null));
  }

  @Test
  void errorOfAPutClosesItsSinkAndSparesTheOthers() throws Exception {
    Stream<Integer> source = Stream.create();
    Stream<Integer> bad = Stream.create();
    Stream<Integer> good = Stream.buffered(10);
    Streams.connect(source, bad);
    Streams.connect(source, good);
    Deferred<Boolean> put = source.put(1);
    assertTrue(put.realized());
    Deferred<Boolean> second = source.put(2);
    assertEquals(1, StreamTest.described(bad, "pending-puts"));
    assertFalse(second.realized());
    bad.fail("broken");
    assertTrue(second.realized());
    assertEquals(List.of(1, 2), drain(good));
  }

  @Test
  void hundredThousandOperatorsDoNotOverflowTheStack() throws Exception { // T1
    Stream<Object> first = Stream.create();
    Object last = first;
    for (int i = 0; i < 100_000; i++) {
      last = Streams.map(last, x -> x);
    }
    Deferred<Object> sum = Streams.reduce(last, 0, (a, b) -> (Integer) a + (Integer) b);
    first.put(1);
    first.put(2);
    first.close();
    assertEquals(3, sum.await(30, java.util.concurrent.TimeUnit.SECONDS));
  }

  @Test
  void closingTheEndOfManyOperatorsReachesTheirStart() {
    Stream<Object> first = Stream.create();
    manifold.stream.core.IEventSource last = Streams.map(first, x -> x);
    for (int i = 0; i < 100_000; i++) {
      last = Streams.map(last, x -> x);
    }
    ((SourceView) last).close();
    assertTrue(first.isClosed());
  }
}
