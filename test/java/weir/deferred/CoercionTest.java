package weir.deferred;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import weir.executor.CurrentExecutor;
import weir.testing.Await;

class CoercionTest {

  /** Counts how many threads wait for it. */
  private static final class CountedFuture extends FutureTask<Object> {
    final AtomicInteger waiting = new AtomicInteger();
    final CountDownLatch somebodyWaits = new CountDownLatch(1);

    CountedFuture(Callable<Object> body) {
      super(body);
    }

    @Override
    public Object get() throws InterruptedException, ExecutionException {
      if (!isDone()) {
        waiting.incrementAndGet();
        somebodyWaits.countDown();
      }
      return super.get();
    }
  }

  private record Box(Object content) {}

  // No records, which another test makes eventual.

  private static final class Early {}

  private static final class Late {}

  private static final class Heard {}

  private static Deferred<Object> view(Object x) {
    return Deferreds.from(x);
  }

  @Test
  void allWhoWaitForOneFutureShareOneThread() throws Exception { // 4.2
    CountedFuture future = new CountedFuture(() -> "v");
    List<Deferred<Object>> all = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      Deferred<Object> view = view(future);
      all.add(Deferreds.chain(view, Fns.fn(x -> x)));
      all.add(Deferreds.chain(view, Fns.fn(x -> x)));
      all.add(Deferreds.chain(future, Fns.fn(x -> x)));
    }
    assertTrue(future.somebodyWaits.await(10, TimeUnit.SECONDS));
    future.run();
    for (Deferred<Object> d : all) {
      assertEquals("v", d.await(10, TimeUnit.SECONDS));
    }
    assertEquals(1, future.waiting.get());
  }

  @Test
  void lookingAtAFutureTakesNoThread() {
    CountedFuture future = new CountedFuture(() -> "v");
    Deferred<Object> view = view(future);
    assertFalse(view.realized());
    future.run();
    assertTrue(view.realized());
    assertEquals("v", view.successValue(null));
    assertEquals(0, future.waiting.get());
  }

  @Test
  void futuresFailAsTheyDo() {
    FutureTask<Object> failing =
        new FutureTask<>(
            () -> {
              throw new IllegalStateException("x");
            });
    failing.run();
    ExecutionException e = assertThrows(ExecutionException.class, view(failing)::await);
    assertInstanceOf(IllegalStateException.class, e.getCause());
    FutureTask<Object> cancelled = new FutureTask<>(() -> 1);
    cancelled.cancel(false);
    assertThrows(CancellationException.class, view(cancelled)::await);
  }

  @Test
  void aDoneFutureIsReadOnAnInterruptedThread() throws Exception {
    FutureTask<Object> done = new FutureTask<>(() -> 1);
    done.run();
    Thread.currentThread().interrupt();
    assertEquals(1, view(done).successValue(null));
    assertTrue(Thread.interrupted());
  }

  @Test
  void whatTheSourceHoldsGoesBeforeWhatOthersWrite() {
    FutureTask<Object> done = new FutureTask<>(() -> 1);
    Deferred<Object> view = view(done);
    done.run();
    assertFalse(view.success(2));
    assertFalse(view.error(2));
    assertNull(view.claim());
    assertEquals(1, view.successValue(null));
  }

  @Test
  void aViewIsRealizedWithoutTouchingItsSource() {
    FutureTask<Object> future = new FutureTask<>(() -> 1);
    Deferred<Object> one = view(future);
    Deferred<Object> two = view(future);
    assertTrue(one.success("early"));
    assertFalse(two.realized());
    assertFalse(future.isDone());
  }

  @Test
  void viewsTakeTheCurrentExecutor() { // T16
    Executor e = Runnable::run;
    CurrentExecutor.set(e);
    try {
      assertSame(e, view(new FutureTask<>(() -> 1)).executor());
    } finally {
      CurrentExecutor.set(null);
    }
  }

  @Test
  void eachCoercionOfAStageIsANewDeferred() {
    CompletableFuture<Object> stage = new CompletableFuture<>();
    Deferred<Object> one = view(stage);
    Deferred<Object> two = view(stage);
    one.success("early");
    assertFalse(stage.isDone());
    stage.complete("v");
    assertEquals("early", one.successValue(null));
    assertEquals("v", two.successValue(null));
  }

  @Test
  void javaTypesAreExtendedByTheMostSpecificRule() throws Exception {
    Box box = new Box(1);
    assertFalse(Coercion.isDeferrable(box));
    Coercion.extend(Box.class, b -> Deferred.of(b.content()));
    assertEquals(1, view(box).await());
    Coercion.extend(Record.class, r -> Deferred.of("record"));
    assertEquals(1, view(box).await());
    assertEquals(2, Deferreds.chain(box, Fns.inc()).await());
  }

  @Test
  void aClassKnownAsPlainMayBeExtendedLater() throws Exception {
    List<Object> others = List.of("x", 1, 1L, 1.0, 'c', Boolean.TRUE, List.of(), Fns.inc());
    for (Object plain : others) {
      assertSame(plain, Deferreds.chain(plain, Fns.fn(x -> x)).await());
    }
    Early early = new Early();
    Late late = new Late();
    for (int i = 0; i < 3; i++) {
      assertSame(early, Deferreds.chain(Deferred.of(early), Fns.fn(x -> x)).await());
      assertSame(late, Deferreds.chainRaw(late, Fns.fn(x -> late)).await());
      assertSame(late, Deferreds.unwrap(late));
    }
    Coercion.extend(Early.class, x -> Deferred.of(1));
    assertEquals(2, Deferreds.chain(Deferred.of(early), Fns.inc()).await());
    assertEquals(2, Deferreds.chain(0, Fns.fn(x -> early), Fns.inc()).await());
    assertSame(late, Deferreds.chain(late).await());
    // In the middle of a chain that has seen it as plain.
    Deferred<Object> chained =
        Deferreds.chain(
            late,
            Fns.fn(
                x -> {
                  Coercion.extend(Late.class, y -> Deferred.of(2));
                  return x;
                }),
            Fns.inc());
    assertEquals(3, chained.await());
    assertSame(late, Deferreds.chainRaw(late, Fns.fn(x -> x)).await());
  }

  @Test
  void anExtensionIsSeenByThreadsThatHeardOfIt() throws Exception {
    Heard box = new Heard();
    AtomicInteger plain = new AtomicInteger();
    CountDownLatch extended = new CountDownLatch(1);
    Thread[] threads = new Thread[4];
    List<Object> seen = java.util.Collections.synchronizedList(new ArrayList<>());
    for (int i = 0; i < threads.length; i++) {
      threads[i] =
          new Thread(
              () -> {
                while (extended.getCount() > 0) {
                  Object x = Deferreds.chain(box).successValue(null);
                  if (x == box) {
                    plain.incrementAndGet();
                  }
                }
                seen.add(Deferreds.chain(box).successValue(null));
              });
      threads[i].start();
    }
    Await.until("the class is known as plain", () -> plain.get() > 1000);
    Coercion.extend(Heard.class, x -> Deferred.of(1));
    extended.countDown();
    for (Thread t : threads) {
      t.join(10_000);
    }
    assertEquals(List.of(1, 1, 1, 1), seen);
  }

  @Test
  void whatACoercionThrowsIsTheErrorOfAChain() {
    record Broken() {}
    Coercion.extend(
        Broken.class,
        b -> {
          throw new IllegalStateException("broken");
        });
    assertThrows(IllegalStateException.class, Deferreds.chain(new Broken())::await);
  }

  @Test
  void plainValuesAreNotEventual() {
    assertNull(Coercion.toDeferred(null));
    assertNull(Coercion.toDeferred("x"));
    assertThrows(IllegalArgumentException.class, () -> Coercion.requireDeferred(null));
  }

  @Test
  void foreignDeferredsWorkEverywhere() throws Exception { // 13, 16.2
    ForeignDeferred x = new ForeignDeferred();
    ForeignDeferred never = new ForeignDeferred();
    List<Deferred<Object>> all = new ArrayList<>();
    all.add(Deferreds.chain(x));
    all.add(Deferreds.chainRaw(x));
    all.add(Deferreds.recover(x, null, Fns.inc()));
    all.add(view(Deferreds.finallyDo(x, Fns.thunk(() -> null))));
    all.add(Deferreds.chain(Deferreds.zip(x, 2), Fns.fn(l -> ((List<?>) l).get(0))));
    all.add(Deferreds.altRaw(never, x));
    all.add(view(Deferreds.onto(x, Runnable::run)));
    all.add(Deferreds.loop(Fns.thunk(() -> x)));
    all.add(view(Deferreds.timeout(x, 100_000)));
    Deferred<Object> connected = Deferred.create();
    Deferreds.connect(x, connected);
    all.add(connected);
    x.succeed(1);
    for (Deferred<Object> d : all) {
      assertEquals(1, d.await(10, TimeUnit.SECONDS));
    }
    assertEquals(1, Deferreds.unwrap(x));
  }
}
