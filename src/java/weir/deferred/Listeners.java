package weir.deferred;

import clojure.lang.IFn;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import manifold.deferred.IDeferredListener;

/** The callbacks that stand for what users register: pairs of functions, and listener objects. */
final class Listeners {

  private Listeners() {}

  /** Two one-argument Clojure functions. */
  static final class Functions extends Callback {
    private final IFn onSuccess;
    private final IFn onError;

    Functions(IFn onSuccess, IFn onError) {
      this.onSuccess = onSuccess;
      this.onError = onError;
    }

    @Override
    protected void onSuccess(Object value) {
      onSuccess.invoke(value);
    }

    @Override
    protected void onError(Object error) {
      onError.invoke(error);
    }
  }

  /** A listener made of two functions, either of which may be missing. */
  static final class OfFunctions implements IDeferredListener {
    private final IFn onSuccess;
    private final IFn onError;

    OfFunctions(IFn onSuccess, IFn onError) {
      this.onSuccess = onSuccess;
      this.onError = onError;
    }

    @Override
    public Object onSuccess(Object value) {
      return onSuccess == null ? null : onSuccess.invoke(value);
    }

    @Override
    public Object onError(Object error) {
      return onError == null ? null : onError.invoke(error);
    }
  }

  /** A listener object, which can be taken back until it is called. */
  static final class Cancellable extends Callback {
    private static final VarHandle LISTENER;

    static {
      try {
        LISTENER =
            MethodHandles.lookup()
                .findVarHandle(Cancellable.class, "listener", IDeferredListener.class);
      } catch (ReflectiveOperationException e) {
        throw new ExceptionInInitializerError(e);
      }
    }

    private volatile IDeferredListener listener;

    Cancellable(IDeferredListener listener) {
      this.listener = listener;
    }

    /** Returns true for the one caller that takes {@code wanted} back before it was called. */
    boolean cancel(Object wanted) {
      return wanted == listener && LISTENER.compareAndSet(this, wanted, null);
    }

    private IDeferredListener use() {
      return (IDeferredListener) LISTENER.getAndSet(this, null);
    }

    @Override
    protected void onSuccess(Object value) {
      IDeferredListener l = use();
      if (l != null) {
        l.onSuccess(value);
      }
    }

    @Override
    protected void onError(Object error) {
      IDeferredListener l = use();
      if (l != null) {
        l.onError(error);
      }
    }

    @Override
    boolean isCancelled() {
      return listener == null;
    }
  }
}
