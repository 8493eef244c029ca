package weir.deferred;

import java.util.concurrent.atomic.AtomicInteger;
import manifold.deferred.IDeferredListener;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Writers, and listeners against writers, behave as if each had come alone. */
@Tag("lincheck")
class DeferredModelTest {

  private static final int THREADS = 8;

  /** Claim, success, error, and both with a token; each thread uses the token that it got. */
  public static class Writers {
    final Deferred<Object> deferred = Deferred.create(null);
    private final Object[] tokens = new Object[THREADS];

    @Operation
    public boolean claim(@Param(gen = ThreadIdGen.class) int thread) {
      Object token = deferred.claim();
      if (token != null) {
        tokens[thread] = token;
      }
      return token != null;
    }

    @Operation
    public boolean success(@Param(gen = IntGen.class) int x) {
      return deferred.success(x);
    }

    @Operation
    public boolean error(@Param(gen = IntGen.class) int x) {
      return deferred.error(x);
    }

    @Operation
    public String successWithToken(
        @Param(gen = IntGen.class) int x, @Param(gen = ThreadIdGen.class) int thread) {
      try {
        return "" + deferred.success(x, tokens[thread]);
      } catch (IllegalStateException e) {
        return e.getMessage();
      }
    }

    @Operation
    public Object errorValue() {
      return deferred.errorValue("none");
    }

    @Operation
    public Object successValue() {
      return deferred.successValue("none");
    }
  }

  /** Each thread registers and takes back a listener of its own while others complete or claim. */
  public static class Registrations {
    private final Deferred<Object> deferred = Deferred.create(null);
    private final Counter[] listeners = new Counter[THREADS];
    private final int[] registered = new int[THREADS];

    /** Makes a model with one listener for each thread. */
    public Registrations() {
      for (int i = 0; i < THREADS; i++) {
        listeners[i] = new Counter();
      }
    }

    @Operation
    public void add(@Param(gen = ThreadIdGen.class) int thread) {
      deferred.addListener(listeners[thread]);
      registered[thread]++;
    }

    @Operation
    public Object cancel(@Param(gen = ThreadIdGen.class) int thread) {
      Object cancelled = deferred.cancelListener(listeners[thread]);
      if (cancelled == Boolean.TRUE) {
        registered[thread]--;
      }
      return cancelled;
    }

    @Operation
    public boolean success(@Param(gen = IntGen.class) int x) {
      return deferred.success(x);
    }

    @Operation
    public boolean claimAndFail() {
      Object token = deferred.claim();
      return token != null && deferred.error("failed", token);
    }

    /** Every registration that was not taken back is called exactly once. */
    @Validate
    public void everyListenerWasCalledOnce() {
      for (int i = 0; i < THREADS; i++) {
        int expected = deferred.realized() ? registered[i] : 0;
        if (listeners[i].get() != expected) {
          throw new IllegalStateException(
              "listener " + i + ": " + listeners[i].get() + " calls (expected: " + expected + ")");
        }
      }
    }
  }

  private static final class Counter extends AtomicInteger implements IDeferredListener {
    @Override
    public Object onSuccess(Object x) {
      return incrementAndGet();
    }

    @Override
    public Object onError(Object err) {
      return incrementAndGet();
    }
  }

  private static void check(Class<?> model) {
    new StressOptions()
        .iterations(8)
        .invocationsPerIteration(1_000)
        .threads(3)
        .actorsPerThread(3)
        .check(model);
  }

  @Test
  void claimSuccessErrorAndTokensAreLinearizable() {
    check(Writers.class);
  }

  @Test
  void registeringAndCancellingAListenerAreLinearizableAgainstCompletion() {
    check(Registrations.class);
  }
}
