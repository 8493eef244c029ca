package weir.deferred;

import clojure.lang.IDeref;
import clojure.lang.IPending;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import weir.executor.Pools;

/** A foreign eventual value that can only be asked or waited for, never listened to. */
abstract class Source {

  /** One entry for each object that a thread waits for at the moment, whatever its equals says. */
  private static final ConcurrentHashMap<Source, Deferred<Object>> WAITING =
      new ConcurrentHashMap<>();

  private final Object object;

  Source(Object object) {
    this.object = object;
  }

  abstract boolean isDone();

  /** Blocks until there is an outcome; returns the value or throws the error. */
  abstract Object await() throws Throwable;

  /** Returns a deferred of the outcome; all who wait for one object share one thread. */
  final Deferred<Object> outcome() {
    Deferred<Object> fresh = Deferred.create(null);
    Deferred<Object> shared = WAITING.putIfAbsent(this, fresh);
    if (shared != null) {
      return shared;
    }
    try {
      Pools.waitPool().execute(() -> awaitInto(fresh));
    } catch (Throwable t) {
      WAITING.remove(this);
      fresh.error(t);
    }
    return fresh;
  }

  private void awaitInto(Deferred<Object> deferred) {
    try {
      Object value = await();
      WAITING.remove(this);
      deferred.success(value);
    } catch (Throwable t) {
      WAITING.remove(this);
      deferred.error(t);
    }
  }

  @Override
  public final boolean equals(Object other) {
    return other instanceof Source s && s.object == object;
  }

  @Override
  public final int hashCode() {
    return System.identityHashCode(object);
  }

  @Override
  public final String toString() {
    return "source[" + object + "]";
  }

  static final class OfFuture extends Source {
    private final Future<?> future;

    OfFuture(Future<?> future) {
      super(future);
      this.future = future;
    }

    @Override
    boolean isDone() {
      return future.isDone();
    }

    @Override
    Object await() throws Throwable {
      return future.get();
    }
  }

  /** A promise or a delay. */
  static final class OfReference extends Source {
    private final IDeref reference;

    OfReference(IDeref reference) {
      super(reference);
      this.reference = reference;
    }

    @Override
    boolean isDone() {
      return ((IPending) reference).isRealized();
    }

    @Override
    Object await() {
      return reference.deref();
    }
  }
}
