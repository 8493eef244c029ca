package weir.deferred;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A listener that is its own list node, so that waiting for a deferred costs one object. A callback
 * may wait for one deferred at a time; once it has been called it may be registered again.
 *
 * @see Deferred#listen(Callback)
 */
public abstract class Callback extends State {

  private static final VarHandle NEXT;

  static {
    try {
      NEXT = MethodHandles.lookup().findVarHandle(Callback.class, "next", Callback.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** The callback registered before this one. Written by whoever registers or unlinks. */
  volatile Callback next;

  /** For subclasses. */
  protected Callback() {}

  /** Called once with the value; what it throws is logged. */
  protected abstract void onSuccess(Object value);

  /** Called once with the error, which may be any object; what it throws is logged. */
  protected abstract void onError(Object error);

  /** True if this must run on the completing thread even when the deferred has an executor. */
  boolean runsInline() {
    return false;
  }

  /** True once this must not run any more and may be unlinked. */
  boolean isCancelled() {
    return false;
  }

  /** False if no function of the program runs in here, so that no context need be carried. */
  boolean carriesContext() {
    return true;
  }

  /** Unlinks {@code cancelled} if it still is the next one. */
  final void skip(Callback cancelled) {
    NEXT.compareAndSet(this, cancelled, cancelled.next);
  }

  final void call(Object outcome) {
    if (outcome instanceof Failure f) {
      onError(f.error);
    } else {
      onSuccess(decode(outcome));
    }
  }
}
