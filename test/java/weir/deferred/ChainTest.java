package weir.deferred;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import weir.executor.CurrentExecutor;

class ChainTest {

  /** Something to chain on, and how to realize it. */
  private record Input(String name, Object x, Runnable succeed, Runnable fail) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Input> inputs() {
    Deferred<Object> md = Deferred.create();
    Deferred<Object> inner = Deferred.create();
    Deferred<Object> outer = Deferred.create();
    CompletableFuture<Object> stage = new CompletableFuture<>();
    FutureTask<Object> task = new FutureTask<>(() -> 0);
    FutureTask<Object> failing =
        new FutureTask<>(
            () -> {
              throw new IllegalStateException("boom");
            });
    ForeignDeferred foreign = new ForeignDeferred();
    Runnable noFail = null;
    return Stream.of(
        new Input("plain", 0, () -> {}, noFail),
        new Input("deferred", md, () -> md.success(0), () -> md.error(boom())),
        new Input(
            "nested",
            outer,
            () -> {
              outer.success(inner);
              inner.success(0);
            },
            () -> {
              outer.success(inner);
              inner.error(boom());
            }),
        new Input(
            "stage", stage, () -> stage.complete(0), () -> stage.completeExceptionally(boom())),
        new Input("future", task, task::run, noFail),
        new Input("failing future", failing, null, failing::run),
        new Input("foreign", foreign, () -> foreign.succeed(0), () -> foreign.fail(boom())));
  }

  private static IllegalStateException boom() {
    return new IllegalStateException("boom");
  }

  private static Object[] stages(int n, int failing) {
    Object[] stages = new Object[n];
    Arrays.fill(stages, Fns.inc());
    if (failing < n) {
      stages[failing] = Fns.fail(boom());
    }
    return stages;
  }

  private static void check(Deferred<Object> result, int n, int failing) throws Exception {
    if (failing < n) {
      assertInstanceOf(IllegalStateException.class, errorOf(result));
    } else {
      assertEquals(n, result.await(10, TimeUnit.SECONDS));
    }
  }

  private static Object errorOf(Deferred<?> d) throws Exception {
    try {
      return "value " + d.await(10, TimeUnit.SECONDS);
    } catch (Throwable t) {
      return t;
    }
  }

  @ParameterizedTest
  @MethodSource("inputs")
  void everyNumberOfStagesGetsTheValueOfARealizedInput(Input in) throws Exception {
    if (in.succeed == null) {
      return;
    }
    in.succeed.run();
    for (int n = 0; n <= 20; n++) {
      for (int failing = 0; failing <= n; failing++) {
        check(Deferreds.chainInto(null, in.x, stages(n, failing)), n, failing);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("inputs")
  void everyNumberOfStagesGetsTheValueOfAPendingInput(Input in) throws Exception {
    if (in.succeed == null) {
      return;
    }
    List<Deferred<Object>> results = new ArrayList<>();
    for (int n = 0; n <= 20; n++) {
      for (int failing = 0; failing <= n; failing++) {
        results.add(Deferreds.chainInto(null, in.x, stages(n, failing)));
      }
    }
    in.succeed.run();
    int i = 0;
    for (int n = 0; n <= 20; n++) {
      for (int failing = 0; failing <= n; failing++) {
        check(results.get(i++), n, failing);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("inputs")
  void anErrorSkipsAllStages(Input in) throws Exception {
    if (in.fail == null) {
      return;
    }
    Deferred<Object> early = Deferreds.chain(in.x, Fns.inc(), Fns.inc());
    in.fail.run();
    Deferred<Object> late = Deferreds.chain(in.x, Fns.inc());
    assertTrue(errorOf(early).toString().contains("boom"));
    assertTrue(errorOf(late).toString().contains("boom"));
  }

  @Test
  void theFixedAritiesAgree() throws Exception {
    Deferred<Object> x = Deferred.create();
    List<Deferred<Object>> all =
        List.of(
            Deferreds.chain(x),
            Deferreds.chain(x, Fns.inc()),
            Deferreds.chain(x, Fns.inc(), Fns.inc()),
            Deferreds.chain(x, Fns.inc(), Fns.inc(), Fns.inc()));
    x.success(0);
    for (int i = 0; i < all.size(); i++) {
      assertEquals(i, all.get(i).await());
    }
  }

  @Test
  void allStagesHaveRunOnTheCallerWhenNothingIsPending() { // C3
    List<Thread> threads = new ArrayList<>();
    Object note = Fns.fn(x -> threads.add(Thread.currentThread()));
    assertTrue(Deferreds.chain(Deferred.of(1), note, note).realized());
    assertEquals(List.of(Thread.currentThread(), Thread.currentThread()), threads);
  }

  @Test
  void theResultTakesTheCurrentExecutorOfTheCaller() { // C7
    Executor e = Runnable::run;
    CurrentExecutor.set(e);
    try {
      assertSame(e, Deferreds.chain(Deferred.create(null), Fns.inc()).executor());
      assertSame(e, Deferreds.chain(1, Fns.inc()).executor());
    } finally {
      CurrentExecutor.set(null);
    }
    assertNull(Deferreds.chain(Deferred.create(e), Fns.inc()).executor());
  }

  @Test
  void noStageRunsOnceTheResultIsRealizedFromOutside() { // C8
    for (int stages = 1; stages < 8; stages++) {
      List<Integer> ran = new ArrayList<>();
      Deferred<Object> x = Deferred.create();
      Object[] fs = new Object[stages];
      Arrays.fill(fs, Fns.fn(v -> ran.add(1)));
      for (Deferred<Object> result :
          List.of(Deferreds.chainInto(null, x, fs), Deferreds.chainRawInto(null, x, fs))) {
        result.success("early");
      }
      x.success(0);
      assertEquals(List.of(), ran);
    }
  }

  @Test
  void aStageThatRealizesTheResultIsTheLast() { // C8, T5
    List<Integer> ran = new ArrayList<>();
    Deferred<Object> result = Deferred.create();
    Object end = Fns.fn(v -> result.success("early"));
    Object note = Fns.fn(v -> ran.add(1));
    assertSame(result, Deferreds.chainInto(result, 0, end, note, note));
    assertEquals("early", result.successValue(null));
    assertEquals(List.of(), ran);
  }

  @Test
  void aNilStageIsAnErrorAtEveryPosition() throws Exception { // C9
    for (int i = 0; i < 6; i++) {
      Object[] fs = stages(6, 6);
      fs[i] = null;
      assertInstanceOf(NullPointerException.class, errorOf(Deferreds.chainInto(null, 0, fs)));
    }
  }

  @Test
  void aDeferredIsRefusedAsAStage() throws Exception { // C10, T23
    Deferred<Object> stage = Deferred.create();
    assertInstanceOf(IllegalArgumentException.class, errorOf(Deferreds.chain(1, stage)));
    assertFalse(stage.realized());
  }

  @Test
  void aValueThatIsNoFunctionIsAnErrorOfTheResult() throws Exception {
    assertInstanceOf(IllegalArgumentException.class, errorOf(Deferreds.chain(1, "f")));
  }

  @Test
  void rawChainsPassFuturesOn() throws Exception {
    CompletableFuture<Object> future = CompletableFuture.completedFuture(1);
    assertSame(future, Deferreds.chainRaw(future).await());
    assertEquals(1, Deferreds.chain(future).await());
  }

  @Test
  void anErrorMayBeAnyObject() throws Exception {
    Deferred<Object> d = Deferred.create();
    Deferred<Object> result = Deferreds.chain(d, Fns.inc());
    d.error(null);
    assertNull(result.errorValue("none"));
  }
}
