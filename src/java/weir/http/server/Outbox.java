package weir.http.server;

import io.netty.channel.EventLoop;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.RejectedExecutionException;

/**
 * Finished responses on their way back to one event loop. Any thread adds; the loop drains all of
 * it. {@code scheduled} is cleared before the box is emptied, so that a response added in between
 * schedules the loop again.
 */
final class Outbox {

  private static final VarHandle TOP;
  private static final VarHandle SCHEDULED;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      TOP = lookup.findVarHandle(Outbox.class, "top", Exchange.class);
      SCHEDULED = lookup.findVarHandle(Outbox.class, "scheduled", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final EventLoop loop;
  private final Runnable drain;
  private volatile Exchange top;
  private volatile int scheduled;

  /**
   * @param drain empties the box; runs on {@code loop}
   */
  Outbox(EventLoop loop, Runnable drain) {
    this.loop = loop;
    this.drain = drain;
  }

  /** Adds a finished exchange, which the loop does not hear of before {@link #publish}. */
  void add(Exchange exchange) {
    for (; ; ) {
      Exchange t = top;
      exchange.nextInOutbox = t;
      if (TOP.compareAndSet(this, t, exchange)) {
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
    for (Exchange e = takeAll(); e != null; e = e.nextInOutbox) {
      Http1Responses.discard(e);
    }
  }

  /** Takes everything, oldest first, linked by {@code nextInOutbox}. Only for the loop. */
  Exchange takeAll() {
    scheduled = 0;
    Exchange newestFirst = (Exchange) TOP.getAndSet(this, null);
    Exchange oldestFirst = null;
    while (newestFirst != null) {
      Exchange older = newestFirst.nextInOutbox;
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
