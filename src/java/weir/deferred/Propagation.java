package weir.deferred;

import java.util.ArrayDeque;

/**
 * Bounds how deep completions nest on one thread. A callback that completes another deferred runs
 * that one's callbacks at once, down to {@link #MAX_DEPTH} levels; what lies deeper is put off until
 * the outermost completion of the thread comes to its end, so that no depth of linked deferreds or
 * connected streams grows the stack.
 */
final class Propagation {

  static final int MAX_DEPTH = 50;

  private static final ThreadLocal<Propagation> CURRENT = ThreadLocal.withInitial(Propagation::new);

  private record Late(Deferred<?> deferred, Callback head, Object outcome) {}

  private int depth;
  private ArrayDeque<Late> late;

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
      if (--depth == 0 && late != null) {
        runLate();
      }
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

  private void putOff(Late work) {
    if (late == null) {
      late = new ArrayDeque<>();
    }
    late.add(work);
  }

  private void runLate() {
    Late work;
    while ((work = late.poll()) != null) {
      depth++;
      try {
        work.deferred.callAll(work.head, work.outcome);
      } finally {
        depth--;
      }
    }
  }
}
