package weir.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import clojure.lang.ILookup;
import clojure.lang.Keyword;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.deferred.Deferred;
import weir.time.CurrentClock;
import weir.time.MockClock;
import weir.time.SystemClock;

/** The rules of the default stream: putting, taking, withdrawing, closing, draining. */
class StreamTest {

  static Object described(Stream<?> s, String key) {
    return ((ILookup) s.description()).valAt(Keyword.intern(key));
  }

  @AfterEach
  void realTime() {
    CurrentClock.supplier(SystemClock::instance);
  }

  @Test
  void putIntoRoomIsTheSharedTrue() {
    assertSame(Deferred.TRUE, Stream.buffered(1).put("a"));
  }

  @Test
  void putWithoutRoomIsAnsweredByTheTake() throws Exception {
    Stream<String> s = Stream.create();
    Deferred<Boolean> put = s.put("a");
    assertFalse(put.realized());
    assertEquals("a", s.take().await());
    assertEquals(true, put.await());
  }

  @Test
  void waitingPutMovesIntoTheBufferWhenAMessageLeaves() throws Exception {
    Stream<String> s = Stream.buffered(1);
    s.put("a");
    Deferred<Boolean> put = s.put("b");
    assertEquals("a", s.take().await());
    assertTrue(put.realized());
    assertEquals("b", s.take().await());
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 3, 1000, -1})
  void messagesTakersAndPuttersAreServedInOrder(long capacity) throws Exception {
    Stream<Integer> s = Stream.buffered(capacity);
    List<Deferred<Integer>> takes = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      takes.add(s.take());
    }
    for (int i = 0; i < 30; i++) {
      s.put(i);
    }
    for (int i = 10; i < 30; i++) {
      takes.add(s.take());
    }
    for (int i = 0; i < 30; i++) {
      assertEquals(i, takes.get(i).await());
    }
  }

  @Test
  void nullIsAMessage() throws Exception {
    Stream<Object> s = Stream.buffered(2);
    s.put(null);
    s.close();
    assertFalse(s.isDrained());
    assertNull(s.takeOr("end").await());
    assertEquals("end", s.takeOr("end").await());
  }

  @Test
  void realizingAPendingPutWithdrawsItsMessageAtOnce() throws Exception {
    Stream<String> s = Stream.create();
    Deferred<Boolean> a = s.put("a");
    s.put("b");
    assertTrue(a.complete(false));
    assertEquals(1, described(s, "pending-puts"));
    assertEquals("b", s.take().await());
  }

  @Test
  void realizingAPendingTakeWithdrawsTheTakerAtOnce() throws Exception {
    Stream<String> s = Stream.create();
    Deferred<String> first = s.take();
    Deferred<String> second = s.take();
    assertTrue(first.complete("never mind"));
    assertEquals(1, described(s, "pending-takes"));
    s.put("a");
    assertEquals("a", second.await());
  }

  @Test
  void claimedTakeGetsNoMessage() throws Exception {
    Stream<String> s = Stream.create();
    Deferred<String> first = s.take();
    Object token = first.claim();
    Deferred<String> second = s.take();
    s.put("a");
    assertEquals("a", second.await());
    assertTrue(first.success("mine", token));
  }

  @Test
  void timedPutIsWithdrawnWhenItsTimeIsUp() {
    MockClock clock = new MockClock();
    CurrentClock.supplier(() -> clock);
    Stream<String> s = Stream.create();
    Deferred<?> put = (Deferred<?>) s.put("a", false, 10, "late");
    clock.advance(9);
    assertFalse(put.realized());
    clock.advance(1);
    assertEquals("late", put.deref());
    assertEquals(0, described(s, "pending-puts"));
  }

  @Test
  void timerGoesWhenTheTakeIsServed() {
    MockClock clock = new MockClock();
    CurrentClock.supplier(() -> clock);
    Stream<String> s = Stream.create();
    Deferred<?> take = (Deferred<?>) s.take("end", false, 10, "late");
    s.put("a");
    assertEquals("a", take.deref());
    assertEquals(0, clock.pending());
  }

  @Test
  void zeroTimeoutStillAcceptsWhatNeedsNoWaiting() {
    Stream<String> s = Stream.buffered(1);
    assertEquals(true, ((Deferred<?>) s.put("a", false, 0, "late")).deref());
    assertEquals("late", ((Deferred<?>) s.put("b", false, 0, "late")).deref());
    assertEquals("a", ((Deferred<?>) s.take("end", false, -1, "late")).deref());
    assertEquals("late", ((Deferred<?>) s.take("end", false, 0, "late")).deref());
    s.close();
    assertEquals(false, ((Deferred<?>) s.put("b", false, 0, "late")).deref());
    assertEquals("end", ((Deferred<?>) s.take("end", false, 0, "late")).deref());
  }

  @Test
  void closeAnswersTakersWithTheirOwnDefault() throws Exception {
    Stream<String> s = Stream.create();
    Deferred<String> a = s.takeOr("a");
    Deferred<?> b = (Deferred<?>) s.take("b", false, 1000, "late");
    assertNull(s.close());
    assertNull(s.close());
    assertEquals("a", a.await());
    assertEquals("b", b.await());
    assertEquals(false, s.put("x").await());
  }

  @Test
  void pendingPutsOfAClosedStreamRemainTakeable() throws Exception { // T10, issue 112
    Stream<String> s = Stream.create();
    Deferred<Boolean> put = s.put("a");
    s.close();
    assertFalse(put.realized());
    assertFalse(s.isDrained());
    assertEquals("a", s.take().await());
    assertEquals(true, put.await());
    assertTrue(s.isDrained());
  }

  @Test
  void discardAnswersPendingPutsWithFalse() throws Exception { // T10
    Stream<String> s = Stream.buffered(1);
    s.put("a");
    Deferred<Boolean> put = s.put("b");
    s.discard();
    assertEquals(false, put.await());
    assertTrue(s.isDrained());
  }

  @Test
  void drainCallbacksRunBeforeTheLastMessageIsSeen() {
    Stream<String> s = Stream.buffered(1);
    List<String> events = new ArrayList<>();
    s.onDrained(() -> events.add("drained"));
    s.put("a");
    s.close();
    s.take().onRealized(new Fn(x -> events.add("taken")), null);
    assertEquals(List.of("drained", "taken"), events);
  }

  @Test
  void withdrawingTheLastPutOfAClosedStreamDrainsItWithoutATake() { // defect of 7.2
    Stream<String> s = Stream.create();
    AtomicInteger drained = new AtomicInteger();
    s.onDrained(drained::incrementAndGet);
    Deferred<Boolean> put = s.put("a");
    s.close();
    put.complete(false);
    assertTrue(s.isDrained());
    s.take();
    assertEquals(1, drained.get());
  }

  @Test
  void callbacksSeeNoLockHeld() throws Exception { // defect of 7.2: they ran under the lock
    Stream<String> s = Stream.buffered(1);
    List<Object> seen = new ArrayList<>();
    s.onClosed(() -> seen.add(fromOtherThread(s)));
    s.onDrained(() -> seen.add(fromOtherThread(s)));
    s.take().onRealized(new Fn(x -> seen.add(fromOtherThread(s))), null);
    s.close();
    assertEquals(List.of(false, false, false), seen);
  }

  private static Object fromOtherThread(Stream<String> s) {
    Object[] result = new Object[1];
    Thread t = new Thread(() -> result[0] = s.put("x").deref());
    t.start();
    try {
      t.join(10_000);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return result[0];
  }

  @Test
  void throwingCallbacksAreLoggedAlsoLateOnes() {
    Stream<String> s = Stream.create();
    AtomicInteger calls = new AtomicInteger();
    Runnable bad =
        () -> {
          calls.incrementAndGet();
          throw new IllegalStateException("expected in this test");
        };
    s.onClosed(bad);
    s.onClosed(calls::incrementAndGet);
    s.close();
    s.onClosed(bad);
    s.onDrained(bad);
    assertEquals(4, calls.get());
  }

  @Test
  void permanentStreamsDoNotClose() throws Exception {
    Stream<String> s = Stream.<String>builder().permanent(true).capacity(1).build();
    s.close();
    s.fail("no");
    assertEquals(true, s.put("a").await());
    assertFalse(s.isClosed());
  }

  @Test
  void oneWaitingPutTooManyClosesTheStream() throws Exception { // T11
    Stream<Integer> s = Stream.create();
    for (int i = 0; i < 16384; i++) {
      assertFalse(s.put(i).realized());
    }
    assertEquals(false, s.put(1).await());
    assertTrue(s.isClosed());
    assertTrue(s.failure(null) instanceof IllegalStateException);
    assertEquals(0, s.take().await());
  }

  @Test
  void oneWaitingTakeTooManyClosesTheStream() throws Exception { // T11
    Stream<String> s = Stream.create();
    for (int i = 0; i < 16384; i++) {
      s.take();
    }
    assertEquals("end", s.takeOr("end").await());
    assertTrue(s.isClosed());
  }

  @Test
  void expiredWaitersDoNotCountTowardsTheLimit() { // T11, issue 194
    Stream<String> s = Stream.create();
    for (int i = 0; i < 20000; i++) {
      s.take("end", false, 0, "late");
    }
    assertFalse(s.isClosed());
  }

  @Test
  void permanentStreamRefusesWhatIsTooMuch() throws Exception {
    Stream<Integer> s = Stream.<Integer>builder().permanent(true).build();
    for (int i = 0; i < 16384; i++) {
      s.put(i);
    }
    assertEquals(false, s.put(1).await());
    assertFalse(s.isClosed());
  }

  @Test
  void interruptedBlockingTakeWithdraws() throws Exception { // T17, issue 149
    Stream<String> s = Stream.create();
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> s.take(null, true));
    s.put("a");
    assertEquals("a", s.take(null, true));
  }

  @Test
  void answersCarryTheExecutor() {
    List<Runnable> ran = new ArrayList<>();
    Stream<String> s = Stream.<String>builder().executor(ran::add).capacity(1).build();
    assertSame(s.executor(), s.put("a").executor());
    assertSame(s.executor(), s.take().executor());
    assertSame(s.executor(), s.take().executor());
  }

  @Test
  void descriptionCountsWhatIsThere() {
    Stream<String> s = Stream.buffered(1);
    s.put("a");
    s.put("b");
    assertEquals("manifold", described(s, "type"));
    assertEquals(1, described(s, "pending-puts"));
    assertEquals(1L, described(s, "buffer-size"));
    assertEquals(1L, described(s, "buffer-capacity"));
    assertEquals(false, described(s, "closed?"));
    assertTrue(s.toString().startsWith("<< stream: {"));
  }

  @Test
  void weakHandleIsOneObject() {
    Stream<String> s = Stream.create();
    assertSame(s.weakHandle(null), s.weakHandle(null));
    assertSame(s, ((java.lang.ref.WeakReference<?>) s.weakHandle(null)).get());
  }
}
