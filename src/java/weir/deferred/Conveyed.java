package weir.deferred;

import clojure.lang.AFn;
import clojure.lang.IFn;
import clojure.lang.Var;

/**
 * A function that sees the dynamic bindings of the thread that made this, wherever it runs, and
 * leaves those of the running thread as they were.
 */
public final class Conveyed extends AFn {

  private final Object frame = Var.cloneThreadBindingFrame();
  private final IFn function;

  private Conveyed(IFn function) {
    this.function = function;
  }

  /** Captures the bindings of the calling thread for {@code function}. */
  public static Conveyed of(IFn function) {
    return new Conveyed(function);
  }

  @Override
  public Object invoke() {
    Object saved = Var.getThreadBindingFrame();
    Var.resetThreadBindingFrame(frame);
    try {
      return function.invoke();
    } finally {
      Var.resetThreadBindingFrame(saved);
    }
  }

  @Override
  public Object invoke(Object x) {
    Object saved = Var.getThreadBindingFrame();
    Var.resetThreadBindingFrame(frame);
    try {
      return function.invoke(x);
    } finally {
      Var.resetThreadBindingFrame(saved);
    }
  }
}
