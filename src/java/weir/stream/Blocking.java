package weir.stream;

import manifold.deferred.IDeferred;
import weir.deferred.Deferred;
import weir.deferred.Deferreds;

/** Waiting for a take on the calling thread. */
final class Blocking {

  private Blocking() {}

  /**
   * Waits for a take. A thread that is interrupted withdraws its take, so that the next message is
   * not lost; if the message is there already it is returned, and the interrupt stays noted.
   */
  static Object take(Deferred<?> take) {
    boolean interrupted = false;
    try {
      for (; ; ) {
        try {
          return take.await();
        } catch (InterruptedException e) {
          if (take.error(e)) {
            throw sneaky(e);
          }
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Waits for the answer to a put. */
  static Object answer(Object answer) {
    if (!(answer instanceof IDeferred d)) {
      return answer;
    }
    try {
      Deferred<Object> result = Deferred.create((java.util.concurrent.Executor) null);
      Deferreds.connect(d, result);
      return result.await();
    } catch (InterruptedException e) {
      throw sneaky(e);
    }
  }

  @SuppressWarnings("unchecked") // the cast is erased: this throws any Throwable unchecked
  static <E extends Throwable> RuntimeException sneaky(Throwable t) throws E {
    throw (E) t;
  }
}
