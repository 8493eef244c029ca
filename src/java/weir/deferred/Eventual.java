package weir.deferred;

import clojure.lang.ExceptionInfo;
import clojure.lang.Keyword;
import clojure.lang.PersistentArrayMap;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A deferred as its readers see it: what can be asked of it, and how to wait for the answer. {@link
 * Deferred} is the one implementation.
 *
 * @param <T> the type of the value
 */
public abstract class Eventual<T> extends Combinators<T> {

  Eventual() {}

  /** Returns the state word of the outcome, null while there is none. */
  abstract Object outcome();

  /** Drops callbacks that were cancelled. */
  abstract void unlinkCancelled();

  @Override
  public final boolean realized() {
    return outcome() != null;
  }

  @Override
  public final boolean isRealized() {
    return outcome() != null;
  }

  @Override
  public final Object successValue(Object dflt) {
    Object s = outcome();
    return s == null || s instanceof State.Failure ? dflt : State.decode(s);
  }

  @Override
  public final Object errorValue(Object dflt) {
    if (outcome() instanceof State.Failure f) {
      markConsumed();
      return f.error;
    }
    return dflt;
  }

  /**
   * Returns the state word of an outcome that the calling thread may go on with at once; null means
   * to {@link #listen(Callback)}. Whoever takes an error from here must say so to {@link
   * #markConsumed}.
   */
  @Override
  Object peek() {
    return outcome();
  }

  /** Notes that somebody looks after the outcome, so that an error here is not lost. */
  @Override
  void markConsumed() {}

  /**
   * Waits for the value.
   *
   * @throws InterruptedException if the thread is interrupted; the deferred stays as it is
   */
  @SuppressWarnings("unchecked") // only T is written through the typed side
  public final T await() throws InterruptedException {
    Waiter.await(this, Long.MAX_VALUE);
    return (T) result();
  }

  /**
   * Waits for the value for a limited time.
   *
   * @throws TimeoutException when the time runs out
   * @throws InterruptedException if the thread is interrupted; the deferred stays as it is
   */
  @SuppressWarnings("unchecked") // only T is written through the typed side
  public final T await(long time, TimeUnit unit) throws InterruptedException, TimeoutException {
    if (!Waiter.await(this, unit.toNanos(time))) {
      throw new TimeoutException(
          "not realized after " + time + " " + unit.toString().toLowerCase(Locale.ROOT));
    }
    return (T) result();
  }

  @Override
  public Object deref() {
    try {
      return await();
    } catch (InterruptedException e) {
      throw sneaky(e);
    }
  }

  @Override
  public Object deref(long ms, Object timeoutValue) {
    try {
      long nanos = TimeUnit.MILLISECONDS.toNanos(ms);
      return Waiter.await(this, nanos) ? result() : timeoutValue;
    } catch (InterruptedException e) {
      throw sneaky(e);
    }
  }

  /** Returns the value or throws the error; only for a realized deferred. */
  private Object result() {
    Object s = outcome();
    if (s instanceof State.Failure f) {
      markConsumed();
      throw sneaky(asThrowable(f.error));
    }
    return State.decode(s);
  }

  /** Returns {@code error} itself if it can be thrown, else an exception that carries it. */
  static Throwable asThrowable(Object error) {
    return error instanceof Throwable t ? t : asException(error);
  }

  /** Wraps an error that cannot be thrown as it is. */
  private static ExceptionInfo asException(Object error) {
    Object[] data = {Keyword.intern("error"), error};
    return new ExceptionInfo("", new PersistentArrayMap(data));
  }

  @SuppressWarnings("unchecked") // the cast is erased: this throws any Throwable unchecked
  private static <E extends Throwable> RuntimeException sneaky(Throwable t) throws E {
    throw (E) t;
  }
}
