package weir.deferred;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import manifold.deferred.IDeferredListener;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two things at once on one deferred, many thousand times, both starting at a barrier. */
class RaceTest {

  private static final int ROUNDS = 20_000;

  private final ExecutorService threads = Executors.newFixedThreadPool(4);

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  /** Runs all actions of one round at the same time and returns what they returned. */
  private List<Object> atOnce(List<Callable<Object>> actions) throws Exception {
    CyclicBarrier start = new CyclicBarrier(actions.size());
    List<Future<Object>> running = new ArrayList<>();
    for (Callable<Object> action : actions) {
      running.add(
          threads.submit(
              () -> {
                start.await();
                return action.call();
              }));
    }
    List<Object> results = new ArrayList<>();
    for (Future<Object> f : running) {
      results.add(f.get(30, TimeUnit.SECONDS));
    }
    return results;
  }

  private static final class Counter implements IDeferredListener {
    final AtomicInteger calls = new AtomicInteger();

    @Override
    public Object onSuccess(Object x) {
      return calls.incrementAndGet();
    }

    @Override
    public Object onError(Object err) {
      return calls.incrementAndGet();
    }
  }

  @Test
  void oneOfClaimSuccessAndErrorWins() throws Exception {
    for (int i = 0; i < ROUNDS / 4; i++) {
      Deferred<Object> d = Deferred.create(null);
      Counter listener = new Counter();
      d.addListener(listener);
      List<Object> r = atOnce(List.of(d::claim, () -> d.success("v"), () -> d.error("e")));
      boolean claimed = r.get(0) != null;
      int wins =
          (claimed ? 1 : 0)
              + (r.get(1) == Boolean.TRUE ? 1 : 0)
              + (r.get(2) == Boolean.TRUE ? 1 : 0);
      assertEquals(1, wins, r.toString());
      assertEquals(!claimed, d.realized());
      if (claimed) {
        assertTrue(d.success("claimed", r.get(0)));
      }
      assertEquals(1, listener.calls.get());
    }
  }

  @Test
  void everyListenerIsCalledOnceHoweverItRacesWithCompletion() throws Exception {
    for (int i = 0; i < ROUNDS / 4; i++) {
      Deferred<Object> d = Deferred.create(null);
      Counter early = new Counter();
      Counter late = new Counter();
      d.addListener(early);
      atOnce(List.of(() -> d.addListener(late), () -> d.success(1)));
      assertEquals(1, early.calls.get());
      assertEquals(1, late.calls.get());
    }
  }

  @Test
  void everyListenerIsCalledOnceHoweverItRacesWithAClaimBeingUsed() throws Exception {
    for (int i = 0; i < ROUNDS / 4; i++) {
      Deferred<Object> d = Deferred.create(null);
      Object token = d.claim();
      Counter one = new Counter();
      Counter two = new Counter();
      atOnce(
          List.of(() -> d.addListener(one), () -> d.addListener(two), () -> d.error("e", token)));
      assertEquals(1, one.calls.get());
      assertEquals(1, two.calls.get());
    }
  }

  @Test
  void aListenerIsEitherCancelledOrCalled() throws Exception {
    for (int i = 0; i < ROUNDS / 4; i++) {
      Deferred<Object> d = Deferred.create(null);
      Counter[] listeners = {new Counter(), new Counter(), new Counter()};
      for (Counter l : listeners) {
        d.addListener(l);
      }
      List<Object> r =
          atOnce(
              List.of(
                  () -> d.cancelListener(listeners[0]),
                  () -> d.cancelListener(listeners[1]),
                  () -> d.success(1)));
      assertEquals(r.get(0) == Boolean.TRUE ? 0 : 1, listeners[0].calls.get());
      assertEquals(r.get(1) == Boolean.TRUE ? 0 : 1, listeners[1].calls.get());
      assertEquals(1, listeners[2].calls.get());
    }
  }

  /**
   * A walk that unlinks cancelled callbacks of one deferred must not touch the links of a callback
   * that was called meanwhile and waits for another deferred: that once lost what lay below it there.
   */
  @Test
  void unlinkingNeverLosesCallbacksThatMovedOn() throws Exception {
    for (int i = 0; i < ROUNDS / 4; i++) {
      Deferred<Object> first = Deferred.create(null);
      Deferred<Object> second = Deferred.create(null);
      List<Counter> cancelled = new ArrayList<>();
      List<Deferred<Object>> chains = new ArrayList<>();
      for (int n = 0; n < 4; n++) {
        Counter c = new Counter();
        first.addListener(c);
        cancelled.add(c);
        chains.add(Deferreds.chain(first, Fns.fn(x -> second)));
      }
      atOnce(
          List.of(
              () -> cancelled.stream().filter(c -> (Boolean) first.cancelListener(c)).count(),
              () -> first.success(1)));
      second.success("end");
      for (Deferred<Object> c : chains) {
        assertEquals("end", c.successValue("lost"));
      }
    }
  }

  @Test
  void aThreadThatGivesUpWaitingLeavesNothingBehindAndBreaksNothing() throws Exception {
    Deferred<Object> d = Deferred.create(null);
    IntFunction<Callable<Object>> waiter =
        n ->
            () -> {
              for (int i = 0; i < 200; i++) {
                assertThrows(TimeoutException.class, () -> d.await(n * 10L, TimeUnit.MICROSECONDS));
              }
              return null;
            };
    atOnce(List.of(waiter.apply(1), waiter.apply(2), waiter.apply(3)));
    Counter last = new Counter();
    d.addListener(last);
    d.success(1);
    assertEquals(1, last.calls.get());
  }

  @Test
  void aThreadInterruptedWhileWaitingLeavesTheDeferredAlive() throws Exception {
    Deferred<Object> d = Deferred.create(null);
    CountDownLatch ended = new CountDownLatch(1);
    Thread waiting =
        new Thread(
            () -> {
              assertThrows(InterruptedException.class, d::await);
              ended.countDown();
            });
    waiting.start();
    waiting.interrupt();
    assertTrue(ended.await(10, TimeUnit.SECONDS));
    assertFalse(d.realized());
    assertTrue(d.success(1));
    assertEquals(1, d.await());
  }

  @Test
  void altTakesExactlyOneOfItsRacingInputs() throws Exception {
    for (int i = 0; i < ROUNDS / 4; i++) {
      Deferred<Object> a = Deferred.create(null);
      Deferred<Object> b = Deferred.create(null);
      Deferred<Object> r = Deferreds.alt(a, b);
      Deferred<Object> z = Deferreds.zip(a, b);
      atOnce(List.of(() -> a.success("a"), () -> b.success("b")));
      assertTrue(List.of("a", "b").contains(r.successValue(null)));
      assertEquals(List.of("a", "b"), z.successValue(null));
    }
  }

  @Test
  void aLongLivedLoserOfManyAltsDoesNotGatherCallbacks() {
    Deferred<Object> never = Deferred.create(null);
    for (int i = 0; i < 100_000; i++) {
      Deferred<Object> winner = Deferred.create(null);
      Deferred<Object> r = Deferreds.alt(never, winner);
      winner.success(i);
      assertEquals(i, r.successValue(null));
    }
    assertTrue(never.waiting() < 1000, () -> "callbacks left: " + never.waiting());
    assertNull(never.successValue(null));
  }

  @Test
  void anExecutorThatRefusesDoesNotLoseCallbacks() { // 14.4
    Deferred<Object> d =
        Deferred.create(
            task -> {
              throw new IllegalStateException("no more threads");
            });
    Counter one = new Counter();
    Counter two = new Counter();
    d.addListener(one);
    d.addListener(two);
    d.success(1);
    assertEquals(2, one.calls.get() + two.calls.get());
  }
}
