package weir.deferred;

import clojure.lang.AFn;
import clojure.lang.ILookup;
import clojure.lang.IPersistentMap;
import clojure.lang.Keyword;
import clojure.lang.PersistentHashMap;
import clojure.lang.Var;

/**
 * Asks a Clojure protocol which classes it was extended to, and hears when it is extended again.
 * Protocols are maps in a variable.
 */
final class DeferrableProtocol extends AFn {

  private static final Keyword IMPLEMENTATIONS = Keyword.intern("impls");
  private static final Keyword INTERFACE = Keyword.intern("on-interface");

  private final Var protocol;
  private final Var function;
  private final IPersistentMap own;

  /**
   * Makes one that ignores the extensions which are there already: they are the library's, which can
   * do without.
   */
  DeferrableProtocol(Var protocol, Var function) {
    this.protocol = protocol;
    this.function = function;
    own = implementations();
    protocol.addWatch(Keyword.intern("weir.deferred", "extensions"), this);
  }

  private IPersistentMap implementations() {
    Object all = ((ILookup) protocol.deref()).valAt(IMPLEMENTATIONS);
    return all == null ? PersistentHashMap.EMPTY : (IPersistentMap) all;
  }

  /** Returns the protocol's function for objects of {@code type}, or null. */
  @Override
  public Object invoke(Object type) {
    Class<?> c = (Class<?>) type;
    Class<?> onInterface = (Class<?>) ((ILookup) protocol.deref()).valAt(INTERFACE);
    return onInterface.isAssignableFrom(c) || isExtended(c) ? function.deref() : null;
  }

  private boolean isExtended(Class<?> type) {
    IPersistentMap all = implementations();
    for (Class<?> c : Coercion.ancestry(type)) {
      Object found = all.valAt(c);
      if (found != null) {
        return found != own.valAt(c);
      }
    }
    return false;
  }

  /** The protocol has changed. */
  @Override
  public Object invoke(Object key, Object reference, Object before, Object now) {
    Coercion.reset();
    return null;
  }
}
