package weir.deferred;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** T6: a result that is realized first reaches upstream where that was asked for. */
class CancelableTest {

  private final Deferred<Object> source = Deferred.create(null);
  private final AtomicInteger cancels = new AtomicInteger();
  private final Cancelable<Object> cancelable = Cancelable.from(source, cancels::incrementAndGet);

  private void assertCancelled() {
    assertEquals(1, cancels.get());
    assertInstanceOf(CancellationException.class, source.errorValue(null));
  }

  @Test
  void unmarkedDeferredsAreLeftAlone() {
    Deferred<Object> plain = Deferred.create(null);
    assertTrue(Cancelable.cancel(Deferreds.chain(plain, Fns.inc())));
    assertFalse(plain.realized());
  }

  @Test
  void aTimeoutOfAChainOfChainsReachesTheSource() {
    Deferred<Object> inner = Deferreds.chain(cancelable, Fns.inc());
    Deferreds.timeout(Deferreds.chain(Deferreds.recover(inner, null, Fns.inc()), Fns.inc()), 0, 1);
    assertCancelled();
  }

  @Test
  void aLaterStageOfAChainIsReachedToo() {
    Deferred<Object> first = Deferred.create(null);
    Deferred<Object> result = Deferreds.chain(first, Fns.fn(x -> cancelable));
    first.success(1);
    assertEquals(0, cancels.get());
    result.success("enough");
    assertCancelled();
  }

  @Test
  void anOutcomeOfItsOwnCancelsNothing() throws Exception {
    Deferred<Object> result = Deferreds.chain(cancelable, Fns.inc());
    source.success(1);
    assertEquals(2, result.await());
    assertFalse(Cancelable.cancel(result));
    assertEquals(0, cancels.get());
  }

  @Test
  void aClaimedSourceIsNotTouched() {
    Object token = source.claim();
    assertTrue(Cancelable.cancel(cancelable));
    assertEquals(0, cancels.get());
    assertTrue(source.success(1, token));
  }

  @Test
  void theLoserOfAltIsCancelled() {
    Deferred<Object> winner = Deferred.create(null);
    Deferred<Object> result = Deferreds.alt(winner, cancelable);
    winner.success("won");
    assertEquals("won", result.successValue(null));
    assertCancelled();
  }

  @Test
  void theLoserOfAltIsCancelledIfAnotherIsThereAlready() {
    assertEquals("won", Deferreds.alt(cancelable, "won").successValue(null));
    assertCancelled();
  }

  @Test
  void theFirstErrorOfZipCancelsTheOthers() {
    Deferred<Object> bad = Deferred.create(null);
    Deferred<Object> result = Deferreds.zip(cancelable, bad);
    bad.error("bad");
    assertEquals("bad", result.errorValue(null));
    assertCancelled();
  }

  @Test
  void aZipThatIsRealizedFromOutsideCancelsItsInputs() {
    assertTrue(Cancelable.cancel(Deferreds.chain(Deferreds.zip(1, cancelable), Fns.fn(x -> x))));
    assertCancelled();
  }

  @Test
  void finallyPassesTheRequestOnAndRunsItsFunction() {
    AtomicInteger runs = new AtomicInteger();
    assertTrue(Cancelable.cancel(cancelable.andFinally(runs::incrementAndGet)));
    assertCancelled();
    assertEquals(1, runs.get());
  }

  @Test
  void aLoopOverManyWaitsGathersNoRequests() {
    Deferred<Object> result = Deferred.create(null);
    for (int i = 0; i < 1000; i++) {
      Deferred<Object> s = Deferred.create(null);
      Cancelable<Object> c = Cancelable.from(s);
      c.cancelAfter(result);
      s.success(i);
    }
    assertTrue(result.waiting() < 10, () -> result.waiting() + " requests are held");
  }

  @Test
  void aRunningCallIsInterruptedAndItsThreadIsCleanAfterwards() throws Exception {
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try {
      CountDownLatch started = new CountDownLatch(1);
      CountDownLatch interrupted = new CountDownLatch(1);
      Deferred<Object> call =
          Cancelable.supply(
              thread,
              () -> {
                started.countDown();
                try {
                  return new CountDownLatch(1).await(60, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                  interrupted.countDown();
                  Thread.currentThread().interrupt();
                  return null;
                }
              });
      assertTrue(started.await(30, TimeUnit.SECONDS));
      Deferred<Object> skipped = Cancelable.supply(thread, cancels::incrementAndGet);
      assertTrue(Cancelable.cancel(skipped));
      assertTrue(Cancelable.cancel(Deferreds.chain(call, Fns.inc())));
      assertTrue(interrupted.await(30, TimeUnit.SECONDS));
      assertFalse(thread.submit(Thread::interrupted).get(30, TimeUnit.SECONDS));
      assertEquals(0, cancels.get());
    } finally {
      thread.shutdownNow();
    }
  }
}
