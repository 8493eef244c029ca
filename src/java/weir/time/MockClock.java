package weir.time;

import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A clock for tests: it stands still until someone calls {@link #advance}, and then runs what
 * became due, in the order of time, on the thread of the caller. Of functions due at one instant,
 * the one scheduled first runs first.
 *
 * <p>What is due when it is scheduled runs before {@link #in} or {@link #every} returns. A function
 * that throws is logged at debug level; a periodic one is not run again.
 */
public final class MockClock implements Clock {

  private static final Logger LOG = LoggerFactory.getLogger(MockClock.class);

  private final TimerHeap heap = new TimerHeap();
  private final ReentrantLock lock = new ReentrantLock(); // never held while a function runs
  private double now;

  /** A clock that shows zero. */
  public MockClock() {
    this(0);
  }

  /**
   * @param initialTime what the clock shows, in milliseconds
   */
  public MockClock(double initialTime) {
    now = initialTime;
  }

  /** What the clock shows, in milliseconds. */
  @Override
  public double now() {
    lock.lock();
    try {
      return now;
    } finally {
      lock.unlock();
    }
  }

  /** The same as {@link #now}: what the clock shows is all there is. */
  @Override
  public double epochMillis() {
    return now();
  }

  /**
   * Moves time forward, step by step: to each function that is due, which then runs and sees that
   * time, and at last to the target. May be called by such a function.
   *
   * @param ms how far, in milliseconds
   * @throws IllegalArgumentException if {@code ms} is negative or not a number
   */
  public void advance(double ms) {
    if (!(ms >= 0)) {
      throw new IllegalArgumentException(
          "advance: " + ms + " (expected: milliseconds, zero or more)");
    }
    runUntil(now() + ms);
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if {@code intervalMs} is not a number
   */
  @Override
  public Object in(double intervalMs, Runnable f) {
    return schedule(Intervals.delay(intervalMs), 0, Intervals.task(f));
  }

  /**
   * {@inheritDoc}
   *
   * @throws AssertionError if {@code periodMs} is not more than zero
   */
  @Override
  public Object every(double delayMs, double periodMs, Runnable f) {
    if (!(periodMs > 0)) {
      throw new AssertionError("period: " + periodMs + " (expected: milliseconds, more than zero)");
    }
    return schedule(Intervals.delay(delayMs), periodMs, Intervals.task(f));
  }

  /** How many functions wait to be run, cancelled ones not included. */
  public int pending() {
    return heap.size();
  }

  private Timer schedule(double delay, double period, Runnable f) {
    double start = now();
    Timer timer = new Timer(heap, start + delay, period, f);
    heap.add(timer);
    if (delay == 0) {
      runUntil(start);
    }
    return timer;
  }

  private void runUntil(double target) {
    Timer due;
    while ((due = heap.pollDue(target)) != null) {
      moveTo(due.due);
      run(due);
    }
    moveTo(target);
  }

  /** Time never goes back, not even when a function moved it beyond the target of its caller. */
  private void moveTo(double time) {
    lock.lock();
    try {
      now = Math.max(now, time);
    } finally {
      lock.unlock();
    }
  }

  private void run(Timer timer) {
    Runnable f = timer.begin();
    if (f == null) {
      return;
    }
    if (timer.periodic()) {
      // Before the run: if the function moves the clock, it meets its own next runs.
      heap.rearm(timer);
    }
    try {
      f.run();
    } catch (Throwable e) {
      timer.cancel();
      LOG.debug("a function scheduled on a mock clock failed", e);
    }
  }
}
