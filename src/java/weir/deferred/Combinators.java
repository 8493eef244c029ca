package weir.deferred;

import static java.util.Objects.requireNonNull;

import clojure.lang.AFn;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Function;
import manifold.deferred.IDeferred;

/** What Java callers compose deferreds with, beyond {@link java.util.concurrent.CompletionStage}. */
abstract class Combinators<T> extends Stages<T> {

  /**
   * Applies a function to the value. Unlike {@link #thenApply}, everything eventual that the function
   * returns (deferred, stage, future) is waited for, through any number of layers, and so is a value
   * that is itself eventual. An outcome that is there already is used on the calling thread.
   *
   * @param <U> the type of the value in the end
   * @param fn returns a plain value or an eventual one
   */
  public final <U> Deferred<U> chain(Function<? super T, ?> fn) {
    return typed(Deferreds.chain(this, function(fn)));
  }

  /** Returns a deferred of the value with all its layers peeled off. */
  public final <U> Deferred<U> flatten() {
    return typed(Deferreds.chain(this));
  }

  /**
   * Handles errors of one type.
   *
   * @param type which errors to handle; others go on
   * @param handler returns what takes the place of the error, a plain value or an eventual one
   */
  public final <E> Deferred<T> recover(Class<E> type, Function<? super E, ?> handler) {
    return typed(Deferreds.recover(this, requireNonNull(type, "type"), function(handler)));
  }

  /** Handles every error; it need not be a Throwable. */
  public final Deferred<T> recover(Function<Object, ?> handler) {
    return typed(Deferreds.recover(this, null, function(handler)));
  }

  /** Runs an action on either outcome; the outcome goes on, unless the action throws. */
  public final Deferred<T> andFinally(Runnable action) {
    requireNonNull(action, "action");
    return typed(
        Deferreds.finallyDo(
            this,
            new AFn() {
              @Override
              public Object invoke() {
                action.run();
                return null;
              }
            }));
  }

  /**
   * Ends this deferred with a {@link java.util.concurrent.TimeoutException} when it is not realized
   * in time, by the current clock.
   *
   * @return this deferred
   */
  public final Deferred<T> timeout(Duration limit) {
    return typed(Deferreds.timeout(this, millis(limit)));
  }

  /**
   * Realizes this deferred with a value when it is not realized in time, by the current clock.
   *
   * @return this deferred
   */
  public final Deferred<T> timeout(Duration limit, T value) {
    return typed(Deferreds.timeout(this, millis(limit), value));
  }

  /**
   * Returns a deferred with the same outcome whose callbacks, and functions composed with it, run on
   * {@code executor} whether it is realized by then or not.
   *
   * @param executor null for the thread that realizes
   */
  public final Deferred<T> onto(Executor executor) {
    return typed(Deferreds.onto(this, executor));
  }

  /**
   * Carries the outcome, all layers peeled off, into another deferred.
   *
   * @return false when the other one is realized already
   */
  public final boolean connectTo(Deferred<? super T> target) {
    return Deferreds.connect(this, target);
  }

  private static Number millis(Duration limit) {
    double ms = limit.toNanos() / 1e6;
    return ms == Math.rint(ms) ? (Number) (long) ms : (Number) ms;
  }

  private static AFn function(Function<?, ?> fn) {
    Function<Object, Object> f = unchecked(requireNonNull(fn, "fn"));
    return new AFn() {
      @Override
      public Object invoke(Object x) {
        return f.apply(x);
      }
    };
  }

  private static <U> Deferred<U> typed(IDeferred deferred) {
    return unchecked(deferred);
  }

  @SuppressWarnings("unchecked") // type arguments are erased; the caller's signature says the rest
  private static <X> X unchecked(Object x) {
    return (X) x;
  }
}
