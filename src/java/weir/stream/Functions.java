package weir.stream;

import clojure.lang.AFn;
import clojure.lang.IFn;
import clojure.lang.RT;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import weir.options.Arguments;

/** Clojure functions as what {@link Streams} asks for, once it is sure that they are functions. */
public final class Functions {

  private Functions() {}

  /** A function of one message. */
  public static Function<Object, Object> one(Object f) {
    return Arguments.function("f", f)::invoke;
  }

  /** A function of a sequence, whose elements are the arguments of {@code f}. */
  public static IFn spread(Object f) {
    IFn function = Arguments.function("f", f);
    return new AFn() {
      @Override
      public Object invoke(Object arguments) {
        return function.applyTo(RT.seq(arguments));
      }
    };
  }

  /** A function of two. */
  public static BiFunction<Object, Object, Object> two(Object f) {
    return Arguments.function("f", f)::invoke;
  }

  /** A function without arguments. */
  public static Supplier<Object> none(Object f) {
    return Arguments.function("f", f)::invoke;
  }

  /** True for what is neither false nor nil. */
  public static Predicate<Object> test(Object pred) {
    IFn f = Arguments.function("pred", pred);
    return x -> RT.booleanCast(f.invoke(x));
  }

  /** What it returns is ignored. */
  public static Consumer<Object> effect(Object callback) {
    return Arguments.function("callback", callback)::invoke;
  }

  /** What it returns is the answer to a put. */
  public static CallbackSink.Callback callback(Object callback) {
    return Arguments.function("callback", callback)::invoke;
  }

  /** The size of a message. */
  public static ToLongFunction<Object> size(Object metric) {
    IFn f = Arguments.function("metric", metric);
    return x -> Arguments.whole("result of metric", f.invoke(x));
  }
}
