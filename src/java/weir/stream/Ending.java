package weir.stream;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.deferred.Context;
import weir.deferred.Propagation;

/**
 * Something that happens once, such as "closed", and the callbacks that wait for it. They run in the
 * order of their registration, once each, never under a lock; one that throws is logged. Registered
 * later they run at once on the registering thread.
 */
public final class Ending {

  private static final Logger LOG = LoggerFactory.getLogger(Ending.class);
  private static final VarHandle HEAD;

  static {
    try {
      HEAD = MethodHandles.lookup().findVarHandle(Ending.class, "head", Entry.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** A callback and its place in the stack of callbacks. */
  abstract static class Entry {
    private Entry next;
    private int size;

    abstract void run();

    /**
     * Returns an entry that does the same. The old one may be read by another thread at the moment,
     * and leads on to all those before it, dead ones included.
     */
    abstract Entry copy();

    /** True once this has nothing to do any more and may be dropped. */
    boolean isDead() {
      return false;
    }
  }

  private static final class Plain extends Entry {
    private final Runnable callback;

    Plain(Runnable callback) {
      this.callback = callback;
    }

    @Override
    void run() {
      callback.run();
    }

    @Override
    Entry copy() {
      return new Plain(callback);
    }
  }

  private static final Entry HAPPENED = new Plain(() -> {});
  private static final int FIRST_SWEEP = 32;

  private volatile Entry head;
  private int sweepAt = FIRST_SWEEP; // racy, and a stale value only costs or saves one sweep

  /** Returns true once it has happened. */
  public boolean happened() {
    return head == HAPPENED;
  }

  /**
   * Calls {@code callback} when it happens.
   *
   * @param callback a function without arguments
   */
  public void add(Runnable callback) {
    add(new Plain(Context.around(callback)));
  }

  void add(Entry entry) {
    for (; ; ) {
      Entry h = head;
      if (h == HAPPENED) {
        call(entry);
        return;
      }
      entry.next = h;
      entry.size = h == null ? 1 : h.size + 1;
      if (HEAD.compareAndSet(this, h, entry)) {
        break;
      }
    }
    if (entry.size > sweepAt) {
      sweep();
    }
  }

  /** How many callbacks wait, dead ones included. */
  int size() {
    Entry h = head;
    return h == null || h == HAPPENED ? 0 : h.size;
  }

  /** Drops dead entries, so that a long-lived stream does not gather those of its dead partners. */
  private void sweep() {
    Entry old = head;
    if (old == HAPPENED) {
      return;
    }
    Entry live = null;
    for (Entry e : inOrder(old)) {
      if (!e.isDead()) {
        Entry copy = e.copy();
        copy.next = live;
        copy.size = live == null ? 1 : live.size + 1;
        live = copy;
      }
    }
    if (HEAD.compareAndSet(this, old, live)) {
      sweepAt = Math.max(FIRST_SWEEP, live == null ? 0 : 2 * live.size);
    }
  }

  /** Makes it happen; returns false if it has happened before. */
  public boolean happen() {
    Entry waiting = (Entry) HEAD.getAndSet(this, HAPPENED);
    if (waiting == HAPPENED) {
      return false;
    }
    if (waiting != null) {
      Propagation.run(() -> callAll(waiting));
    }
    return true;
  }

  private static void callAll(Entry newest) {
    for (Entry e : inOrder(newest)) {
      call(e);
    }
  }

  private static Entry[] inOrder(Entry newest) {
    Entry[] entries = new Entry[newest == null || newest == HAPPENED ? 0 : newest.size];
    Entry e = newest;
    for (int i = entries.length - 1; i >= 0; i--, e = e.next) {
      entries[i] = e;
    }
    return entries;
  }

  private static void call(Entry entry) {
    try {
      entry.run();
    } catch (Throwable t) {
      LOG.error("error in a stream's close or drain callback", t);
    }
  }
}
