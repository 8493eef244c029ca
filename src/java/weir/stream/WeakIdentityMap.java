package weir.stream;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** What we have to remember about objects that are not ours, for as long as they live. */
final class WeakIdentityMap<V> {

  private static final class Key extends WeakReference<Object> {
    private final int hash;

    Key(Object object, ReferenceQueue<Object> queue) {
      super(object, queue);
      hash = System.identityHashCode(object);
    }

    @Override
    public int hashCode() {
      return hash;
    }

    @Override
    public boolean equals(Object other) {
      if (this == other) {
        return true;
      }
      Object mine = get();
      return mine != null && other instanceof Key k && k.get() == mine;
    }
  }

  private final ConcurrentHashMap<Key, V> values = new ConcurrentHashMap<>();
  private final ReferenceQueue<Object> dead = new ReferenceQueue<>();

  /**
   * The value for {@code object}.
   *
   * @param make makes the value, which must not lead back to the object
   */
  V get(Object object, Supplier<V> make) {
    for (Object key = dead.poll(); key != null; key = dead.poll()) {
      values.remove(key);
    }
    return values.computeIfAbsent(new Key(object, dead), k -> make.get());
  }

  /** How many objects are remembered, dead ones included until the next {@code get}. */
  int size() {
    return values.size();
  }
}
