package weir.stream;

import clojure.lang.IFn;
import clojure.lang.RT;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/** Clojure functions as what {@link Streams} asks for. */
public final class Functions {

  private Functions() {}

  /** A function of one message. */
  public static Function<Object, Object> one(IFn f) {
    return f::invoke;
  }

  /** A function of two. */
  public static BiFunction<Object, Object, Object> two(IFn f) {
    return f::invoke;
  }

  /** A function without arguments. */
  public static Supplier<Object> none(IFn f) {
    return f::invoke;
  }

  /** True for what is neither false nor nil. */
  public static Predicate<Object> test(IFn f) {
    return x -> RT.booleanCast(f.invoke(x));
  }

  /** What it returns is ignored. */
  public static Consumer<Object> effect(IFn f) {
    return f::invoke;
  }

  /** What it returns is the answer to a put. */
  public static CallbackSink.Callback callback(IFn f) {
    return f::invoke;
  }

  /** The size of a message. */
  public static ToLongFunction<Object> size(IFn f) {
    return x -> RT.longCast(f.invoke(x));
  }
}
