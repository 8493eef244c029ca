package weir.deferred;

import clojure.lang.Var;

/** Carries Clojure's dynamic bindings. */
final class BindingsCarrier implements ContextCarrier<Object> {

  @Override
  public Object capture() {
    return Var.cloneThreadBindingFrame();
  }

  @Override
  public Scope enter(Object captured) {
    Object before = Var.getThreadBindingFrame();
    Var.resetThreadBindingFrame(captured);
    return () -> Var.resetThreadBindingFrame(before);
  }
}
