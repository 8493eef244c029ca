package weir.time;

import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Timers by due time, first in first out within one instant. A binary heap in which each timer
 * knows its place, so that a cancelled one leaves at once, in logarithmic time. Timeouts of one
 * length arrive in the order in which they end, which makes adding one constant.
 *
 * <p>Safe for use by many threads; no foreign code runs under the lock.
 */
final class TimerHeap {

  private static final int INITIAL_CAPACITY = 16;

  private final ReentrantLock lock = new ReentrantLock();
  private Timer[] timers = new Timer[INITIAL_CAPACITY];
  private int size;
  private long added; // number of timers ever added

  /** Adds a timer, and says whether it is now the first one due. */
  boolean add(Timer timer) {
    lock.lock();
    try {
      return insert(timer);
    } finally {
      lock.unlock();
    }
  }

  /** Puts a periodic timer back for its next run, unless it was cancelled meanwhile. */
  boolean rearm(Timer timer) {
    lock.lock();
    try {
      if (timer.isCancelled()) {
        return false;
      }
      timer.due += timer.period;
      return insert(timer);
    } finally {
      lock.unlock();
    }
  }

  /** Takes the first timer out if it is due. */
  Timer pollDue(double now) {
    lock.lock();
    try {
      if (size == 0 || timers[0].due > now) {
        return null;
      }
      Timer first = timers[0];
      removeAt(0);
      return first;
    } finally {
      lock.unlock();
    }
  }

  /** When the first timer is due; infinity if there is none. */
  double nextDue() {
    lock.lock();
    try {
      return size == 0 ? Double.POSITIVE_INFINITY : timers[0].due;
    } finally {
      lock.unlock();
    }
  }

  void remove(Timer timer) {
    lock.lock();
    try {
      if (timer.index >= 0) {
        removeAt(timer.index);
      }
    } finally {
      lock.unlock();
    }
  }

  int size() {
    lock.lock();
    try {
      return size;
    } finally {
      lock.unlock();
    }
  }

  private boolean insert(Timer timer) {
    if (size == timers.length) {
      timers = Arrays.copyOf(timers, size * 2);
    }
    timer.order = added++;
    siftUp(size++, timer);
    return timer.index == 0;
  }

  private void removeAt(int index) {
    timers[index].index = -1;
    Timer last = timers[--size];
    timers[size] = null;
    if (index == size) {
      return;
    }
    if (index > 0 && before(last, timers[(index - 1) >>> 1])) {
      siftUp(index, last);
    } else {
      siftDown(index, last);
    }
    shrink();
  }

  /** Gives memory back after a burst. */
  private void shrink() {
    if (timers.length > INITIAL_CAPACITY && size < timers.length / 4) {
      timers = Arrays.copyOf(timers, timers.length / 2);
    }
  }

  private void siftUp(int index, Timer timer) {
    int at = index;
    while (at > 0) {
      int parent = (at - 1) >>> 1;
      if (!before(timer, timers[parent])) {
        break;
      }
      place(timers[parent], at);
      at = parent;
    }
    place(timer, at);
  }

  private void siftDown(int index, Timer timer) {
    int at = index;
    int child;
    while ((child = 2 * at + 1) < size) {
      if (child + 1 < size && before(timers[child + 1], timers[child])) {
        child++;
      }
      if (!before(timers[child], timer)) {
        break;
      }
      place(timers[child], at);
      at = child;
    }
    place(timer, at);
  }

  private void place(Timer timer, int index) {
    timers[index] = timer;
    timer.index = index;
  }

  private static boolean before(Timer a, Timer b) {
    return a.due < b.due || (a.due == b.due && a.order < b.order);
  }
}
