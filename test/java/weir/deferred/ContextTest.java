package weir.deferred;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import clojure.lang.Var;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.stream.Stream;
import manifold.deferred.IDeferredListener;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.MDC;
import org.slf4j.helpers.BasicMDCAdapter;
import weir.stream.Streams;
import weir.time.CurrentClock;

class ContextTest {

  private static final ThreadLocal<String> WHO = new ThreadLocal<>();

  /** Carries {@link #WHO}. */
  private static final class Who implements ContextCarrier<String> {
    @Override
    public String capture() {
      return WHO.get();
    }

    @Override
    public Scope enter(String captured) {
      String before = WHO.get();
      WHO.set(captured);
      return () -> WHO.set(before);
    }
  }

  private final ExecutorService other = Executors.newSingleThreadExecutor();

  @AfterEach
  void turnOff() {
    Context.convey();
    WHO.remove();
    other.shutdownNow();
  }

  /** Something that gives a function away, which is called once {@code source} has an outcome. */
  private record Way(
      String name, boolean onError, BiFunction<Deferred<Object>, Supplier<Object>, ?> give) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Way way(String name, BiFunction<Deferred<Object>, Supplier<Object>, ?> give) {
    return new Way(name, false, give);
  }

  private static Way onError(String name, BiFunction<Deferred<Object>, Supplier<Object>, ?> give) {
    return new Way(name, true, give);
  }

  static Stream<Way> ways() {
    return Stream.of(
        way("chain", (d, f) -> Deferreds.chain(d, Fns.fn(x -> f.get()))),
        way("a later stage", (d, f) -> Deferreds.chain(1, Fns.fn(x -> d), Fns.fn(x -> f.get()))),
        way("chainRaw", (d, f) -> Deferreds.chainRaw(d, Fns.fn(x -> f.get()))),
        way("chain of a stage", (d, f) -> Deferreds.chain(future(d), Fns.fn(x -> f.get()))),
        way("chain of a foreign one", (d, f) -> Deferreds.chain(foreign(d), Fns.fn(x -> f.get()))),
        way("onRealized", (d, f) -> d.onRealized(Fns.fn(x -> f.get()), Fns.inc())),
        way("addListener", (d, f) -> d.addListener(listener(f))),
        way("finallyDo", (d, f) -> Deferreds.finallyDo(d, Fns.thunk(f::get))),
        onError("finallyDo after an error", (d, f) -> d.andFinally(f::get)),
        onError("recover", (d, f) -> d.recover(x -> f.get())),
        way("zip", (d, f) -> Deferreds.chain(Deferreds.zip(d, 1), Fns.fn(x -> f.get()))),
        way("alt", (d, f) -> Deferreds.chain(Deferreds.alt(d), Fns.fn(x -> f.get()))),
        way(
            "loop",
            (d, f) -> Deferreds.loop(0, i -> i == 0 ? d.thenApply(x -> Recur.of(1)) : f.get())),
        way("thenApply", (d, f) -> d.thenApply(x -> f.get())),
        way("thenApplyAsync", (d, f) -> d.thenApplyAsync(x -> f.get())),
        way("thenCompose", (d, f) -> d.thenCompose(x -> Deferred.of(f.get()))),
        way("thenCombine", (d, f) -> d.thenCombine(Deferred.of(1), (x, y) -> f.get())),
        way("whenComplete", (d, f) -> d.whenComplete((x, e) -> f.get())),
        onError("exceptionally", (d, f) -> d.exceptionally(e -> f.get())),
        way("onto", (d, f) -> Deferreds.chain(d.onto(r -> new Thread(r).start()), fn(f))),
        way("supply", (d, f) -> Deferreds.supply(r -> d.thenRun(r), f::get)),
        way("cancelable supply", (d, f) -> Cancelable.supply(r -> d.thenRun(r), f::get)),
        way("told of a cancellation", (d, f) -> cancelledBy(d, f)),
        way("in", (d, f) -> Deferreds.in(CurrentClock.get(), 1, f::get)),
        way("consume", (d, f) -> Streams.consume(fedBy(d), x -> f.get())),
        way("consume a deferred", (d, f) -> Streams.consume(d, x -> f.get())),
        way("map", (d, f) -> Streams.map(fedBy(d), x -> f.get())),
        way("filter", (d, f) -> Streams.filter(fedBy(d), x -> f.get() != null)),
        way("reduce", (d, f) -> Streams.reduce(fedBy(d), 0, (x, y) -> f.get())),
        way("reductions", (d, f) -> Streams.reductions(fedBy(d), 0, (x, y) -> f.get())),
        way("onClosed", (d, f) -> closing(d, f)));
  }

  private static clojure.lang.IFn fn(Supplier<Object> f) {
    return Fns.fn(x -> f.get());
  }

  private static CompletableFuture<Object> future(Deferred<Object> d) {
    CompletableFuture<Object> future = new CompletableFuture<>();
    d.onRealized(Fns.fn(future::complete), Fns.inc());
    return future;
  }

  private static ForeignDeferred foreign(Deferred<Object> d) {
    ForeignDeferred foreign = new ForeignDeferred();
    d.onRealized(
        Fns.fn(
            x -> {
              foreign.succeed(x);
              return null;
            }),
        Fns.inc());
    return foreign;
  }

  private static weir.stream.Stream<Object> fedBy(Deferred<Object> d) {
    weir.stream.Stream<Object> stream = weir.stream.Stream.create();
    d.onRealized(Fns.fn(stream::put), Fns.inc());
    return stream;
  }

  private static Object closing(Deferred<Object> d, Supplier<Object> f) {
    weir.stream.Stream<Object> stream = fedBy(d);
    Streams.consume(stream, x -> stream.close());
    stream.onClosed(f::get);
    return stream;
  }

  private static Object cancelledBy(Deferred<Object> d, Supplier<Object> f) {
    Deferred<Object> cancelable = Cancelable.from(Deferred.create(null), f::get);
    return d.connectTo(cancelable);
  }

  private static IDeferredListener listener(Supplier<Object> f) {
    return new IDeferredListener() {
      @Override
      public Object onSuccess(Object x) {
        return f.get();
      }

      @Override
      public Object onError(Object e) {
        return f.get();
      }
    };
  }

  private String seenBy(Way way, Deferred<Object> source) throws Exception {
    CompletableFuture<String> seen = new CompletableFuture<>();
    WHO.set("giver");
    way.give.apply(
        source,
        () -> {
          seen.complete(String.valueOf(WHO.get()));
          return "done";
        });
    WHO.set("giver, later");
    Object after =
        other
            .submit(
                () -> {
                  WHO.set("completer");
                  boolean won = way.onError ? source.fail(new Exception("x")) : source.complete(1);
                  return won + ", " + WHO.get();
                })
            .get(10, TimeUnit.SECONDS);
    assertEquals("true, completer", after);
    return seen.get(10, TimeUnit.SECONDS);
  }

  @ParameterizedTest
  @MethodSource("ways")
  void aFunctionSeesTheContextOfItsGiver(Way way) throws Exception {
    Context.convey(new Who());
    assertEquals("giver", seenBy(way, Deferred.create(null)));
  }

  @ParameterizedTest
  @MethodSource("ways")
  void theContextGoesToTheExecutorOfTheDeferred(Way way) throws Exception {
    Context.convey(new Who());
    assertEquals("giver", seenBy(way, Deferred.create(r -> new Thread(r).start())));
  }

  @Test
  void nothingIsConveyedUnlessAskedFor() throws Exception { // 3.3.9
    Way chain = way("chain", (d, f) -> Deferreds.chain(d, fn(f)));
    assertEquals("completer", seenBy(chain, Deferred.create(null)));
    Context.convey(new Who());
    Context.convey();
    assertEquals("completer", seenBy(chain, Deferred.create(null)));
  }

  @Test
  void aRealizedDeferredOnAnExecutorConveysToo() throws Exception {
    Context.convey(new Who());
    CompletableFuture<String> seen = new CompletableFuture<>();
    WHO.set("giver");
    Deferred<Object> realized = Deferred.of(1, other);
    realized.onRealized(Fns.fn(x -> seen.complete(WHO.get())), Fns.inc());
    assertEquals("giver", seen.get(10, TimeUnit.SECONDS));
    assertNull(other.submit(WHO::get).get());
  }

  @Test
  void listenersCanStillBeCancelled() throws Exception {
    Context.convey(new Who());
    Deferred<Object> d = Deferred.create(null);
    List<Object> calls = new ArrayList<>();
    IDeferredListener one = listener(() -> calls.add(1));
    IDeferredListener two = listener(() -> calls.add(2));
    d.addListener(one);
    d.addListener(two);
    d.addListener(one);
    assertEquals(true, d.cancelListener(one));
    assertEquals(2, d.waiting());
    assertEquals(true, d.cancelListener(one));
    assertEquals(false, d.cancelListener(one));
    assertEquals(1, d.waiting());
    d.complete(0);
    assertEquals(List.of(2), calls);
  }

  @Test
  void losersOfRacesAreForgotten() { // isCancelled goes through
    Context.convey(new Who());
    Deferred<Object> longLived = Deferred.create(null);
    for (int i = 0; i < 10_000; i++) {
      Deferred<Object> winner = Deferred.create(null);
      Deferreds.alt(longLived, winner);
      winner.complete(i);
    }
    assertTrue(longLived.waiting() < 1000, () -> longLived.waiting() + " callbacks");
  }

  @Test
  void whatMustRunInlineStillDoes() throws Exception { // a waiter on an executor that never runs
    Context.convey(new Who());
    Deferred<Object> d = Deferred.create(r -> {});
    Deferred<Object> timed = Deferred.create(r -> {});
    Deferreds.timeout(timed, 60_000);
    other.execute(() -> d.complete("v"));
    assertEquals("v", d.await(10, TimeUnit.SECONDS));
    timed.complete(1);
  }

  @Test
  void carriersAreEnteredInOrderAndLeftInReverse() {
    List<String> log = new ArrayList<>();
    Context.convey(logging("a", log), logging("b", log));
    Deferred<Object> d = Deferred.create(null);
    d.onRealized(Fns.fn(x -> log.add("call")), Fns.inc());
    d.complete(1);
    assertEquals(
        List.of("capture a", "capture b", "enter a", "enter b", "call", "leave b", "leave a"), log);
  }

  private static ContextCarrier<String> logging(String name, List<String> log) {
    return new ContextCarrier<>() {
      @Override
      public String capture() {
        log.add("capture " + name);
        return name;
      }

      @Override
      public Scope enter(String captured) {
        log.add("enter " + captured);
        return () -> log.add("leave " + captured);
      }
    };
  }

  @Test
  void aBrokenCarrierKeepsNoFunctionFromBeingCalled() throws Exception {
    ContextCarrier<Object> broken =
        new ContextCarrier<>() {
          @Override
          public Object capture() {
            throw new IllegalStateException("capture");
          }

          @Override
          public Scope enter(Object captured) {
            throw new IllegalStateException("enter");
          }
        };
    Context.convey(broken, new Who());
    Way chain = way("chain", (d, f) -> Deferreds.chain(d, fn(f)));
    assertEquals("giver", seenBy(chain, Deferred.create(null)));
  }

  @Test
  void dynamicBindingsAreConveyed() throws Exception {
    Context.convey(ContextCarrier.bindings());
    Var var = Var.create("root").setDynamic();
    Deferred<Object> d = Deferred.create(null);
    Var.pushThreadBindings(clojure.lang.PersistentHashMap.create(var, "giver"));
    Deferred<Object> seen;
    try {
      seen = Deferreds.chain(d, Fns.fn(x -> var.deref()));
    } finally {
      Var.popThreadBindings();
    }
    other.submit(() -> d.complete(1)).get();
    assertEquals("giver", seen.await(10, TimeUnit.SECONDS));
    assertEquals("root", other.submit(var::deref).get());
  }

  @Test
  void theMdcIsConveyed() throws Exception {
    Field adapter = MDC.class.getDeclaredField("MDC_ADAPTER");
    adapter.setAccessible(true);
    Object before = adapter.get(null);
    adapter.set(null, new BasicMDCAdapter()); // slf4j-simple has none
    try {
      Context.convey(ContextCarrier.mdc());
      Deferred<Object> d = Deferred.create(null);
      MDC.put("request", "17");
      Deferred<Object> seen = Deferreds.chain(d, Fns.fn(x -> MDC.get("request")));
      MDC.clear();
      Deferred<Object> empty = Deferreds.chain(d, Fns.fn(x -> MDC.get("request")));
      Object after =
          other
              .submit(
                  () -> {
                    MDC.put("request", "completer's");
                    d.complete(1);
                    return MDC.get("request");
                  })
              .get();
      assertEquals("completer's", after);
      assertEquals("17", seen.await(10, TimeUnit.SECONDS));
      assertNull(empty.await(10, TimeUnit.SECONDS));
    } finally {
      adapter.set(null, before);
    }
  }

  @Test
  void runnablesForOtherThreadsAreWrappedByHand() throws Exception {
    Runnable same = () -> {};
    assertEquals(same, Context.around(same));
    Context.convey(new Who());
    WHO.set("giver");
    List<String> seen = new ArrayList<>();
    Runnable wrapped = Context.around((Runnable) () -> seen.add(WHO.get()));
    other.submit(wrapped).get();
    assertEquals(List.of("giver"), seen);
    assertFalse(other.submit(() -> WHO.get() != null).get());
  }
}
