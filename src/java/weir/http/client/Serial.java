package weir.http.client;

import io.netty.util.internal.PlatformDependent;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * State that many threads change by events, one event at a time, without a lock: whoever brings an
 * event while nobody works on one works on it, and on all that come meanwhile; everybody else just
 * leaves theirs. So no thread ever waits, and the fields of a subclass need no guard.
 *
 * <p>What an event sets off outside, such as calling a program's code, is done by {@link #later}
 * after the events: never while others could pile up behind it.
 */
abstract class Serial {

  private static final VarHandle PENDING;

  static {
    try {
      PENDING = MethodHandles.lookup().findVarHandle(Serial.class, "pending", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static final Logger LOG = LoggerFactory.getLogger(Serial.class);

  private final Queue<Runnable> events = PlatformDependent.newMpscQueue();
  private volatile int pending; // events that were brought and not yet worked on

  // Only for who works on an event.
  private Runnable consequence;
  private List<Runnable> consequences;

  /** Brings an event, which runs on this thread now or on another one soon. */
  final void submit(Runnable event) {
    Runnable next = event;
    if (!PENDING.compareAndSet(this, 0, 1)) {
      events.add(event);
      if ((int) PENDING.getAndAdd(this, 1) != 0) {
        return;
      }
      next = events.poll();
    }
    work(next);
  }

  private void work(Runnable first) {
    Runnable one = null;
    List<Runnable> more = null;
    Runnable next = first;
    do {
      runSafely(next);
      if (consequence != null) {
        if (one != null || consequences != null) {
          more = more == null ? new ArrayList<>() : more;
          more.add(consequence);
          more.addAll(consequences == null ? List.of() : consequences);
          consequences = null;
        } else {
          one = consequence;
        }
        consequence = null;
      }
      // With the last event the state is given away: it may be somebody else's from here on.
      next = (int) PENDING.getAndAdd(this, -1) == 1 ? null : events.poll();
    } while (next != null);
    if (one != null) {
      runSafely(one);
    }
    if (more != null) {
      more.forEach(Serial::runSafely);
    }
  }

  private static void runSafely(Runnable task) {
    try {
      task.run();
    } catch (Throwable t) { // the others must still run
      LOG.error("an event of the connection pool failed", t);
    }
  }

  /** Runs {@code task} on this thread once it has worked on all events. Only in an event. */
  final void later(Runnable task) {
    if (consequence == null) {
      consequence = task;
    } else {
      consequences = consequences == null ? new ArrayList<>() : consequences;
      consequences.add(task);
    }
  }
}
