package weir.deferred;

import java.util.ArrayDeque;

/**
 * Bounds how deep completions nest on one thread. A callback that completes another deferred runs
 * that one's callbacks at once, down to {@link #MAX_DEPTH} levels; what lies deeper is put off until
 * the outermost completion of the thread comes to its end, so that no depth of linked deferreds or
 * connected streams grows the stack.
 */
public final class Propagation {

  static final int MAX_DEPTH = 50;

  /** Takes what propagates, if it is not a deferred's outcome: a message of a stream. */
  public interface Receiver {

    /** Called once per message; must not throw. */
    void receive(Object message);
  }

  private static final ThreadLocal<Propagation> CURRENT = ThreadLocal.withInitial(Propagation::new);

  private record Late(Deferred<?> deferred, Callback head, Object outcome) implements Runnable {
    @Override
    public void run() {
      deferred.callAll(head, outcome);
    }
  }

  private int depth;
  private ArrayDeque<Runnable> late;

  private Propagation() {}

  static Propagation current() {
    return CURRENT.get();
  }

  void run(Deferred<?> deferred, Callback head, Object outcome) {
    if (depth >= MAX_DEPTH) {
      putOff(new Late(deferred, head, outcome));
      return;
    }
    depth++;
    try {
      deferred.callAll(head, outcome);
    } finally {
      leave();
    }
  }

  /** Hands {@code message} over, now or, when too much is nested already, a little later. */
  public static void deliver(Receiver receiver, Object message) {
    Propagation p = current();
    if (p.depth >= MAX_DEPTH) {
      p.putOff(() -> receiver.receive(message));
      return;
    }
    p.depth++;
    try {
      receiver.receive(message);
    } finally {
      p.leave();
    }
  }

  /** Runs a step that may cause others, now or, when too much is nested already, a little later. */
  public static void run(Runnable step) {
    Propagation p = current();
    if (p.depth >= MAX_DEPTH) {
      p.putOff(step);
      return;
    }
    p.depth++;
    try {
      step.run();
    } finally {
      p.leave();
    }
  }

  private void leave() {
    if (--depth == 0 && late != null) {
      runLate();
    }
  }

  /**
   * Runs what was put off. A thread that is about to block must call this first: what it waits for
   * may be among it.
   */
  void beforeBlocking() {
    if (late == null || late.isEmpty()) {
      return;
    }
    int saved = depth;
    depth = 0;
    try {
      runLate();
    } finally {
      depth = saved;
    }
  }

  private void putOff(Runnable work) {
    if (late == null) {
      late = new ArrayDeque<>();
    }
    late.add(work);
  }

  private void runLate() {
    Runnable work;
    while ((work = late.poll()) != null) {
      depth++;
      try {
        work.run();
      } finally {
        depth--;
      }
    }
  }
}
