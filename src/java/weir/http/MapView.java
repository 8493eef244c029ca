package weir.http;

import clojure.lang.IKeywordLookup;
import clojure.lang.ILookupThunk;
import clojure.lang.IMapEntry;
import clojure.lang.IObj;
import clojure.lang.IPersistentMap;
import clojure.lang.Keyword;
import clojure.lang.MapEntry;
import clojure.lang.PersistentArrayMap;

/**
 * A persistent Clojure map over a fixed set of keywords whose values are computed on access.
 *
 * <p>A view is {message, overlay, hidden, meta}. The subclass holds the message and answers for the
 * <em>base keys</em>, known by their index in {@link #viewKeys()}. Everything else is here: {@code
 * assoc} puts into the overlay, a small persistent map; {@code assoc} and {@code dissoc} of a base
 * key set its bit in {@code hidden}, after which only the overlay counts for it. Both keep the
 * class and share the message, so that a copy costs one small object.
 *
 * <p>A program cannot tell a view from a plain map with the same entries. For that, the message
 * must give the same answers for ever, on any thread, also after its exchange has ended.
 */
public abstract class MapView extends LazyMap implements IKeywordLookup {
  private final IPersistentMap overlay; // null when nothing was put
  private final int hidden; // bit i: base key i is not answered by the message
  private final IPersistentMap meta;

  /** Creates a view on which nothing has been changed. */
  protected MapView() {
    this(null, 0, null);
  }

  /**
   * Creates a view with changes.
   *
   * @param overlay what was put, or null; a base key in it must have its bit in {@code hidden}
   * @param hidden a bit for each base key that the message no longer answers for
   * @param meta the metadata, or null
   */
  protected MapView(IPersistentMap overlay, int hidden, IPersistentMap meta) {
    this.overlay = overlay;
    this.hidden = hidden;
    this.meta = meta;
  }

  /** Returns the base keys of this class; always the same object. */
  protected abstract ViewKeys viewKeys();

  /** Returns the message's value for a base key; null when {@link #present} is false. */
  protected abstract Object base(int index);

  /** Returns whether the message has a value, maybe null, for a base key. */
  protected abstract boolean present(int index);

  /** Returns a view of the same class over the same message with these changes. */
  protected abstract MapView with(IPersistentMap overlay, int hidden, IPersistentMap meta);

  /** What {@code (:key view)} yields for the base key with this index. */
  final Object at(int index) {
    return isHidden(index) ? overlaid(viewKeys().key(index), null) : base(index);
  }

  @Override
  public final ILookupThunk getLookupThunk(Keyword key) {
    ViewKeys keys = viewKeys();
    int index = keys.indexOf(key);
    return index < 0 ? null : keys.thunk(index);
  }

  @Override
  public final Object valAt(Object key, Object notFound) {
    int index = viewKeys().indexOf(key);
    if (index < 0 || isHidden(index)) {
      return overlaid(key, notFound);
    }
    Object value = base(index);
    return value != null || present(index) ? value : notFound;
  }

  @Override
  public final boolean containsKey(Object key) {
    int index = viewKeys().indexOf(key);
    if (index < 0 || isHidden(index)) {
      return overlay != null && overlay.containsKey(key);
    }
    return present(index);
  }

  @Override
  public final IMapEntry entryAt(Object key) {
    int index = viewKeys().indexOf(key);
    if (index < 0 || isHidden(index)) {
      return overlay == null ? null : overlay.entryAt(key);
    }
    Object value = base(index);
    return value != null || present(index) ? MapEntry.create(key, value) : null;
  }

  @Override
  public final IPersistentMap assoc(Object key, Object val) {
    int index = viewKeys().indexOf(key);
    IPersistentMap put = (overlay == null ? PersistentArrayMap.EMPTY : overlay).assoc(key, val);
    int mask = index < 0 ? hidden : hidden | bit(index);
    return put == overlay && mask == hidden ? this : with(put, mask, meta);
  }

  @Override
  public final IPersistentMap without(Object key) {
    int index = viewKeys().indexOf(key);
    IPersistentMap left = overlay == null ? null : overlay.without(key);
    boolean answered = index >= 0 && !isHidden(index) && present(index);
    if (left == overlay && !answered) {
      return this;
    }
    return with(left, index < 0 ? hidden : hidden | bit(index), meta);
  }

  @Override
  public final int count() {
    int count = overlay == null ? 0 : overlay.count();
    for (int i = viewKeys().size() - 1; i >= 0; i--) {
      if (!isHidden(i) && present(i)) {
        count++;
      }
    }
    return count;
  }

  @Override
  protected final Object[] entries() {
    ViewKeys keys = viewKeys();
    Object[] entries = new Object[count()];
    int n = 0;
    for (int i = 0; i < keys.size(); i++) {
      if (!isHidden(i) && present(i)) {
        entries[n++] = MapEntry.create(keys.key(i), base(i));
      }
    }
    if (overlay != null) {
      for (Object entry : overlay) {
        entries[n++] = entry;
      }
    }
    return entries;
  }

  @Override
  public final IPersistentMap meta() {
    return meta;
  }

  @Override
  public final IObj withMeta(IPersistentMap newMeta) {
    return newMeta == meta ? this : with(overlay, hidden, newMeta);
  }

  private Object overlaid(Object key, Object notFound) {
    return overlay == null ? notFound : overlay.valAt(key, notFound);
  }

  private boolean isHidden(int index) {
    return (hidden & bit(index)) != 0;
  }

  private static int bit(int index) {
    return 1 << index;
  }
}
