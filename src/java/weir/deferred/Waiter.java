package weir.deferred;

import java.util.concurrent.locks.LockSupport;
import weir.executor.BlockingCalls;

/** A thread that waits for a deferred. It parks, so a virtual thread never pins its carrier. */
final class Waiter extends Callback {

  private volatile Thread thread = Thread.currentThread();

  /**
   * Waits until {@code deferred} is realized.
   *
   * @param nanos how long to wait; {@code Long.MAX_VALUE} for ever
   * @return false when the time ran out
   */
  static boolean await(Eventual<?> deferred, long nanos) throws InterruptedException {
    if (deferred.realized()) {
      return true;
    }
    Propagation.current().beforeBlocking();
    if (deferred.realized()) {
      return true;
    }
    if (nanos <= 0) {
      return false;
    }
    BlockingCalls.check();
    Waiter waiter = new Waiter();
    deferred.listen(waiter);
    return waiter.park(deferred, nanos);
  }

  private boolean park(Eventual<?> deferred, long nanos) throws InterruptedException {
    boolean forever = nanos == Long.MAX_VALUE;
    long deadline = forever ? 0 : System.nanoTime() + nanos;
    while (thread != null) {
      if (Thread.interrupted()) {
        withdraw(deferred);
        throw new InterruptedException();
      }
      if (forever) {
        LockSupport.park(deferred);
        continue;
      }
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        withdraw(deferred);
        return deferred.realized();
      }
      LockSupport.parkNanos(deferred, left);
    }
    return true;
  }

  private void withdraw(Eventual<?> deferred) {
    thread = null;
    deferred.unlinkCancelled();
  }

  private void wake() {
    Thread t = thread;
    thread = null;
    if (t != null) {
      LockSupport.unpark(t);
    }
  }

  @Override
  protected void onSuccess(Object value) {
    wake();
  }

  @Override
  protected void onError(Object error) {
    wake();
  }

  @Override
  boolean runsInline() {
    return true;
  }

  @Override
  boolean isCancelled() {
    return thread == null;
  }

  @Override
  boolean carriesContext() {
    return false;
  }
}
