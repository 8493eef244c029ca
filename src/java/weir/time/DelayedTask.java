package weir.time;

import clojure.lang.IFn;
import java.util.concurrent.atomic.AtomicReference;
import manifold.time.IClock;
import org.httpkit.timer.CancelableFutureTask;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A function that runs once, later, unless it is cancelled before it begins. */
public final class DelayedTask extends CancelableFutureTask implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(DelayedTask.class);

  private enum State {
    PENDING,
    RUNNING,
    DONE,
    CANCELLED
  }

  private final long delayMillis;
  private final AtomicReference<State> state = new AtomicReference<>(State.PENDING);
  private volatile IFn body;
  private volatile Object timer;

  private DelayedTask(long delayMillis, IFn body) {
    this.delayMillis = delayMillis;
    this.body = body;
  }

  /**
   * Schedules a function without arguments. It runs on a thread that may block, and what it throws is
   * logged.
   */
  public static DelayedTask schedule(IClock clock, long delayMillis, IFn body) {
    DelayedTask task = new DelayedTask(delayMillis, body);
    task.timer = clock.in(delayMillis, task);
    return task;
  }

  @Override
  public boolean cancel() {
    if (!state.compareAndSet(State.PENDING, State.CANCELLED)) {
      return false;
    }
    body = null;
    if (timer instanceof IFn cancelTimer) {
      cancelTimer.invoke();
    }
    return true;
  }

  @Override
  public void run() {
    if (!state.compareAndSet(State.PENDING, State.RUNNING)) {
      return;
    }
    try {
      body.invoke();
    } catch (Throwable t) {
      LOG.error("a scheduled task failed", t);
    } finally {
      body = null;
      state.set(State.DONE);
    }
  }

  @Override
  public String toString() {
    return "DelayedTask[delay:" + delayMillis + " ms, " + state.get() + "]";
  }
}
