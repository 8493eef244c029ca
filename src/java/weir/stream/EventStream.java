package weir.stream;

import clojure.lang.Cons;
import clojure.lang.IFn;
import clojure.lang.IPersistentMap;
import clojure.lang.IReference;
import clojure.lang.ISeq;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import manifold.stream.core.IEventStream;

/** What all sources and sinks of this library share: metadata, a weak handle, connections. */
public abstract class EventStream implements IEventStream, IReference, HasConnections {

  private static final VarHandle META;
  private static final VarHandle HANDLE;
  private static final VarHandle CONNECTIONS;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      META = lookup.findVarHandle(EventStream.class, "meta", IPersistentMap.class);
      HANDLE = lookup.findVarHandle(EventStream.class, "handle", WeakReference.class);
      CONNECTIONS = lookup.findVarHandle(EventStream.class, "connections", Connections.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private volatile IPersistentMap meta;
  private volatile WeakReference<Object> handle;
  private volatile Connections connections;

  /** For subclasses. */
  protected EventStream() {}

  @Override
  public Object isSynchronous() {
    return Boolean.FALSE;
  }

  @Override
  public Object downstream() {
    Connections c = connections;
    return c == null ? null : c.downstream();
  }

  @Override
  @SuppressWarnings("unchecked") // a reference queue only receives references to this
  public Object weakHandle(Object refQueue) {
    WeakReference<Object> h = handle;
    if (h == null) {
      h = new WeakReference<>(this, (ReferenceQueue<Object>) refQueue);
      if (!HANDLE.compareAndSet(this, null, h)) {
        h = handle;
      }
    }
    return h;
  }

  @Override
  public Connections connections() {
    Connections c = connections;
    if (c == null) {
      c = new Connections();
      if (!CONNECTIONS.compareAndSet(this, null, c)) {
        c = connections;
      }
    }
    return c;
  }

  /** True while something is connected downstream of this. */
  final boolean isConnected() {
    Connections c = connections;
    return c != null && !c.isEmpty();
  }

  @Override
  public IPersistentMap meta() {
    return meta;
  }

  @Override
  public IPersistentMap resetMeta(IPersistentMap m) {
    meta = m;
    return m;
  }

  @Override
  public IPersistentMap alterMeta(IFn f, ISeq args) {
    for (; ; ) {
      IPersistentMap old = meta;
      IPersistentMap changed = (IPersistentMap) f.applyTo(new Cons(old, args));
      if (META.compareAndSet(this, old, changed)) {
        return changed;
      }
    }
  }

  @Override
  public String toString() {
    return Describe.print(this);
  }
}
