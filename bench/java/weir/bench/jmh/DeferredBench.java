package weir.bench.jmh;

import clojure.lang.AFn;
import clojure.lang.IFn;
import clojure.lang.RT;
import clojure.lang.Symbol;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import weir.deferred.Deferred;
import weir.deferred.Deferreds;
import weir.executor.CurrentExecutor;

/** Deferred beside CompletableFuture: what is called {@code future…} is the measure. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DeferredBench {

  private static final Function<Object, Object> STEP = x -> x;

  private static final IFn STEP_FN =
      new AFn() {
        @Override
        public Object invoke(Object x) {
          return x;
        }
      };

  private final Object value = new Object();
  private final CompletableFuture<Object> realizedFuture = CompletableFuture.completedFuture(value);
  private final Deferred<Object> realizedDeferred = Deferred.of(value, null);

  /** Made, completed, read. */
  @Benchmark
  public Object create_future() throws Exception {
    CompletableFuture<Object> f = new CompletableFuture<>();
    f.complete(value);
    return f.get();
  }

  /** The same. */
  @Benchmark
  public Object create_deferred() {
    Deferred<Object> d = Deferred.create(null);
    d.success(value);
    return d.deref();
  }

  /** Three functions on what is there already; the result is handed on, as a handler's would be. */
  @Benchmark
  public Object realized3_future_thenApply() {
    return realizedFuture.thenApply(STEP).thenApply(STEP).thenApply(STEP);
  }

  /** {@code d/chain}. */
  @Benchmark
  public Object realized3_deferred_chain() {
    return Deferreds.chain(realizedDeferred, STEP_FN, STEP_FN, STEP_FN);
  }

  /** As a CompletionStage. */
  @Benchmark
  public Object realized3_deferred_thenApply() {
    return realizedDeferred.thenApply(STEP).thenApply(STEP).thenApply(STEP);
  }

  /** Three functions on what comes later. */
  @Benchmark
  public Object pending3_future_thenApply() throws Exception {
    CompletableFuture<Object> f = new CompletableFuture<>();
    CompletableFuture<Object> last = f.thenApply(STEP).thenApply(STEP).thenApply(STEP);
    f.complete(value);
    return last.get();
  }

  /** {@code d/chain}. */
  @Benchmark
  public Object pending3_deferred_chain() {
    Deferred<Object> d = Deferred.create(null);
    Deferred<Object> last = Deferreds.chain(d, STEP_FN, STEP_FN, STEP_FN);
    d.success(value);
    return last.deref();
  }

  /** As a CompletionStage. */
  @Benchmark
  public Object pending3_deferred_thenApply() {
    Deferred<Object> d = Deferred.create(null);
    Deferred<Object> last =
        (Deferred<Object>) d.thenApply(STEP).thenApply(STEP).thenApply(STEP);
    d.success(value);
    return last.deref();
  }

  /** A list of three. */
  @Benchmark
  public Object zip3_future() throws Exception {
    CompletableFuture<Object> a = new CompletableFuture<>();
    CompletableFuture<Object> b = new CompletableFuture<>();
    CompletableFuture<Object> c = new CompletableFuture<>();
    CompletableFuture<List<Object>> all =
        CompletableFuture.allOf(a, b, c).thenApply(x -> List.of(a.join(), b.join(), c.join()));
    a.complete(value);
    b.complete(value);
    c.complete(value);
    return all.get();
  }

  /** {@code d/zip}. */
  @Benchmark
  public Object zip3_deferred() {
    Deferred<Object> a = Deferred.create(null);
    Deferred<Object> b = Deferred.create(null);
    Deferred<Object> c = Deferred.create(null);
    Deferred<Object> all = Deferreds.zip(a, b, c);
    a.success(value);
    b.success(value);
    c.success(value);
    return all.deref();
  }

  /** Three values that depend on nothing, all there already; a function of them. */
  @Benchmark
  public Object letFlow3realized_future_thenCompose() {
    return composed(realizedFuture, realizedFuture, realizedFuture);
  }

  /** {@code d/let-flow}. */
  @Benchmark
  public Object letFlow3realized_deferred() {
    return Flows.THREE.invoke(realizedDeferred, realizedDeferred, realizedDeferred);
  }

  /** Three values that come later; a function of them. */
  @Benchmark
  public Object letFlow3pending_future_thenCompose() throws Exception {
    CompletableFuture<Object> a = new CompletableFuture<>();
    CompletableFuture<Object> b = new CompletableFuture<>();
    CompletableFuture<Object> c = new CompletableFuture<>();
    CompletableFuture<Object> all = composed(a, b, c);
    a.complete(value);
    b.complete(value);
    c.complete(value);
    return all.get();
  }

  /** {@code d/let-flow}, with an executor for its body that runs it right there, as the future does. */
  @Benchmark
  public Object letFlow3pending_deferred() {
    Deferred<Object> a = Deferred.create(null);
    Deferred<Object> b = Deferred.create(null);
    Deferred<Object> c = Deferred.create(null);
    CurrentExecutor.set(Runnable::run);
    Deferred<?> all = (Deferred<?>) Flows.THREE.invoke(a, b, c);
    CurrentExecutor.set(null);
    a.success(value);
    b.success(value);
    c.success(value);
    return all.deref();
  }

  private static CompletableFuture<Object> composed(
      CompletableFuture<Object> a, CompletableFuture<Object> b, CompletableFuture<Object> c) {
    return a.thenCompose(
        x -> b.thenCompose(y -> c.thenCompose(z -> CompletableFuture.completedFuture(z))));
  }

  /** Loads Clojure when it is first needed. */
  private static final class Flows {
    static final IFn THREE;

    static {
      RT.var("clojure.core", "require").invoke(Symbol.intern("weir.bench.flows"));
      THREE = (IFn) RT.var("weir.bench.flows", "three").deref();
    }
  }
}
