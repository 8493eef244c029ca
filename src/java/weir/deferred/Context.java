package weir.deferred;

import java.util.Objects;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a thread had at one moment, by the {@linkplain ContextCarrier carriers} that are in use. While
 * there are any, every function that is given to a deferred, to a stream or to {@code future} is
 * called with what its giver's thread had then. Without any this costs one read of a static field.
 */
public final class Context {

  /**
   * Null when off. Not volatile, since all registrations read it: carriers are chosen when a program
   * starts, and threads that do not know of a later change may see it a little later.
   */
  private static ContextCarrier<Object>[] current;

  private final ContextCarrier<Object>[] carriers;
  private final Object[] captured;

  private Context(ContextCarrier<Object>[] carriers) {
    this.carriers = carriers;
    captured = new Object[carriers.length];
    for (int i = 0; i < carriers.length; i++) {
      try {
        captured[i] = carriers[i].capture();
      } catch (Throwable t) { // what waits for the function must not wait for ever
        Log.LOG.error("error in capture of the context carrier {}", carriers[i], t);
      }
    }
  }

  private static final class Log {
    static final Logger LOG = LoggerFactory.getLogger(Context.class);
  }

  /**
   * Chooses what is conveyed from now on, in place of what was before.
   *
   * @param carriers entered in this order; none to turn conveyance off
   */
  @SuppressWarnings({"unchecked", "rawtypes"}) // each carrier gets back what it has captured
  public static void convey(ContextCarrier<?>... carriers) {
    ContextCarrier<Object>[] chosen = new ContextCarrier[carriers.length];
    for (int i = 0; i < carriers.length; i++) {
      chosen[i] = (ContextCarrier<Object>) Objects.requireNonNull(carriers[i], "carrier");
    }
    current = chosen.length == 0 ? null : chosen;
  }

  /** Returns what the calling thread has now; null when nothing is conveyed. */
  public static Context capture() {
    ContextCarrier<Object>[] now = current;
    return now == null ? null : new Context(now);
  }

  /** Returns {@code function} as one that runs with what the calling thread has now. */
  public static <T> Callable<T> around(Callable<T> function) {
    Context context = capture();
    if (context == null) {
      return function;
    }
    return () -> {
      ContextCarrier.Scope scope = context.enter();
      try {
        return function.call();
      } finally {
        scope.close();
      }
    };
  }

  /** Returns {@code function} as one that runs with what the calling thread has now. */
  public static Runnable around(Runnable function) {
    Context context = capture();
    if (context == null) {
      return function;
    }
    return () -> {
      ContextCarrier.Scope scope = context.enter();
      try {
        function.run();
      } finally {
        scope.close();
      }
    };
  }

  /** Gives all this to the calling thread, until the result is closed on it. */
  public ContextCarrier.Scope enter() {
    ContextCarrier.Scope[] scopes = new ContextCarrier.Scope[carriers.length];
    for (int i = 0; i < carriers.length; i++) {
      try {
        scopes[i] = carriers[i].enter(captured[i]);
      } catch (Throwable t) {
        Log.LOG.error("error in enter of the context carrier {}", carriers[i], t);
      }
    }
    return () -> leave(scopes);
  }

  private void leave(ContextCarrier.Scope[] scopes) {
    for (int i = scopes.length - 1; i >= 0; i--) {
      try {
        if (scopes[i] != null) {
          scopes[i].close();
        }
      } catch (Throwable t) {
        Log.LOG.error("error while leaving the context carrier {}", carriers[i], t);
      }
    }
  }
}
