package weir.define;

import clojure.lang.AFunction;
import clojure.lang.ArityException;
import clojure.lang.IFn;
import clojure.lang.MethodImplCache;
import clojure.lang.Symbol;
import clojure.lang.Util;
import clojure.lang.Var;

/** The function of a protocol's method without further parameters: calls what fits the object's class. */
final class ProtocolFunction extends AFunction {

  private static final long serialVersionUID = 1;

  private static final Var FIND = Var.find(Symbol.intern("clojure.core", "-cache-protocol-fn"));

  private final transient Class<?> onInterface;
  private final transient IFn direct;

  /**
   * @param direct calls the method of instances of the interface
   */
  ProtocolFunction(MethodImplCache cache, Class<?> onInterface, IFn direct) {
    __methodImplCache = cache;
    this.onInterface = onInterface;
    this.direct = direct;
  }

  @Override
  public Object invoke(Object x) {
    IFn known = __methodImplCache.fnFor(Util.classOf(x));
    if (known != null) {
      return known.invoke(x);
    }
    return ((IFn) FIND.invoke(this, x, onInterface, direct)).invoke(x);
  }

  @Override
  public Object throwArity(int n) {
    throw new ArityException(n, __methodImplCache.sym.toString());
  }
}
