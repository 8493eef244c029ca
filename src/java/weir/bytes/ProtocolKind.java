package weir.bytes;

import clojure.lang.AFn;
import clojure.lang.IPersistentMap;
import clojure.lang.Keyword;
import clojure.lang.Var;

/** What satisfies a Clojure protocol: implements its interface, or it was extended to a supertype. */
final class ProtocolKind implements Kind {

  private static final Keyword ON_INTERFACE = Keyword.intern("on-interface");
  private static final Keyword IMPLS = Keyword.intern("impls");

  /** Which classes one version of the protocol covers; holds no class strongly. */
  private static final class Answers extends ClassValue<Boolean> {
    final IPersistentMap protocol;

    Answers(IPersistentMap protocol) {
      this.protocol = protocol;
    }

    @Override
    protected Boolean computeValue(Class<?> c) {
      return protocol.valAt(ON_INTERFACE) instanceof Class<?> i && i.isAssignableFrom(c)
          || protocol.valAt(IMPLS) instanceof IPersistentMap impls && extended(impls, c);
    }

    private static boolean extended(IPersistentMap impls, Class<?> c) {
      if (c == null) {
        return false;
      }
      if (impls.containsKey(c) || extended(impls, c.getSuperclass())) {
        return true;
      }
      for (Class<?> i : c.getInterfaces()) {
        if (extended(impls, i)) {
          return true;
        }
      }
      return impls.containsKey(Object.class);
    }
  }

  /** Hangs on the var, and so keeps the kind for as long as there is the protocol. */
  private static final class Watch extends AFn {
    final ProtocolKind kind;

    Watch(ProtocolKind kind) {
      this.kind = kind;
    }

    @Override
    public Object invoke(Object key, Object ref, Object before, Object now) {
      Conversions.forgetPaths();
      return null;
    }
  }

  private final Var var;
  private volatile Answers answers;

  private ProtocolKind(Var var) {
    this.var = var;
  }

  /**
   * Returns the kind of the protocol in {@code var}. Extending the protocol later is noticed, and
   * makes the conversions look for their paths anew.
   */
  static ProtocolKind of(Var var) {
    if (var.getWatches().valAt(ProtocolKind.class) instanceof Watch w) {
      return w.kind;
    }
    ProtocolKind kind = new ProtocolKind(var); // another thread may make one too: they are equal
    var.addWatch(ProtocolKind.class, new Watch(kind));
    return kind;
  }

  @Override
  public boolean covers(Class<?> c) {
    if (!(var.getRawRoot() instanceof IPersistentMap protocol)) {
      return false;
    }
    Answers a = answers;
    if (a == null || a.protocol != protocol) {
      answers = a = new Answers(protocol);
    }
    return a.get(c);
  }

  @Override
  public Var shown() {
    return var;
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof ProtocolKind k && k.var == var;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(var);
  }

  @Override
  public String toString() {
    return var.toString();
  }
}
