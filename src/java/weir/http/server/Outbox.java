package weir.http.server;

import io.netty.channel.EventLoop;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.RejectedExecutionException;

/**
 * Finished responses, and what WebSockets send, on their way back to one event loop. Any thread adds; the loop drains all of
 * it. {@code scheduled} is cleared before the box is emptied, so that a response added in between
 * schedules the loop again.
 */
final class Outbox {

  private static final VarHandle TOP;
  private static final VarHandle SCHEDULED;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      TOP = lookup.findVarHandle(Outbox.class, "top", OutboxItem.class);
      SCHEDULED = lookup.findVarHandle(Outbox.class, "scheduled", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final EventLoop loop;
  private final Runnable drain;
  private volatile OutboxItem top;
  private volatile int scheduled;

  /**
   * @param drain empties the box; runs on {@code loop}
   */
  Outbox(EventLoop loop, Runnable drain) {
    this.loop = loop;
    this.drain = drain;
  }

  /** Adds an item, which the loop does not hear of before {@link #publish}. */
  void add(OutboxItem item) {
    for (; ; ) {
      OutboxItem t = top;
      item.nextInOutbox = t;
      if (TOP.compareAndSet(this, t, item)) {
        return;
      }
    }
  }

  /** Wakes the loop, unless it is already about to look. */
  void publish() {
    if (top != null && scheduled == 0 && SCHEDULED.compareAndSet(this, 0, 1)) {
      try {
        loop.execute(drain);
      } catch (RejectedExecutionException e) {
        discardAll(); // the server has stopped and its connections are gone
      }
    }
  }

  private void discardAll() {
    OutboxItem item = takeAll();
    while (item != null) {
      OutboxItem next = item.nextInOutbox;
      item.discard();
      item = next;
    }
  }

  /** Takes everything, oldest first, linked by {@code nextInOutbox}. Only for the loop. */
  OutboxItem takeAll() {
    scheduled = 0;
    OutboxItem newestFirst = (OutboxItem) TOP.getAndSet(this, null);
    OutboxItem oldestFirst = null;
    while (newestFirst != null) {
      OutboxItem older = newestFirst.nextInOutbox;
      newestFirst.nextInOutbox = oldestFirst;
      oldestFirst = newestFirst;
      newestFirst = older;
    }
    return oldestFirst;
  }

  boolean isEmpty() {
    return top == null;
  }
}
