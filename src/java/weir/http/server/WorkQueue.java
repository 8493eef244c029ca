package weir.http.server;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Work that event loops hand over in batches and any number of workers take one by one. Items are
 * taken in the order they were added, each exactly once.
 */
final class WorkQueue<T> {

  private static final VarHandle NEXT;

  static {
    try {
      NEXT = MethodHandles.lookup().findVarHandle(Batch.class, "next", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static final class Batch {
    final Object[] items;
    final int size;
    private volatile int next;

    Batch(Object[] items, int size) {
      this.items = items;
      this.size = size;
    }

    int claim() {
      return (int) NEXT.getAndAdd(this, 1);
    }
  }

  private final ConcurrentLinkedQueue<Batch> batches = new ConcurrentLinkedQueue<>();

  /** Adds the first {@code size} items; the array belongs to the queue from then on. */
  void add(Object[] items, int size) {
    batches.add(new Batch(items, size));
  }

  /** Returns false if there is work. True may be a moment late: a caller then starts one too many. */
  boolean isEmpty() {
    return batches.peek() == null;
  }

  /** Takes the oldest item, or returns null when there is none. */
  @SuppressWarnings("unchecked") // only add() fills batches
  T poll() {
    Batch batch;
    while ((batch = batches.peek()) != null) {
      int i = batch.claim();
      if (i >= batch.size - 1) {
        batches.remove(batch); // whoever comes first; it is at the head, so this is cheap
      }
      if (i < batch.size) {
        T item = (T) batch.items[i];
        batch.items[i] = null;
        return item;
      }
    }
    return null;
  }
}
