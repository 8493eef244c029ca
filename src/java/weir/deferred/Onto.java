package weir.deferred;

import java.util.concurrent.Executor;

/**
 * A deferred that was put onto an executor on purpose: what is composed with it runs there even when
 * the outcome is there already. Other deferreds let the calling thread go on with an outcome at hand.
 */
final class Onto<T> extends Deferred<T> {

  Onto(Executor executor) {
    super(executor);
  }

  @Override
  Object peek() {
    return executor() == null ? super.peek() : null;
  }
}
