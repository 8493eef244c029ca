package weir.executor;

/** Whether Dirigiste is on the class path, asked once. */
final class Dirigiste {

  private static final boolean PRESENT = find();

  private Dirigiste() {}

  /** A controller of Dirigiste's as one of ours; null if it is none. */
  static Controller adapt(Object controller) {
    return PRESENT ? DirigisteController.adapt(controller) : null;
  }

  /** A pool's controller of Dirigiste's as one of ours; null if it is none. */
  static PoolController adaptPool(Object controller) {
    return PRESENT ? DirigistePoolController.adapt(controller) : null;
  }

  /** A pool of Dirigiste's as one of ours; null if it is none. */
  static KeyedPool adaptKeyedPool(Object pool) {
    return PRESENT ? DirigistePool.adapt(pool) : null;
  }

  private static boolean find() {
    try {
      Class.forName("io.aleph.dirigiste.Executor", false, Dirigiste.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException absent) {
      return false;
    }
  }
}
