package weir.time;

import static org.junit.jupiter.api.Assertions.fail;

import java.lang.ref.WeakReference;

/** Waits until the garbage collector has found that nothing holds an object any more. */
final class Collected {

  private static final int MOST_COLLECTIONS = 50;

  private Collected() {}

  static void await(WeakReference<?> ref) {
    for (int i = 0; i < MOST_COLLECTIONS; i++) {
      System.gc();
      if (ref.get() == null) {
        return;
      }
    }
    fail("still reachable: " + ref.get());
  }
}
