package weir.options;

import clojure.lang.IFn;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;

/**
 * Checks of what callers give to functions and builders. Each names the argument, its value and the
 * remedy.
 */
public final class Arguments {

  private Arguments() {}

  /** Returns a number of 1 or more. */
  public static int positive(String name, int n) {
    if (n <= 0) {
      throw new IllegalArgumentException(name + ": " + n + " (expected: 1 or more)");
    }
    return n;
  }

  /** Returns a number of 0 or more. */
  public static long notNegative(String name, long n) {
    if (n < 0) {
      throw new IllegalArgumentException(name + ": " + n + " (expected: 0 or more)");
    }
    return n;
  }

  /** Returns a duration of zero or more. */
  public static Duration notNegative(String name, Duration timeout) {
    if (timeout.isNegative()) {
      throw new IllegalArgumentException(name + ": " + timeout + " (expected: zero or more)");
    }
    return timeout;
  }

  /** Returns the exception for an argument, telling its value and what was expected. */
  public static IllegalArgumentException illegal(String name, Object value, String expected) {
    return new IllegalArgumentException(message(name, value, expected));
  }

  /** Returns what to tell about an argument, for those who throw something of their own. */
  public static String message(String name, Object value, String expected) {
    return name + ": " + Shown.of(value) + " (expected: " + expected + ")";
  }

  /** Returns {@code value} as a {@code type}, which {@code expected} describes. */
  public static <T> T instance(Class<T> type, String name, Object value, String expected) {
    if (!type.isInstance(value)) {
      throw illegal(name, value, expected);
    }
    return type.cast(value);
  }

  /** Returns a function. */
  public static IFn function(String name, Object value) {
    return instance(IFn.class, name, value, "a function");
  }

  /** Returns a function, or null. */
  public static IFn functionOrNil(String name, Object value) {
    return value == null ? null : instance(IFn.class, name, value, "a function, or nil");
  }

  /** Returns a function without arguments whose result counts. */
  public static Callable<?> callable(String name, Object value) {
    return instance(Callable.class, name, value, "a function without arguments");
  }

  /** Returns a function without arguments that is called for effect. */
  public static Runnable runnable(String name, Object value) {
    return instance(Runnable.class, name, value, "a function without arguments");
  }

  /** Returns an executor. */
  public static Executor executor(String name, Object value) {
    return instance(Executor.class, name, value, "a java.util.concurrent.Executor");
  }

  /** Returns an executor, or null. */
  public static Executor executorOrNil(String name, Object value) {
    return value == null
        ? null
        : instance(Executor.class, name, value, "a java.util.concurrent.Executor, or nil");
  }

  /** Returns a number. */
  public static Number number(String name, Object value) {
    return instance(Number.class, name, value, "a number");
  }

  /** Returns a number, or null. */
  public static Number numberOrNil(String name, Object value) {
    return value == null ? null : instance(Number.class, name, value, "a number, or nil");
  }

  /** Returns any number as a double. */
  public static double decimal(String name, Object value) {
    return number(name, value).doubleValue();
  }

  /** Returns any number as a long, without its fraction. */
  public static long whole(String name, Object value) {
    double d = decimal(name, value);
    if (!(d >= Long.MIN_VALUE && d <= Long.MAX_VALUE)) {
      throw illegal(name, value, "a number that a long can hold");
    }
    return ((Number) value).longValue();
  }

  /** Returns any number as an int, without its fraction. */
  public static int wholeInt(String name, Object value) {
    long n = whole(name, value);
    if (n != (int) n) {
      throw illegal(name, value, "a number that an int can hold");
    }
    return (int) n;
  }
}
