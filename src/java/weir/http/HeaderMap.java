package weir.http;

import clojure.lang.IMapEntry;
import clojure.lang.IObj;
import clojure.lang.IPersistentMap;
import clojure.lang.MapEntry;
import clojure.lang.Named;
import clojure.lang.PersistentArrayMap;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;

/**
 * The Ring header map: a persistent Clojure map over the header fields of a message.
 *
 * <p>Its keys are lower-case strings and its values strings; a repeated field is one value, joined
 * as {@link Headers#get} says. {@code get} and {@code find} take a name in any case, and keywords
 * and symbols for their name; {@code contains?} is strict: only the keys that {@code keys} lists.
 * {@code assoc} adds exactly the key given, {@code dissoc} of a lower-case name hides the field.
 *
 * <p>A lookup reads the wire form directly; the entries are realized once, when first iterated.
 */
public final class HeaderMap extends LazyMap implements Headers {
  /** Stands in the changes for a field that was taken out. */
  private static final Object HIDDEN = new Object();

  private final HttpHeaders headers;
  private final IPersistentMap changes; // key -> value or HIDDEN; null when there are none
  private final IPersistentMap meta;
  private Object[] wireEntries; // racy, but every thread computes equal ones; null until needed

  /**
   * Creates the map over Netty's headers.
   *
   * @param headers what to read, of any protocol version; must not be changed from now on
   */
  public HeaderMap(HttpHeaders headers) {
    this(Objects.requireNonNull(headers, "headers"), null, null, null);
  }

  private HeaderMap(
      HttpHeaders headers, IPersistentMap changes, IPersistentMap meta, Object[] wireEntries) {
    this.headers = headers;
    this.changes = changes;
    this.meta = meta;
    this.wireEntries = wireEntries;
  }

  // Headers: for Java

  @Override
  public String get(String name) {
    Object value = valAt(name, null);
    return value == null ? null : value.toString();
  }

  /** {@inheritDoc} What was changed by {@code assoc} and {@code dissoc} is not seen. */
  @Override
  public List<String> getAll(String name) {
    return WireHeaders.all(headers, name);
  }

  @Override
  public boolean contains(String name) {
    return valAt(name, HIDDEN) != HIDDEN;
  }

  @Override
  public List<String> names() {
    List<String> names = new ArrayList<>();
    for (Object o : entries()) {
      Object key = ((IMapEntry) o).key();
      if (key instanceof String) {
        names.add((String) key);
      }
    }
    return List.copyOf(names);
  }

  /** {@inheritDoc} As {@link java.util.Map#forEach}, it goes through all keys, also added ones. */
  @Override
  @SuppressWarnings({"rawtypes", "unchecked"}) // a Clojure map is a raw Map
  public void forEach(BiConsumer action) {
    for (Object o : entries()) {
      IMapEntry entry = (IMapEntry) o;
      action.accept(entry.key(), entry.val());
    }
  }

  // IPersistentMap

  @Override
  public Object valAt(Object key, Object notFound) {
    String name = nameOf(key);
    if (changes != null) {
      Object changed = changed(key, name);
      if (changed != null) {
        return changed == HIDDEN ? notFound : ((IMapEntry) changed).val();
      }
    }
    String value = name == null ? null : WireHeaders.value(headers, name);
    return value == null ? notFound : value;
  }

  /** What the changes say about a key: HIDDEN, an entry, or null when they say nothing. */
  private Object changed(Object key, String name) {
    IMapEntry entry = changes.entryAt(key);
    if (entry == null && name != null) {
      String lower = WireHeaders.lowerCase(name);
      entry = lower.equals(key) ? null : changes.entryAt(lower);
    }
    return entry != null && entry.val() == HIDDEN ? HIDDEN : entry;
  }

  @Override
  public boolean containsKey(Object key) {
    IMapEntry entry = changes == null ? null : changes.entryAt(key);
    return entry == null ? isWireKey(key) : entry.val() != HIDDEN;
  }

  @Override
  public IMapEntry entryAt(Object key) {
    Object value = valAt(key, HIDDEN);
    return value == HIDDEN ? null : MapEntry.create(key, value);
  }

  @Override
  public IPersistentMap assoc(Object key, Object val) {
    return with((changes == null ? PersistentArrayMap.EMPTY : changes).assoc(key, val));
  }

  @Override
  public IPersistentMap without(Object key) {
    if (!containsKey(key)) {
      return this;
    }
    if (isWireKey(key)) {
      return assoc(key, HIDDEN);
    }
    return with(changes.without(key));
  }

  @Override
  public int count() {
    return changes == null ? wireEntries().length : entries().length;
  }

  @Override
  protected Object[] entries() {
    return changes == null ? wireEntries() : changedEntries();
  }

  /** The fields in their order, each as it was changed, then the keys that were added. */
  private Object[] changedEntries() {
    List<Object> entries = new ArrayList<>();
    for (Object wire : wireEntries()) {
      IMapEntry change = changes.entryAt(((IMapEntry) wire).key());
      if (change == null) {
        entries.add(wire);
      } else if (change.val() != HIDDEN) {
        entries.add(change);
      }
    }
    for (Object change : changes) {
      IMapEntry entry = (IMapEntry) change;
      if (entry.val() != HIDDEN && !isWireKey(entry.key())) {
        entries.add(entry);
      }
    }
    return entries.toArray();
  }

  private Object[] wireEntries() {
    Object[] entries = wireEntries;
    if (entries == null) {
      entries = WireHeaders.entries(headers);
      wireEntries = entries;
    }
    return entries;
  }

  // IObj

  @Override
  public IPersistentMap meta() {
    return meta;
  }

  @Override
  public IObj withMeta(IPersistentMap newMeta) {
    return newMeta == meta ? this : new HeaderMap(headers, changes, newMeta, wireEntries);
  }

  private IPersistentMap with(IPersistentMap newChanges) {
    return newChanges == changes ? this : new HeaderMap(headers, newChanges, meta, wireEntries);
  }

  /** Whether the key is one that the wire headers list: a lower-case string. */
  private boolean isWireKey(Object key) {
    return key instanceof String
        && WireHeaders.lowerCase((String) key).equals(key)
        && WireHeaders.contains(headers, (String) key);
  }

  private static String nameOf(Object key) {
    if (key instanceof String) {
      return (String) key;
    }
    return key instanceof Named ? ((Named) key).getName() : null;
  }
}
