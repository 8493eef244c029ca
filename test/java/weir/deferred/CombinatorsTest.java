package weir.deferred;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** The typed side, as a Java program uses it. */
class CombinatorsTest {

  private static <T> T await(Deferred<T> d) throws Exception {
    return d.await(10, TimeUnit.SECONDS);
  }

  @Test
  void chainFlattensWhatItsFunctionReturns() throws Exception {
    Deferred<Integer> d = Deferred.create();
    Deferred<String> text = d.chain(x -> Deferred.of(Deferred.of("n" + x)));
    d.complete(1);
    assertEquals("n1", await(text));
    assertEquals("n1", await(Deferred.of(text).<String>flatten()));
  }

  @Test
  void errorsAreRecoveredByType() throws Exception {
    Deferred<String> failed = Deferred.failed(new IllegalStateException("x"));
    assertEquals("x", await(failed.recover(IllegalStateException.class, Throwable::getMessage)));
    assertEquals("any", await(failed.recover(e -> Deferred.of("any"))));
    Deferred<String> other = failed.recover(IllegalArgumentException.class, e -> "no");
    assertThrows(IllegalStateException.class, other::await);
  }

  @Test
  void anActionRunsOnBothOutcomes() throws Exception {
    List<String> ran = new ArrayList<>();
    Deferred<Integer> d = Deferred.create();
    Deferred<Integer> after = d.andFinally(() -> ran.add("late"));
    d.complete(1);
    assertEquals(1, await(after));
    Deferred<Integer> failed = Deferred.failed("k");
    assertThrows(Exception.class, failed.andFinally(() -> ran.add("error"))::await);
    assertEquals(List.of("late", "error"), ran);
  }

  @Test
  void timeLimitsEndADeferred() throws Exception {
    Deferred<Integer> d = Deferred.create();
    assertSame(d, d.timeout(Duration.ofMillis(1)));
    TimeoutException e = assertThrows(TimeoutException.class, () -> await(d));
    assertEquals("timed out after 1 milliseconds", e.getMessage());
    assertEquals(7, await(Deferred.<Integer>create().timeout(Duration.ofNanos(10_000), 7)));
  }

  @Test
  void ontoMovesFunctionsOfRealizedDeferreds() throws Exception { // T2
    List<Runnable> tasks = new ArrayList<>();
    Executor e = tasks::add;
    Deferred<Integer> moved = Deferred.of(1).onto(e);
    Deferred<Integer> chained = moved.chain(x -> x + 1);
    Deferred<Integer> applied = moved.thenApply(x -> x + 1);
    assertFalse(chained.realized() || applied.realized());
    tasks.forEach(Runnable::run);
    assertEquals(2, await(chained));
    assertEquals(2, await(applied));
  }

  @Test
  void manyValuesAreAwaitedInOrderAndTheFirstIsTaken() throws Exception {
    Deferred<Integer> a = Deferred.create();
    Deferred<Integer> b = Deferred.create();
    Deferred<List<Integer>> all = Deferreds.all(List.of(a, b));
    Deferred<Integer> any = Deferreds.any(List.of(a, b));
    b.complete(2);
    assertEquals(2, await(any));
    a.complete(1);
    assertEquals(List.of(1, 2), await(all));
    assertThrows(IllegalArgumentException.class, () -> Deferreds.any(List.<Deferred<Integer>>of()));
  }

  @Test
  void connectedDeferredsFollow() throws Exception {
    Deferred<Integer> a = Deferred.create();
    Deferred<Number> b = Deferred.create();
    assertTrue(a.connectTo(b));
    a.complete(1);
    assertEquals(1, await(b));
    assertFalse(a.connectTo(b));
  }

  @Test
  void loopsRunUntilSomethingElseThanRecur() throws Exception {
    Deferred<Integer> sum =
        Deferreds.loop(0, n -> n < 10 ? Deferred.of(Recur.of(n + 1)) : (Object) n);
    assertEquals(10, await(sum));
  }

  @Test
  void suppliedFunctionsRunOnTheExecutorUnlessTheResultIsThere() throws Exception {
    List<Runnable> tasks = new ArrayList<>();
    Deferred<Integer> ran = Deferreds.supply(tasks::add, () -> 1);
    Deferred<Integer> skipped =
        Deferreds.supply(
            tasks::add,
            () -> {
              throw new AssertionError("must not run");
            });
    skipped.complete(2);
    tasks.forEach(Runnable::run);
    assertEquals(1, await(ran));
    assertEquals(2, await(skipped));
  }
}
