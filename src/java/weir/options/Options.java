package weir.options;

import clojure.lang.BigInt;
import clojure.lang.IFn;
import clojure.lang.Keyword;
import clojure.lang.RT;
import java.math.BigInteger;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Checks of option values. Each names the option, its value and what was expected. */
public final class Options {

  private static final Logger LOG = LoggerFactory.getLogger("weir.options");
  private static final int MAX_REPORTED = 1024;

  /** What has been reported, so that a program which starts many servers is told once. */
  private static final Set<String> REPORTED = ConcurrentHashMap.newKeySet();

  private Options() {}

  /** Returns the exception for option {@code key}, telling its value and what was expected. */
  public static IllegalArgumentException illegal(Object key, Object value, String expected) {
    return new IllegalArgumentException(
        key + " is " + RT.printString(value) + " (expected: " + expected + ")");
  }

  /** Returns {@code value} as a {@code type}, which {@code expected} describes. */
  public static <T> T instance(Class<T> type, Object key, Object value, String expected) {
    if (!type.isInstance(value)) {
      throw illegal(key, value, expected);
    }
    return type.cast(value);
  }

  /** Returns whether {@code value} is neither null nor false. */
  public static boolean truthy(Object value) {
    return value != null && !Boolean.FALSE.equals(value);
  }

  /** Returns a whole number above zero. */
  public static int positiveInt(Object key, Object value) {
    if (isInteger(value)) {
      long n = ((Number) value).longValue();
      if (n > 0 && n < Integer.MAX_VALUE) {
        return (int) n;
      }
    }
    throw illegal(key, value, "a whole number above 0");
  }

  /** Returns a whole number of zero or more. */
  public static int nonNegativeInt(Object key, Object value) {
    return isInteger(value) && ((Number) value).longValue() == 0 ? 0 : positiveInt(key, value);
  }

  /** Returns a number of zero or more, without its fraction. */
  public static long nonNegative(Object key, Object value) {
    if (value instanceof Number n && n.doubleValue() >= 0) {
      return n.longValue();
    }
    throw illegal(key, value, "a number of 0 or more");
  }

  /** Returns a duration given in ms of zero or more. */
  public static Duration millis(Object key, Object value) {
    return Duration.ofMillis(nonNegative(key, value));
  }

  /** Returns a function that is called for effect. */
  public static <T> Consumer<T> consumer(Object key, Object function) {
    return new Effect<>(instance(IFn.class, key, function, "a function"));
  }

  /** Returns whether {@code value} is a whole number, as Clojure's {@code integer?} has it. */
  public static boolean isInteger(Object value) {
    return value instanceof Long
        || value instanceof Integer
        || value instanceof Short
        || value instanceof Byte
        || value instanceof BigInt
        || value instanceof BigInteger;
  }

  /**
   * Logs a key that {@code place} doesn't know, once in the life of the process, with the known name
   * that is spelt most like it.
   *
   * @param known the names, without colons
   */
  public static void reportUnknown(String place, Object key, Collection<String> known) {
    if (REPORTED.size() < MAX_REPORTED && REPORTED.add(place + " " + key)) {
      String near = key instanceof Keyword k ? Spelling.nearest(k.getName(), known) : null;
      LOG.warn(
          "{}: unknown option {}{}",
          place,
          RT.printString(key),
          near == null ? "" : ", did you mean :" + near + "?");
    }
  }

  /** Logs a key that {@code place} doesn't know, but only if a known name is spelt like it. */
  public static void reportMisspelt(String place, Keyword key, Collection<String> known) {
    if (Spelling.nearest(key.getName(), known) != null) {
      reportUnknown(place, key, known);
    }
  }

  /** Logs each key of {@code options} that is not among the {@code known} names. */
  public static void reportUnknown(String place, Map<?, ?> options, Collection<String> known) {
    for (Object key : options.keySet()) {
      if (!(key instanceof Keyword k && k.getNamespace() == null && known.contains(k.getName()))) {
        reportUnknown(place, key, known);
      }
    }
  }

  private record Effect<T>(IFn function) implements Consumer<T> {
    @Override
    public void accept(T x) {
      function.invoke(x);
    }
  }
}
