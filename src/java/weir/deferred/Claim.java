package weir.deferred;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The state of a deferred that somebody has reserved the right to realize; also the token that
 * proves it. Listeners go on gathering here until the claim is used.
 */
final class Claim extends State {

  private static final VarHandle LISTENERS;

  static {
    try {
      LISTENERS = MethodHandles.lookup().findVarHandle(Claim.class, "listeners", State.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final Deferred<?> owner;

  /** A stack of callbacks; {@link State#NIL} once the claim is used and no more may come. */
  private volatile State listeners;

  Claim(Deferred<?> owner, Callback listeners) {
    this.owner = owner;
    this.listeners = listeners;
  }

  /** Returns false when the claim was used: the outcome is in the deferred then. */
  boolean push(Callback callback) {
    for (; ; ) {
      State head = listeners;
      if (head == NIL) {
        return false;
      }
      callback.next = (Callback) head;
      if (LISTENERS.compareAndSet(this, head, callback)) {
        return true;
      }
    }
  }

  /** Takes all callbacks and refuses later ones. Call only after the outcome is visible. */
  Callback close() {
    State head = (State) LISTENERS.getAndSet(this, NIL);
    return head == NIL ? null : (Callback) head;
  }
}
