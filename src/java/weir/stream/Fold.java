package weir.stream;

import clojure.lang.Reduced;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import manifold.deferred.IDeferred;
import weir.deferred.Coercion;
import weir.deferred.Deferred;
import weir.deferred.Deferreds;

/** Folds the messages of a source to one value. */
final class Fold extends Puller {

  private static final Object NO_ERROR = new Object();

  private final BiFunction<Object, Object, ?> f;
  private final Supplier<Object> none;
  private final Deferred<Object> result = Deferred.create();
  private boolean begun;
  private Object acc;

  private Fold(Object s, BiFunction<Object, Object, ?> f, Supplier<Object> none) {
    super(Sided.behind(Coercions.source(s)));
    this.f = Carrying.folding(f);
    this.none = Carrying.supplier(none);
  }

  static Deferred<Object> start(Object s, Object initial, BiFunction<Object, Object, ?> f) {
    Fold fold = new Fold(s, f, null);
    IDeferred d = Coercion.toDeferred(initial);
    if (fold.advance(d == null ? initial : d)) {
      fold.start();
    }
    return fold.result;
  }

  static Deferred<Object> start(Object s, BiFunction<Object, Object, ?> f, Supplier<Object> none) {
    Fold fold = new Fold(s, f, none);
    fold.start();
    return fold.result;
  }

  @Override
  boolean goesOn() {
    return !result.realized();
  }

  @Override
  boolean wantsMore() {
    return goesOn();
  }

  @Override
  boolean accept(Object m) {
    try {
      return advance(begun ? f.apply(acc, m) : m, begun);
    } catch (Throwable t) {
      result.error(t);
      return false;
    }
  }

  private boolean advance(Object next) {
    return advance(next, true);
  }

  /** Makes {@code next} the accumulator; false if that stops the fold, or has to wait. */
  private boolean advance(Object next, boolean computed) {
    begun = true;
    Object x = next;
    while (computed && x instanceof IDeferred d) {
      if (!d.realized()) {
        Outcome.of(d, new Step());
        return false;
      }
      Object error = d.errorValue(NO_ERROR);
      if (error != NO_ERROR) {
        result.error(error);
        return false;
      }
      x = d.successValue(null);
    }
    if (computed && x instanceof Reduced r) {
      Deferreds.connect(r.deref(), result);
      return false;
    }
    acc = x;
    return true;
  }

  /** The outcome of a step that was not there at once. */
  private final class Step extends Outcome {
    @Override
    protected void onSuccess(Object value) {
      if (advance(value)) {
        onItsThread(Fold.this);
      }
    }

    @Override
    protected void onError(Object error) {
      result.error(error);
    }
  }

  @Override
  void end(Failure because) {
    if (because != null) {
      result.error(because.error());
      return;
    }
    try {
      Deferreds.connect(begun ? acc : none.get(), result);
    } catch (Throwable t) {
      result.error(t);
    }
  }
}
