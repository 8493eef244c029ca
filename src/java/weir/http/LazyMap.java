package weir.http;

import clojure.lang.APersistentMap;
import clojure.lang.ArrayIter;
import clojure.lang.ArraySeq;
import clojure.lang.IEditableCollection;
import clojure.lang.IFn;
import clojure.lang.IKVReduce;
import clojure.lang.IMapEntry;
import clojure.lang.IMapIterable;
import clojure.lang.IObj;
import clojure.lang.IPersistentCollection;
import clojure.lang.IPersistentMap;
import clojure.lang.ISeq;
import clojure.lang.ITransientCollection;
import clojure.lang.PersistentArrayMap;
import clojure.lang.Reduced;
import clojure.lang.Util;
import java.util.Iterator;

/**
 * What all views have in common: everything a Clojure map does by going through its entries.
 *
 * <p>Subclasses answer lookups without going through entries; only iteration, equality, hashing and
 * printing realize them. Instances are immutable in value and may be shared between threads.
 */
public abstract class LazyMap extends APersistentMap
    implements IObj, IKVReduce, IEditableCollection, IMapIterable {

  /** Creates the common part, which has no state. */
  protected LazyMap() {}

  /**
   * What the reader calls for a view printed with {@code *print-dup*}: the text holds the entries
   * and names the class, and its plain map is as good as the view.
   */
  public static IPersistentMap create(IPersistentMap entries) {
    return entries;
  }

  /**
   * Returns the visible entries in iteration order.
   *
   * @return an array of {@link IMapEntry} that nobody changes
   */
  protected abstract Object[] entries();

  @Override
  public Object valAt(Object key) {
    return valAt(key, null);
  }

  @Override
  public IPersistentMap assocEx(Object key, Object val) {
    if (containsKey(key)) {
      throw Util.runtimeException("Key already present");
    }
    return assoc(key, val);
  }

  @Override
  public ISeq seq() {
    Object[] entries = entries();
    return entries.length == 0 ? null : ArraySeq.create(entries);
  }

  @Override
  public Iterator<?> iterator() {
    return (Iterator<?>) ArrayIter.create(entries());
  }

  @Override
  public Iterator<?> keyIterator() {
    Object[] keys = entries().clone();
    for (int i = 0; i < keys.length; i++) {
      keys[i] = ((IMapEntry) keys[i]).key();
    }
    return (Iterator<?>) ArrayIter.create(keys);
  }

  @Override
  public Iterator<?> valIterator() {
    Object[] vals = entries().clone();
    for (int i = 0; i < vals.length; i++) {
      vals[i] = ((IMapEntry) vals[i]).val();
    }
    return (Iterator<?>) ArrayIter.create(vals);
  }

  @Override
  public Object kvreduce(IFn f, Object init) {
    Object acc = init;
    for (Object o : entries()) {
      IMapEntry entry = (IMapEntry) o;
      acc = f.invoke(acc, entry.key(), entry.val());
      // Not RT.isReduced: touching RT would load clojure.core for a Java caller.
      if (acc instanceof Reduced) {
        return ((Reduced) acc).deref();
      }
    }
    return acc;
  }

  @Override
  public IPersistentCollection empty() {
    return (IPersistentCollection) PersistentArrayMap.EMPTY.withMeta(meta());
  }

  @Override
  public ITransientCollection asTransient() {
    return new TransientView(this);
  }
}
