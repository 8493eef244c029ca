package weir.http;

import clojure.lang.AFn;
import clojure.lang.IMapEntry;
import clojure.lang.IPersistentMap;
import clojure.lang.ITransientAssociative2;
import clojure.lang.ITransientMap;

/**
 * The transient of a view. It holds the current persistent view, whose assoc is cheap already, so
 * {@code into} keeps the view and realizes nothing.
 */
final class TransientView extends AFn implements ITransientMap, ITransientAssociative2 {
  private IPersistentMap current; // null once persistent! was called

  TransientView(LazyMap view) {
    this.current = (IPersistentMap) view.withMeta(null); // a transient has no metadata
  }

  @Override
  public ITransientMap assoc(Object key, Object val) {
    current = editable().assoc(key, val);
    return this;
  }

  @Override
  public ITransientMap without(Object key) {
    current = editable().without(key);
    return this;
  }

  @Override
  public ITransientMap conj(Object entry) {
    current = (IPersistentMap) editable().cons(entry);
    return this;
  }

  @Override
  public IPersistentMap persistent() {
    IPersistentMap result = editable();
    current = null;
    return result;
  }

  @Override
  public Object valAt(Object key) {
    return editable().valAt(key);
  }

  @Override
  public Object valAt(Object key, Object notFound) {
    return editable().valAt(key, notFound);
  }

  @Override
  public boolean containsKey(Object key) {
    return editable().containsKey(key);
  }

  @Override
  public IMapEntry entryAt(Object key) {
    return editable().entryAt(key);
  }

  @Override
  public int count() {
    return editable().count();
  }

  @Override
  public Object invoke(Object key) {
    return valAt(key);
  }

  @Override
  public Object invoke(Object key, Object notFound) {
    return valAt(key, notFound);
  }

  private IPersistentMap editable() {
    if (current == null) {
      throw new IllegalAccessError("Transient used after persistent! call");
    }
    return current;
  }
}
