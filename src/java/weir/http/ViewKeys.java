package weir.http;

import clojure.lang.ILookupThunk;
import clojure.lang.Keyword;

/**
 * The base keys of one {@link MapView} class, each with its index and its call-site thunk.
 *
 * <p>Built once per class, when that class is initialized; immutable afterwards.
 */
public final class ViewKeys {
  /** A view keeps its hidden keys in the bits of an {@code int}. */
  private static final int MAX_KEYS = Integer.SIZE;

  private final Keyword[] keys;
  private final ILookupThunk[] thunks;
  private final Keyword[] slots; // open addressing, linear probing, at most a quarter full
  private final byte[] slotIndex;
  private final int mask;

  private ViewKeys(Class<? extends MapView> type, Keyword[] keys) {
    this.keys = keys.clone();
    this.thunks = new ILookupThunk[keys.length];
    int capacity = Integer.highestOneBit(Math.max(1, keys.length)) * 8;
    this.slots = new Keyword[capacity];
    this.slotIndex = new byte[capacity];
    this.mask = capacity - 1;
    for (int i = 0; i < keys.length; i++) {
      insert(keys[i], i);
      thunks[i] = new KeyThunk(type, i);
    }
  }

  /**
   * Describes the base keys of a view class.
   *
   * @param type the exact class whose instances the call-site thunks accept
   * @param keys the base keys, in the order in which the map is iterated; at most 32
   * @return the descriptor to keep in a static field of {@code type}
   * @throws IllegalArgumentException if there are too many keys or one occurs twice
   */
  public static ViewKeys of(Class<? extends MapView> type, Keyword... keys) {
    if (keys.length > MAX_KEYS) {
      throw new IllegalArgumentException(
          "keys: " + keys.length + " of them (expected: at most " + MAX_KEYS + ")");
    }
    return new ViewKeys(type, keys);
  }

  /** Returns how many base keys there are. */
  public int size() {
    return keys.length;
  }

  /** Returns the base key with this index. */
  public Keyword key(int index) {
    return keys[index];
  }

  /** Returns the index of a base key, or -1 for anything else. Allocates nothing. */
  public int indexOf(Object key) {
    return key instanceof Keyword ? indexOf((Keyword) key) : -1;
  }

  private int indexOf(Keyword key) {
    int slot = slotOf(key);
    return slots[slot] == null ? -1 : slotIndex[slot];
  }

  ILookupThunk thunk(int index) {
    return thunks[index];
  }

  private void insert(Keyword key, int index) {
    int slot = slotOf(key);
    if (slots[slot] != null) {
      throw new IllegalArgumentException("keys: " + key + " occurs twice");
    }
    slots[slot] = key;
    slotIndex[slot] = (byte) index;
  }

  /** The slot that holds the key, or the empty one where it would go. Keywords are interned. */
  private int slotOf(Keyword key) {
    int slot = key.hasheq() & mask;
    while (slots[slot] != null && slots[slot] != key) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  /**
   * What a compiled {@code (:key view)} calls. Returning {@code this} tells the call site that the
   * target is of another class. It must never happen for the thunk's own class: the site takes the
   * answer of a freshly fetched thunk as the value.
   */
  private static final class KeyThunk implements ILookupThunk {
    private final Class<? extends MapView> type;
    private final int index;

    KeyThunk(Class<? extends MapView> type, int index) {
      this.type = type;
      this.index = index;
    }

    @Override
    public Object get(Object target) {
      return target != null && target.getClass() == type ? ((MapView) target).at(index) : this;
    }
  }
}
