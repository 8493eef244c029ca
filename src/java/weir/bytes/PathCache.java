package weir.bytes;

import java.lang.ref.WeakReference;
import java.util.Arrays;

/**
 * The paths from one class, plain or wrapped. Reading is a scan over a few entries that compares
 * identities. Targets are held weakly, and the cache itself hangs on the class it starts from: so
 * nothing here keeps a class of a reloaded namespace alive.
 */
final class PathCache {

  /** Bounds the scan; what lies behind is the least likely to be asked again. */
  private static final int MAX_ENTRIES = 64;

  private static final class Entry extends WeakReference<Object> {
    final Type.Wrapper from;
    final Type.Wrapper to;
    final Path path;

    Entry(Type.Wrapper from, Type.Wrapper to, Object target, Path path) {
      super(target);
      this.from = from;
      this.to = to;
      this.path = path;
    }
  }

  private volatile Entry[] entries = {};

  Path get(Type.Wrapper from, Type.Wrapper to, Object target) {
    for (Entry e : entries) {
      if (e.from == from && e.to == to && e.refersTo(target)) {
        return e.path;
      }
    }
    return null;
  }

  /** Adds in front. Losing an entry to a race only costs another search. */
  void put(Type.Wrapper from, Type.Wrapper to, Object target, Path path) {
    Entry[] old = entries;
    Entry[] live =
        Arrays.stream(old)
            .filter(e -> !e.refersTo(null))
            .limit(MAX_ENTRIES - 1)
            .toArray(Entry[]::new);
    Entry[] next = new Entry[live.length + 1];
    next[0] = new Entry(from, to, target, path);
    System.arraycopy(live, 0, next, 1, live.length);
    entries = next;
  }
}
