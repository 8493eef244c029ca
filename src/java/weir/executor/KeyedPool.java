package weir.executor;

/** A pool of objects by key, as programs may bring one of their own. Any thread may use it. */
public interface KeyedPool {

  /** Who waits for an object. Exactly one method is called. */
  interface Acquirer {

    /** Takes the object; false if it is not wanted any more. */
    boolean take(Object object);

    /** There is none. */
    void fail(Throwable cause);
  }

  /** Gives the acquirer an object, now or later. */
  void acquire(Object key, Acquirer acquirer);

  /** Gives an object back for others. */
  void release(Object key, Object object);

  /** Drops an object for good. */
  void dispose(Object key, Object object);

  /** Destroys what is idle; later acquirers fail. */
  void shutdown();

  /**
   * Accepts a pool of this kind, or, where Dirigiste is on the class path, one of that library's.
   *
   * @throws IllegalArgumentException if it is neither
   */
  static KeyedPool of(Object pool) {
    KeyedPool adapted = pool instanceof KeyedPool p ? p : Dirigiste.adaptKeyedPool(pool);
    if (adapted == null) {
      throw new IllegalArgumentException(
          "pool: " + pool + " (expected: a weir.executor.KeyedPool, or Dirigiste's IPool)");
    }
    return adapted;
  }
}
