package weir.executor;

import java.util.Map;

/** Decides how many objects of each key an {@link ObjectPool} holds. */
public interface PoolController {

  /**
   * Whether to make another object, for somebody who has found none idle.
   *
   * @param objectsOfKey how many there are for the key
   * @param allObjects how many there are for all keys
   */
  boolean shouldIncrement(Object key, int objectsOfKey, int allObjects);

  /** How many objects to add, or to take away if negative, by key; once per control period. */
  Map<?, Integer> adjustment(Map<Object, Stats> stats);

  /**
   * Accepts a controller of this kind, or, where Dirigiste is on the class path, one of that
   * library's.
   *
   * @throws IllegalArgumentException if it is neither
   */
  static PoolController of(Object controller) {
    PoolController adapted =
        controller instanceof PoolController c ? c : Dirigiste.adaptPool(controller);
    if (adapted == null) {
      throw new IllegalArgumentException(
          "controller: " + controller + " (expected: a weir.executor.PoolController)");
    }
    return adapted;
  }

  /**
   * Grows whenever somebody finds no object idle, and shrinks to what would have been in use for the
   * given part of the time.
   */
  static PoolController utilization(double target, int maxOfKey, int maxOfAll) {
    Controller each = Controllers.utilization(target, maxOfKey);
    return new PoolController() {
      @Override
      public boolean shouldIncrement(Object key, int objectsOfKey, int allObjects) {
        return objectsOfKey < maxOfKey && allObjects < maxOfAll;
      }

      @Override
      public Map<?, Integer> adjustment(Map<Object, Stats> stats) {
        Map<Object, Integer> out = new java.util.HashMap<>();
        stats.forEach((key, s) -> out.put(key, Math.min(0, each.adjustment(s))));
        return out;
      }
    };
  }
}
