package weir.deferred;

/**
 * Some of the classes whose instances are no eventual values, for a quick yes. A class that is
 * missing here, perhaps because another one has taken its place, is looked up elsewhere. Reads and
 * writes race, which is benign: a slot holds some class that was added, or none.
 */
final class PlainClasses {

  private static final int MASK = 63;

  // The first ones that come, which usually are the most frequent ones.
  private Class<?> first;
  private Class<?> second;
  private Class<?> third;
  private final Class<?>[] others = new Class<?>[MASK + 1];

  boolean contains(Class<?> type) {
    return type == first
        || type == second
        || type == third
        || type == others[type.hashCode() & MASK];
  }

  void add(Class<?> type) {
    if (!livesAsLong(type)) {
      return;
    }
    if (first == null) {
      first = type;
    } else if (second == null) {
      second = type;
    } else if (third == null) {
      third = type;
    } else {
      others[type.hashCode() & MASK] = type;
    }
  }

  /** A class of another loader must not be kept from being unloaded. */
  private static boolean livesAsLong(Class<?> type) {
    ClassLoader loader = type.getClassLoader();
    return loader == null || loader == PlainClasses.class.getClassLoader();
  }
}
