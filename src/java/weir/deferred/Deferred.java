package weir.deferred;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.executor.CurrentExecutor;
import weir.options.Arguments;

/**
 * One eventual value or error, which anybody may write once and many may wait for.
 *
 * <h2>State</h2>
 *
 * One word holds all of it: null or a stack of {@link Callback}s while pending, a {@link Claim} while
 * somebody has reserved the right to write, else the outcome. Every change is one compare-and-set;
 * whoever installs the outcome owns the callbacks that were there and calls them in the order of
 * their registration. The outcome is visible before the first callback starts.
 *
 * <h2>Threads</h2>
 *
 * Without an executor, callbacks run on the thread that realizes the deferred, before {@code success}
 * or {@code error} returns; one that is registered later runs at once on the registering thread. With
 * an executor each callback is handed to it separately, in order. Completions that nest deeper than
 * 50 levels on one thread are put off to the outermost one.
 *
 * @param <T> the type of the value
 */
public class Deferred<T> extends Eventual<T> {

  private static final VarHandle STATE;

  /** How far a cheap unlinking looks, and how rarely it looks at everything. */
  private static final int UNLINK_MASK = 63;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(Deferred.class, "state", Object.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** An immutable deferred of true. */
  public static final Deferred<Boolean> TRUE = new Realized<>(Boolean.TRUE, null);

  /** An immutable deferred of false. */
  public static final Deferred<Boolean> FALSE = new Realized<>(Boolean.FALSE, null);

  /** An immutable deferred of null. */
  public static final Deferred<Object> NIL = new Realized<>(State.NIL, null);

  private volatile Object state;
  private final Executor executor;

  /** Makes a pending deferred whose callbacks run on {@code executor}, null for the completer. */
  protected Deferred(Executor executor) {
    this.executor = executor;
  }

  Deferred(Executor executor, Object outcome) {
    // Plain, and before the final field: the JVM publishes both together, and a deferred that never
    // leaves its method needs no fence and can be optimized away.
    STATE.set(this, outcome);
    this.executor = executor;
  }

  // ---- making

  /** Returns a pending deferred on the thread's current executor, if there is one. */
  public static <T> Deferred<T> create() {
    return new Deferred<>(CurrentExecutor.get());
  }

  /** Returns a pending deferred whose callbacks run on {@code executor}, null for the completer. */
  public static <T> Deferred<T> create(Executor executor) {
    return new Deferred<>(executor);
  }

  /** Returns an immutable deferred of {@code value}; true, false and null are shared constants. */
  @SuppressWarnings("unchecked") // the constants hold exactly the value that was asked for
  public static <T> Deferred<T> of(T value) {
    if (value == null) {
      return (Deferred<T>) NIL;
    }
    if (value instanceof Boolean b) {
      return (Deferred<T>) (b ? TRUE : FALSE);
    }
    return new Realized<>(State.encode(value), null);
  }

  /** Returns an immutable deferred of {@code value} whose callbacks run on {@code executor}. */
  public static <T> Deferred<T> of(T value, Executor executor) {
    return executor == null ? of(value) : new Realized<>(State.encode(value), executor);
  }

  /** Returns an immutable deferred in error; any object may be the error. */
  public static <T> Deferred<T> failed(Object error) {
    return failed(error, null);
  }

  /**
   * Returns an immutable deferred in error whose callbacks run on {@code executor}. It is reported
   * when nobody ever looks at the error; see {@link DroppedErrors}.
   */
  public static <T> Deferred<T> failed(Object error, Executor executor) {
    return DroppedErrors.isEnabled()
        ? new TrackedError<>(error, executor)
        : new Realized<>(new State.Failure(error), executor);
  }

  // ---- writing

  /** Realizes with {@code value}; returns false when it was realized or claimed before. */
  public final boolean complete(T value) {
    return success(value);
  }

  /** Puts into error; returns false when it was realized or claimed before. */
  public final boolean fail(Object error) {
    return error(error);
  }

  @Override
  public Boolean success(Object value) {
    return realize(State.encode(value));
  }

  @Override
  public Boolean error(Object error) {
    return realize(new State.Failure(error));
  }

  @Override
  public Boolean success(Object value, Object token) {
    return realizeClaimed(State.encode(value), token);
  }

  @Override
  public Boolean error(Object error, Object token) {
    return realizeClaimed(new State.Failure(error), token);
  }

  @Override
  public Object claim() {
    for (; ; ) {
      Object s = state;
      if (s != null && !(s instanceof Callback)) {
        return null;
      }
      Claim claim = new Claim(this, (Callback) s);
      if (STATE.compareAndSet(this, s, claim)) {
        return claim;
      }
    }
  }

  private boolean realize(Object outcome) {
    for (; ; ) {
      Object s = state;
      if (s != null && !(s instanceof Callback)) {
        return false;
      }
      if (STATE.compareAndSet(this, s, outcome)) {
        if (s != null) {
          Propagation.current().run(this, (Callback) s, outcome);
        }
        return true;
      }
    }
  }

  private boolean realizeClaimed(Object outcome, Object token) {
    if (!(token instanceof Claim claim) || claim.owner != this) {
      throw new IllegalStateException("invalid claim-token");
    }
    if (!STATE.compareAndSet(this, claim, outcome)) {
      throw new IllegalStateException("deferred isn't claimed");
    }
    Callback waiting = claim.close();
    if (waiting != null) {
      Propagation.current().run(this, waiting, outcome);
    }
    return true;
  }

  /**
   * Realizes with {@code value} but leaves calling the callbacks to a later {@link
   * #release(Callback)}, so that a caller may realize under its own lock and run foreign code
   * outside of it.
   *
   * @return null when it was realized or claimed before, else what {@code release} needs
   */
  public final Callback settle(Object value) {
    Object outcome = State.encode(value);
    for (; ; ) {
      Object s = state;
      if (s != null && !(s instanceof Callback)) {
        return null;
      }
      if (STATE.compareAndSet(this, s, outcome)) {
        return s == null ? Nobody.INSTANCE : (Callback) s;
      }
    }
  }

  /** Calls the callbacks that {@link #settle(Object)} returned. */
  public final void release(Callback settled) {
    if (settled != Nobody.INSTANCE) {
      Propagation.current().run(this, settled, state);
    }
  }

  /** Stands for "settled, and nobody was listening". */
  private static final class Nobody extends Callback {
    static final Nobody INSTANCE = new Nobody();

    @Override
    protected void onSuccess(Object value) {}

    @Override
    protected void onError(Object error) {}
  }

  // ---- listening

  /**
   * Calls {@code callback} once with the outcome, in the {@link Context} of this thread, if one is
   * conveyed.
   *
   * @param callback one that is not registered anywhere at the moment
   */
  @Override
  public void listen(Callback callback) {
    register(Carried.of(callback));
  }

  private void register(Callback callback) {
    for (; ; ) {
      Object s = state;
      if (s == null || s instanceof Callback) {
        callback.next = (Callback) s;
        if (STATE.compareAndSet(this, s, callback)) {
          return;
        }
      } else if (s instanceof Claim claim) {
        if (claim.push(callback)) {
          return;
        }
      } else {
        callback.next = null;
        callOne(callback, s);
        return;
      }
    }
  }

  @Override
  public Object onRealized(Object onSuccess, Object onError) {
    listen(
        new Listeners.Functions(
            Arguments.functionOrNil("on-success", onSuccess),
            Arguments.functionOrNil("on-error", onError)));
    return this;
  }

  @Override
  public Object addListener(Object listener) {
    listen(new Listeners.Cancellable(Expect.listener(listener)));
    return Boolean.TRUE;
  }

  @Override
  public Object cancelListener(Object listener) {
    if (!(state instanceof Callback head)) {
      return Boolean.FALSE;
    }
    for (Callback c = head; c != null; c = c.next) {
      if (Carried.unwrap(c) instanceof Listeners.Cancellable l && l.cancel(listener)) {
        unlinkCancelled();
        return Boolean.TRUE;
      }
    }
    return Boolean.FALSE;
  }

  /**
   * Drops callbacks that were cancelled. Unlinking only ever removes cancelled ones: a race with
   * another unlinking or with a completion may bring one back, which then is passed over. A callback
   * that has been called meanwhile may already wait elsewhere and lead this walk into another list;
   * so a link is only changed while it still points to the cancelled one, which is used only once.
   */
  @Override
  final void unlinkCancelled() {
    unlinkCancelled(Integer.MAX_VALUE);
  }

  /**
   * Drops cancelled callbacks at a bounded cost, mostly among the latest ones. Where many wait for
   * one deferred, those deeper down go sooner or later.
   */
  final void unlinkSomeCancelled() {
    boolean all = (ThreadLocalRandom.current().nextInt() & UNLINK_MASK) == 0;
    unlinkCancelled(all ? Integer.MAX_VALUE : UNLINK_MASK);
  }

  private void unlinkCancelled(int limit) {
    Callback last = null;
    Callback c = state instanceof Callback head ? head : null;
    for (int i = 0; c != null && i < limit; i++, c = c.next) {
      if (!c.isCancelled()) {
        last = c;
      } else if (last != null) {
        last.skip(c);
      } else if (!STATE.compareAndSet(this, c, c.next)) {
        return; // somebody registered or completed meanwhile; the next unlinking sees to it
      }
    }
  }

  /** Returns how many callbacks are held, cancelled ones included; for tests. */
  final int waiting() {
    int n = 0;
    for (Callback c = state instanceof Callback head ? head : null; c != null; c = c.next) {
      n++;
    }
    return n;
  }

  final void callAll(Callback head, Object outcome) {
    if (head.next == null) {
      callOne(head, outcome);
      return;
    }
    for (Callback c : inOrder(head)) {
      callOne(c, outcome);
    }
  }

  /**
   * Copies the stack, which has the latest on top, to registration order. A callback may re-register
   * itself when called, so the links cannot be followed meanwhile. Unlinking may go on while this
   * reads: then cancelled callbacks come and go, and only a second look knows how many there are.
   */
  private static Callback[] inOrder(Callback head) {
    for (; ; ) {
      int n = 0;
      for (Callback c = head; c != null; c = c.next) {
        n++;
      }
      Callback[] calls = new Callback[n];
      Callback c = head;
      for (; n > 0 && c != null; c = c.next) {
        calls[--n] = c;
      }
      if (n == 0 && c == null) {
        return calls;
      }
    }
  }

  private void callOne(Callback callback, Object outcome) {
    if (executor == null || callback.runsInline()) {
      callSafely(callback, outcome);
      return;
    }
    try {
      executor.execute(() -> callSafely(callback, outcome));
    } catch (Throwable e) { // whatever it is, the other callbacks must still run
      Log.LOG.warn(
          "executor {} rejected a deferred's callback, which now runs inline", executor, e);
      callSafely(callback, outcome);
    }
  }

  private static void callSafely(Callback callback, Object outcome) {
    try {
      callback.call(outcome);
    } catch (Throwable t) {
      Log.LOG.error("error in a deferred's callback", t);
    }
  }

  /** Finding the logging back end takes longer than all the rest: it waits for the first message. */
  private static final class Log {
    static final Logger LOG = LoggerFactory.getLogger(Deferred.class);
  }

  // ---- state

  @Override
  public final Executor executor() {
    return executor;
  }

  @Override
  Object outcome() {
    Object s = state;
    return State.isRealized(s) ? s : null;
  }

  // ---- as a function: what clojure.core/deliver calls

  @Override
  public Object invoke(Object value) {
    return success(value) ? this : null;
  }

  @Override
  public String toString() {
    Object s = state;
    String shown = "pending";
    if (s instanceof State.Failure f) {
      shown = "error " + f.error;
    } else if (State.isRealized(s)) {
      shown = Objects.toString(State.decode(s));
    } else if (s instanceof Claim) {
      shown = "claimed";
    }
    return getClass().getSimpleName() + "[" + shown + "]";
  }
}
