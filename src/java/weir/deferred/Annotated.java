package weir.deferred;

import clojure.lang.Cons;
import clojure.lang.IFn;
import clojure.lang.IPersistentMap;
import clojure.lang.ISeq;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** The metadata of a deferred, which can be replaced at any time. */
abstract class Annotated extends manifold.deferred.Deferred {

  private static final VarHandle META;

  static {
    try {
      META = MethodHandles.lookup().findVarHandle(Annotated.class, "meta", IPersistentMap.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private volatile IPersistentMap meta;

  @Override
  public final IPersistentMap meta() {
    return meta;
  }

  @Override
  public final IPersistentMap resetMeta(IPersistentMap m) {
    meta = m;
    return m;
  }

  @Override
  public final IPersistentMap alterMeta(IFn f, ISeq args) {
    for (; ; ) {
      IPersistentMap old = meta;
      IPersistentMap changed = (IPersistentMap) f.applyTo(new Cons(old, args));
      if (META.compareAndSet(this, old, changed)) {
        return changed;
      }
    }
  }
}
