package weir.stream;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * A stream whose state is guarded by one word. Inside the section there are only a few reads and
 * writes of memory: no call of foreign code, no waiting and no logging, so that whoever finds it taken
 * has to wait for some tens of nanoseconds. One compare-and-set enters, one store leaves; a virtual
 * thread cannot lose its carrier inside, since nothing there blocks.
 */
abstract class Guarded extends EventStream {

  private static final int SPINS = 64;
  private static final int YIELDS = 32;
  private static final VarHandle OWNED;

  static {
    try {
      OWNED = MethodHandles.lookup().findVarHandle(Guarded.class, "owned", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private int owned;

  /** Not reentrant. Leave with {@link #exit} in a finally. */
  final void enter() {
    if (!OWNED.compareAndSet(this, 0, 1)) {
      contend();
    }
  }

  final void exit() {
    OWNED.setRelease(this, 0);
  }

  /** Spins while the owner runs, then yields, in case its thread was preempted inside. */
  private void contend() {
    for (int i = 0; ; i++) {
      if ((int) OWNED.getOpaque(this) == 0 && OWNED.compareAndSet(this, 0, 1)) {
        return;
      }
      if (i < SPINS) {
        Thread.onSpinWait();
      } else if (i < SPINS + YIELDS) {
        Thread.yield();
      } else {
        LockSupport.parkNanos(20_000);
      }
    }
  }
}
