package weir.stream;

import java.util.concurrent.atomic.AtomicInteger;
import manifold.stream.core.IEventSink;

/**
 * Counts the {@code shared?} connections of a sink, so that it is closed only after the last of their
 * sources. The count goes with the sink.
 */
final class SharedSinks {

  private static final WeakIdentityMap<AtomicInteger> COUNTS = new WeakIdentityMap<>();

  private SharedSinks() {}

  static void join(IEventSink sink) {
    COUNTS.get(sink, AtomicInteger::new).incrementAndGet();
  }

  /** Returns true to the last one. */
  static boolean leave(IEventSink sink) {
    return COUNTS.get(sink, AtomicInteger::new).decrementAndGet() <= 0;
  }
}
