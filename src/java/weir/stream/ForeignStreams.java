package weir.stream;

import clojure.lang.AFn;
import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import manifold.stream.core.IEventSink;
import manifold.stream.core.IEventSource;

/**
 * Connections and close watches of streams that implement nothing but the interop interfaces. Both
 * are held weakly here. Connections live on in the take that their pump waits for, watches in the
 * one callback that is registered with the sink.
 */
final class ForeignStreams {

  private static final WeakIdentityMap<Slot<Connections>> CONNECTIONS = new WeakIdentityMap<>();
  private static final WeakIdentityMap<Slot<Ending>> CLOSINGS = new WeakIdentityMap<>();

  private ForeignStreams() {}

  private static final class Slot<V> extends AtomicReference<WeakReference<V>> {
    /** The value, made anew if it was collected. */
    V get(Supplier<V> make) {
      for (; ; ) {
        WeakReference<V> ref = get();
        V v = ref == null ? null : ref.get();
        if (v != null) {
          return v;
        }
        v = make.get();
        if (compareAndSet(ref, new WeakReference<>(v))) {
          return v;
        }
      }
    }
  }

  /** The connections of any source. */
  static Connections connections(IEventSource source) {
    return source instanceof HasConnections h
        ? h.connections()
        : CONNECTIONS.get(source, Slot::new).get(Connections::new);
  }

  /** What happens when any sink is closed. */
  static Ending closing(IEventSink sink) {
    if (sink instanceof Watchable w) {
      return w.closing();
    }
    Slot<Ending> slot = CLOSINGS.get(sink, Slot::new);
    Ending made = new Ending();
    Ending closing = slot.get(() -> made);
    if (closing == made) {
      sink.onClosed(
          new AFn() {
            @Override
            public Object invoke() {
              return closing.happen();
            }
          });
    }
    return closing;
  }
}
