package weir.deferred;

import clojure.lang.AFn;
import clojure.lang.IFn;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import manifold.deferred.IDeferred;
import manifold.deferred.IDeferredListener;
import manifold.deferred.IMutableDeferred;
import manifold.time.IClock;

/**
 * Functions that compose eventual values. Those that take {@code Object} accept a plain value, any
 * {@link IDeferred}, and whatever {@link Coercion} knows; their {@code Raw} variants wait for {@link
 * IDeferred}s only. Functions run on the calling thread as far as outcomes are there already, then on
 * the thread that brings the next one. Java callers will mostly use the methods of {@link Deferred}.
 */
public final class Deferreds {

  /** To hand to {@code successValue} and {@code errorValue}: no outcome is identical to it. */
  public static final Object ABSENT =
      new Object() {
        @Override
        public String toString() {
          return "absent";
        }
      };

  /** All classes that deferreds of this package have, for tables that go by the exact class. */
  public static final List<Class<?>> CLASSES =
      List.of(
          Deferred.class,
          Realized.class,
          Tracked.class,
          TrackedError.class,
          Onto.class,
          Cancelable.class,
          View.class);

  private Deferreds() {}

  // ---- chain

  /** Coerces and flattens only. */
  public static Deferred<Object> chain(Object x) {
    return Chain.run(true, x, Chain.END, Chain.END, Chain.END);
  }

  /** Calls a function with the value of {@code x} and waits for what it returns. */
  public static Deferred<Object> chain(Object x, Object f) {
    return Chain.run(true, x, f, Chain.END, Chain.END);
  }

  /** Calls two functions in sequence. */
  public static Deferred<Object> chain(Object x, Object f, Object g) {
    return Chain.run(true, x, f, g, Chain.END);
  }

  /** Calls three functions in sequence. */
  public static Deferred<Object> chain(Object x, Object f, Object g, Object h) {
    return Chain.run(true, x, f, g, h);
  }

  /**
   * Calls functions in sequence, each with the value of the one before, as far as there is no error.
   *
   * @param result what to realize, or null for a new deferred; once it is realized by somebody else,
   *     no further function is called
   * @param stages {@link IFn}s of one argument; another object is an error of the result
   */
  public static Deferred<Object> chainInto(Deferred<Object> result, Object x, Object... stages) {
    return Chain.of(result, true, stages).run(x);
  }

  /** Like {@link #chain(Object)}, for deferreds only. */
  public static Deferred<Object> chainRaw(Object x) {
    return Chain.run(false, x, Chain.END, Chain.END, Chain.END);
  }

  /** Like {@link #chain(Object, Object)}, for deferreds only. */
  public static Deferred<Object> chainRaw(Object x, Object f) {
    return Chain.run(false, x, f, Chain.END, Chain.END);
  }

  /** Like {@link #chain(Object, Object, Object)}, for deferreds only. */
  public static Deferred<Object> chainRaw(Object x, Object f, Object g) {
    return Chain.run(false, x, f, g, Chain.END);
  }

  /** Like {@link #chain(Object, Object, Object, Object)}, for deferreds only. */
  public static Deferred<Object> chainRaw(Object x, Object f, Object g, Object h) {
    return Chain.run(false, x, f, g, h);
  }

  /** Like {@link #chainInto}, for deferreds only. */
  public static Deferred<Object> chainRawInto(Deferred<Object> result, Object x, Object... stages) {
    return Chain.of(result, false, stages).run(x);
  }

  // ---- errors

  /**
   * Calls {@code handler} with the error of {@code x}; its result, flattened, takes the place.
   *
   * @param type the class of the errors to handle, null for all, those that are no Throwable included
   */
  public static Deferred<Object> recover(Object x, Class<?> type, IFn handler) {
    return new Recovery(true, type, handler).run(x);
  }

  /** Like {@link #recover}, for deferreds only. */
  public static Deferred<Object> recoverRaw(Object x, Class<?> type, IFn handler) {
    return new Recovery(false, type, handler).run(x);
  }

  /**
   * Calls a function without arguments once {@code x} has an outcome, and passes the outcome on; what
   * the function throws is the result's error.
   */
  public static IDeferred finallyDo(Object x, IFn f) {
    IDeferred deferred = Coercion.toDeferred(x);
    return Finally.run(deferred == null ? Deferred.of(x) : deferred, f);
  }

  /** Like {@link #finallyDo}, for deferreds only. */
  public static IDeferred finallyDoRaw(Object x, IFn f) {
    IDeferred deferred = Coercion.asDeferred(x);
    return Finally.run(deferred == null ? Deferred.of(x) : deferred, f);
  }

  // ---- several values

  /** Waits for all values and yields them as a sequence; the first error is the result's. */
  public static Deferred<Object> zip(Object... inputs) {
    return Zip.of(inputs.clone(), true);
  }

  /** Like {@link #zip(Object...)}, for deferreds only. */
  public static Deferred<Object> zipRaw(Object... inputs) {
    return Zip.of(inputs.clone(), false);
  }

  /** Waits for all values and yields them in order; the first error is the result's. */
  public static <T> Deferred<List<T>> all(
      Collection<? extends CompletionStage<? extends T>> inputs) {
    return typed(Zip.of(inputs.toArray(), true));
  }

  /** Yields the first outcome; of several that are there already each is as likely. */
  public static Deferred<Object> alt(Object... inputs) {
    return Alt.of(inputs.clone(), true);
  }

  /** Like {@link #alt(Object...)}, for deferreds only. */
  public static Deferred<Object> altRaw(Object... inputs) {
    return Alt.of(inputs.clone(), false);
  }

  /** Yields the first outcome; of several that are there already each is as likely. */
  public static <T> Deferred<T> any(Collection<? extends CompletionStage<? extends T>> inputs) {
    return typed(Alt.of(inputs.toArray(), true));
  }

  // ---- listening

  /** Returns a listener that calls one function or the other; null for one that does nothing. */
  public static IDeferredListener listener(IFn onSuccess, IFn onError) {
    return new Listeners.OfFunctions(onSuccess, onError);
  }

  // ---- one value to another

  /** Peels off layers that hold a value; returns a plain value, or a pending or failed deferred. */
  public static Object unwrap(Object x) {
    return Follower.unwrap(x, true);
  }

  /** Like {@link #unwrap}, for deferreds only. */
  public static Object unwrapRaw(Object x) {
    return Follower.unwrap(x, false);
  }

  /** Returns any eventual value, of a foreign type too, as a deferred of this library. */
  public static <T> Deferred<T> from(Object x) {
    IDeferred deferred = Coercion.requireDeferred(x);
    if (deferred instanceof Deferred<?> own) {
      return typed(own);
    }
    Deferred<Object> copy = Deferred.create();
    Follower.listenTo(deferred, new Forward(copy));
    return typed(copy);
  }

  /**
   * Carries the outcome of {@code x}, flattened, into {@code target}.
   *
   * @return false when the target is realized already
   */
  public static boolean connect(Object x, IMutableDeferred target) {
    return Connection.connect(x, target);
  }

  /**
   * Returns a deferred with the outcome of {@code x} whose callbacks, and functions composed with it,
   * run on {@code executor} whether it is realized by then or not.
   */
  public static IDeferred onto(Object x, Executor executor) {
    IDeferred deferred = Coercion.requireDeferred(x);
    if (deferred.executor() == executor) {
      return deferred;
    }
    Onto<Object> moved = new Onto<>(executor);
    Connection.connect(deferred, moved);
    return moved;
  }

  // ---- time

  /**
   * Ends {@code deferred} with a TimeoutException when it is not realized in time.
   *
   * @param ms milliseconds by the current clock; zero or less ends it at once
   * @return {@code deferred}; or, if it cannot be written to, a new one that follows it
   */
  public static IDeferred timeout(IDeferred deferred, Number ms) {
    return startTimeout(deferred, ms, Timeout.ERROR);
  }

  /** Realizes {@code deferred} with {@code value} when it is not realized in time. */
  public static IDeferred timeout(IDeferred deferred, Number ms, Object value) {
    return startTimeout(deferred, ms, value);
  }

  private static IDeferred startTimeout(IDeferred deferred, Number ms, Object value) {
    if (ms == null || deferred.realized()) {
      return deferred;
    }
    IDeferred target = deferred;
    if (!(deferred instanceof IMutableDeferred)) {
      target = from(deferred);
    }
    Timeout.start(target, (IMutableDeferred) target, ms, value);
    return target;
  }

  /**
   * Calls a function after a while.
   *
   * @param clock usually {@code CurrentClock.get()}
   * @param ms milliseconds by that clock; zero or less means as soon as possible
   * @return a deferred of the function's result, all its layers peeled off; realizing that before
   *     the call cancels it
   */
  public static Deferred<Object> in(IClock clock, double ms, Callable<?> function) {
    return DelayedCall.start(
        clock, ms, Context.around(Objects.requireNonNull(function, "function")));
  }

  // ---- running

  /**
   * Runs a function on an executor.
   *
   * @return a deferred of its result; realizing that before the function starts skips it
   * @throws java.util.concurrent.RejectedExecutionException if the executor refuses
   */
  public static <T> Deferred<T> supply(Executor executor, Callable<? extends T> function) {
    Deferred<T> result = Deferred.create();
    Callable<? extends T> call = Context.around(function);
    executor.execute(
        () -> {
          if (result.realized()) {
            return;
          }
          try {
            result.success(call.call());
          } catch (Throwable t) {
            result.error(t);
          }
        });
    return result;
  }

  /**
   * Runs {@code body}, again and again as long as it returns a {@link Recur}, or a deferred of one.
   * No number of rounds grows the stack. Ends when the result is realized from outside.
   *
   * @param body a function of as many arguments as there are in {@code initial}
   */
  public static Deferred<Object> loop(IFn body, Object... initial) {
    return new Loop(body, initial.length).run(Recur.of(initial));
  }

  /**
   * Runs a step again and again, starting from a state.
   *
   * @param step returns {@code Recur.of(nextState)} to go on, anything else to end with it, or a
   *     deferred of either
   */
  public static <S, T> Deferred<T> loop(S initial, Function<? super S, ?> step) {
    return typed(
        loop(
            new AFn() {
              @Override
              @SuppressWarnings("unchecked") // only states of this loop come here
              public Object invoke(Object state) {
                return step.apply((S) state);
              }
            },
            initial));
  }

  @SuppressWarnings("unchecked") // type arguments are erased; the caller's signature says the rest
  private static <T> Deferred<T> typed(Deferred<?> deferred) {
    return (Deferred<T>) deferred;
  }
}
