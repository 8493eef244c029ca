package weir.stream;

import clojure.lang.IFn;
import clojure.lang.IPersistentMap;
import clojure.lang.ISeq;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What a stream that is written outside of this package needs to keep: metadata, weak handle, close
 * and drain callbacks, connections. The macros {@code def-source} and {@code def-sink} delegate to
 * one of these.
 */
public final class StreamSupport {

  private final AtomicReference<IPersistentMap> meta = new AtomicReference<>();
  private final AtomicReference<WeakReference<Object>> handle = new AtomicReference<>();
  private final Connections connections = new Connections();

  /** Makes the support for one stream. */
  public StreamSupport() {}

  /** What happens when the sink is closed. */
  public final Ending closed = new Ending();

  /** What happens when the source is drained. */
  public final Ending drained = new Ending();

  /** The connections that start from the stream. */
  public Connections connections() {
    return connections;
  }

  /** The one weak reference to {@code stream}. */
  public WeakReference<Object> weakHandle(Object stream, ReferenceQueue<Object> queue) {
    WeakReference<Object> h = handle.get();
    if (h != null) {
      return h;
    }
    handle.compareAndSet(null, new WeakReference<>(stream, queue));
    return handle.get();
  }

  /** The metadata. */
  public IPersistentMap meta() {
    return meta.get();
  }

  /** Replaces the metadata. */
  public IPersistentMap resetMeta(IPersistentMap m) {
    meta.set(m);
    return m;
  }

  /** Changes the metadata. */
  public IPersistentMap alterMeta(IFn f, ISeq args) {
    for (; ; ) {
      IPersistentMap old = meta.get();
      IPersistentMap changed = (IPersistentMap) f.applyTo(new clojure.lang.Cons(old, args));
      if (meta.compareAndSet(old, changed)) {
        return changed;
      }
    }
  }
}
