package weir.deferred;

import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Calls a function once, unless its result is realized before, and interrupts it when that happens
 * meanwhile. The interrupt never outlives the call: its thread waits for one that is on the way.
 */
final class InterruptibleCall extends Callback implements Runnable {

  private static final Object INTERRUPTING = new Object();
  private static final Object DONE = new Object();

  /** Null before the call, then the thread that runs it, {@link #INTERRUPTING}, {@link #DONE}. */
  private final AtomicReference<Object> phase = new AtomicReference<>();

  private final Deferred<?> result;
  private final Callable<?> function;

  InterruptibleCall(Deferred<?> result, Callable<?> function) {
    this.result = result;
    this.function = function;
  }

  @Override
  public void run() {
    if (!phase.compareAndSet(null, Thread.currentThread())) {
      return;
    }
    try {
      Object value = function.call();
      finish();
      result.success(value);
    } catch (Throwable t) {
      finish();
      result.error(t);
    }
  }

  private void finish() {
    if (phase.compareAndSet(Thread.currentThread(), DONE)) {
      return;
    }
    while (phase.get() == INTERRUPTING) {
      Thread.onSpinWait(); // between two statements of interrupt()
    }
    Thread.interrupted(); // meant for the call, not for what the executor runs next
  }

  @Override
  protected void onSuccess(Object value) {
    interrupt();
  }

  @Override
  protected void onError(Object error) {
    interrupt();
  }

  private void interrupt() {
    if (phase.compareAndSet(null, DONE)) {
      return;
    }
    if (phase.get() instanceof Thread runner && phase.compareAndSet(runner, INTERRUPTING)) {
      runner.interrupt();
      phase.set(DONE);
    }
  }

  @Override
  boolean runsInline() {
    return true; // an executor may be busy with the very call
  }

  @Override
  boolean carriesContext() {
    return false;
  }
}
