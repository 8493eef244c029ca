package weir.deferred;

/** A callback that runs with the context of the thread that registered it. */
final class Carried extends Callback {

  private final Callback target;
  private final Context context;

  private Carried(Callback target, Context context) {
    this.target = target;
    this.context = context;
  }

  /** Returns {@code callback} itself when it carries nothing. */
  static Callback of(Callback callback) {
    Context context = Context.capture();
    return context == null || !callback.carriesContext()
        ? callback
        : new Carried(callback, context);
  }

  /** What was registered. */
  static Callback unwrap(Callback callback) {
    return callback instanceof Carried c ? c.target : callback;
  }

  @Override
  protected void onSuccess(Object value) {
    ContextCarrier.Scope scope = context.enter();
    try {
      target.onSuccess(value);
    } finally {
      scope.close();
    }
  }

  @Override
  protected void onError(Object error) {
    ContextCarrier.Scope scope = context.enter();
    try {
      target.onError(error);
    } finally {
      scope.close();
    }
  }

  @Override
  boolean runsInline() {
    return target.runsInline();
  }

  @Override
  boolean isCancelled() {
    return target.isCancelled();
  }

  @Override
  boolean carriesContext() {
    return false; // it has one already
  }
}
