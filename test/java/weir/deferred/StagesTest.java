package weir.deferred;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import clojure.lang.ExceptionInfo;
import clojure.lang.Keyword;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every method of CompletionStage completes its result, whatever its function does: §16.5, and the
 * defects of §5, where a function that threw left the result pending for ever.
 */
class StagesTest {

  private static final Object VALUE = "v";
  private static final IllegalStateException ERROR = new IllegalStateException("source");
  private static final IllegalStateException THROWN = new IllegalStateException("function");

  private enum How {
    PLAIN,
    ASYNC,
    EXECUTOR
  }

  /** What a method's function does with what it got. */
  private interface Body extends Function<Object, Object> {}

  private interface Method {
    CompletionStage<?> call(Deferred<Object> d, How how, Body body);
  }

  /** The expected outcomes: of a value, of an error, with the function's result named "f". */
  private record Row(String name, Method method, Object onValue, Object onError) {}

  private static final Executor SAME = Runnable::run;

  private static List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    Deferred<Object> other = Deferred.of("o");
    Deferred<Object> never = Deferred.create();
    rows.add(
        new Row(
            "thenApply",
            (d, how, f) ->
                switch (how) {
                  case PLAIN -> d.thenApply(f);
                  case ASYNC -> d.thenApplyAsync(f);
                  case EXECUTOR -> d.thenApplyAsync(f, SAME);
                },
            "f",
            ERROR));
    rows.add(
        new Row(
            "thenAccept",
            (d, how, f) ->
                switch (how) {
                  case PLAIN -> d.thenAccept(f::apply);
                  case ASYNC -> d.thenAcceptAsync(f::apply);
                  case EXECUTOR -> d.thenAcceptAsync(f::apply, SAME);
                },
            null,
            ERROR));
    rows.add(
        new Row(
            "thenRun",
            (d, how, f) ->
                switch (how) {
                  case PLAIN -> d.thenRun(() -> f.apply(null));
                  case ASYNC -> d.thenRunAsync(() -> f.apply(null));
                  case EXECUTOR -> d.thenRunAsync(() -> f.apply(null), SAME);
                },
            null,
            ERROR));
    rows.add(
        new Row(
            "thenCompose",
            (d, how, f) ->
                switch (how) {
                  case PLAIN -> d.thenCompose(x -> Deferred.of(f.apply(x)));
                  case ASYNC -> d.thenComposeAsync(x -> Deferred.of(f.apply(x)));
                  case EXECUTOR -> d.thenComposeAsync(x -> Deferred.of(f.apply(x)), SAME);
                },
            "f",
            ERROR));
    rows.add(
        new Row(
            "handle",
            (d, how, f) ->
                switch (how) {
                  case PLAIN -> d.handle((x, e) -> f.apply(x));
                  case ASYNC -> d.handleAsync((x, e) -> f.apply(x));
                  case EXECUTOR -> d.handleAsync((x, e) -> f.apply(x), SAME);
                },
            "f",
            "f"));
    rows.add(
        new Row(
            "whenComplete",
            (d, how, f) ->
                switch (how) {
                  case PLAIN -> d.whenComplete((x, e) -> f.apply(x));
                  case ASYNC -> d.whenCompleteAsync((x, e) -> f.apply(x));
                  case EXECUTOR -> d.whenCompleteAsync((x, e) -> f.apply(x), SAME);
                },
            VALUE,
            ERROR));
    rows.add(
        new Row(
            "exceptionally",
            (d, how, f) ->
                switch (how) {
                  case PLAIN -> d.exceptionally(f::apply);
                  case ASYNC -> d.exceptionallyAsync(f::apply);
                  case EXECUTOR -> d.exceptionallyAsync(f::apply, SAME);
                },
            VALUE,
            "f"));
    rows.add(
        new Row(
            "exceptionallyCompose",
            (d, how, f) ->
                switch (how) {
                  case PLAIN -> d.exceptionallyCompose(e -> Deferred.of(f.apply(e)));
                  case ASYNC -> d.exceptionallyComposeAsync(e -> Deferred.of(f.apply(e)));
                  case EXECUTOR -> d.exceptionallyComposeAsync(e -> Deferred.of(f.apply(e)), SAME);
                },
            VALUE,
            "f"));
    rows.add(
        new Row(
            "thenCombine",
            (d, how, f) ->
                switch (how) {
                  case PLAIN -> d.thenCombine(other, (a, b) -> f.apply(a));
                  case ASYNC -> d.thenCombineAsync(other, (a, b) -> f.apply(a));
                  case EXECUTOR -> d.thenCombineAsync(other, (a, b) -> f.apply(a), SAME);
                },
            "f",
            ERROR));
    rows.add(
        new Row(
            "thenAcceptBoth",
            (d, how, f) ->
                switch (how) {
                  case PLAIN -> d.thenAcceptBoth(other, (a, b) -> f.apply(a));
                  case ASYNC -> d.thenAcceptBothAsync(other, (a, b) -> f.apply(a));
                  case EXECUTOR -> d.thenAcceptBothAsync(other, (a, b) -> f.apply(a), SAME);
                },
            null,
            ERROR));
    rows.add(
        new Row(
            "runAfterBoth",
            (d, how, f) ->
                switch (how) {
                  case PLAIN -> d.runAfterBoth(other, () -> f.apply(null));
                  case ASYNC -> d.runAfterBothAsync(other, () -> f.apply(null));
                  case EXECUTOR -> d.runAfterBothAsync(other, () -> f.apply(null), SAME);
                },
            null,
            ERROR));
    rows.add(
        new Row(
            "applyToEither",
            (d, how, f) ->
                switch (how) {
                  case PLAIN -> d.applyToEither(never, f);
                  case ASYNC -> d.applyToEitherAsync(never, f);
                  case EXECUTOR -> d.applyToEitherAsync(never, f, SAME);
                },
            "f",
            ERROR));
    rows.add(
        new Row(
            "acceptEither",
            (d, how, f) ->
                switch (how) {
                  case PLAIN -> d.acceptEither(never, f::apply);
                  case ASYNC -> d.acceptEitherAsync(never, f::apply);
                  case EXECUTOR -> d.acceptEitherAsync(never, f::apply, SAME);
                },
            null,
            ERROR));
    rows.add(
        new Row(
            "runAfterEither",
            (d, how, f) ->
                switch (how) {
                  case PLAIN -> d.runAfterEither(never, () -> f.apply(null));
                  case ASYNC -> d.runAfterEitherAsync(never, () -> f.apply(null));
                  case EXECUTOR -> d.runAfterEitherAsync(never, () -> f.apply(null), SAME);
                },
            null,
            ERROR));
    return rows;
  }

  @TestFactory
  Stream<DynamicTest> everyMethodCompletesItsResult() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Row row : rows()) {
      for (How how : How.values()) {
        for (boolean succeeds : new boolean[] {true, false}) {
          for (boolean throwing : new boolean[] {true, false}) {
            for (boolean pending : new boolean[] {true, false}) {
              String name = row.name + how + succeeds + throwing + pending;
              tests.add(
                  DynamicTest.dynamicTest(
                      name, () -> check(row, how, succeeds, throwing, pending)));
            }
          }
        }
      }
    }
    return tests.stream();
  }

  private static void check(Row row, How how, boolean succeeds, boolean throwing, boolean pending)
      throws Exception {
    Deferred<Object> d = Deferred.create();
    boolean[] called = {false};
    Body body =
        x -> {
          called[0] = true;
          if (throwing) {
            throw THROWN;
          }
          return "f";
        };
    if (!pending) {
      realize(d, succeeds);
    }
    CompletionStage<?> result = row.method.call(d, how, body);
    if (pending) {
      realize(d, succeeds);
    }
    Object actual;
    try {
      actual = ((Deferred<?>) result).await(10, TimeUnit.SECONDS);
    } catch (IllegalStateException e) {
      actual = e;
    }
    Object expected = succeeds ? row.onValue : row.onError;
    boolean actionMayNotReplaceTheError = row.name.equals("whenComplete") && !succeeds;
    if (called[0] && throwing && !actionMayNotReplaceTheError) {
      expected = THROWN;
    }
    assertEquals(expected, actual);
  }

  private static void realize(Deferred<Object> d, boolean succeeds) {
    if (succeeds) {
      d.success(VALUE);
    } else {
      d.error(ERROR);
    }
  }

  @Test
  void valuesAreNotFlattened() throws Exception {
    Deferred<Integer> inner = Deferred.of(1);
    assertSame(inner, Deferred.of(0).thenApply(x -> inner).await());
    Deferred<Deferred<Integer>> outer = Deferred.of(inner);
    assertSame(inner, Deferred.of(0).thenCompose(x -> outer).await());
  }

  @Test
  void composingWithSomethingThatIsNotEventualIsAnError() {
    @SuppressWarnings({"unchecked", "rawtypes"}) // what callers without types may do
    Function<Integer, CompletionStage<Object>> fn = (Function) x -> "plain";
    Deferred<Object> result = Deferred.of(1).thenCompose(fn);
    assertThrows(IllegalArgumentException.class, result::await);
  }

  @Test
  void functionsAndOthersMustNotBeNull() {
    Deferred<Object> d = Deferred.create();
    assertThrows(NullPointerException.class, () -> d.thenApply(null));
    assertThrows(NullPointerException.class, () -> d.handleAsync(null));
    assertThrows(NullPointerException.class, () -> d.thenCombine(null, (a, b) -> a));
    assertThrows(NullPointerException.class, () -> d.runAfterEither(null, () -> {}));
    assertThrows(NullPointerException.class, () -> d.thenApplyAsync(x -> x, null));
  }

  @Test
  void errorsThatAreNoThrowableReachHandleAndCompletableFuture() throws Exception {
    Deferred<Object> d = Deferred.failed("text");
    @SuppressWarnings({"unchecked", "rawtypes"}) // what callers without types may do
    Object handled = d.handle((java.util.function.BiFunction) (Object v, Object e) -> e).await();
    assertEquals("text", handled);
    CompletableFuture<Object> future = d.toCompletableFuture();
    CompletionException e = assertThrows(CompletionException.class, future::join);
    ExceptionInfo info = (ExceptionInfo) e.getCause();
    assertEquals("text", info.getData().valAt(Keyword.intern("error")));
  }

  @Test
  void completingTheFutureDoesNotTouchTheDeferred() {
    Deferred<Object> d = Deferred.create();
    d.toCompletableFuture().complete(1);
    assertFalse(d.realized());
    assertNull(d.successValue(null));
  }
}
