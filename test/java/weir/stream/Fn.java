package weir.stream;

import clojure.lang.AFn;
import java.util.function.Function;

/** A Java lambda as a Clojure function of one argument. */
final class Fn extends AFn {
  private final Function<Object, Object> f;

  Fn(Function<Object, Object> f) {
    this.f = f;
  }

  @Override
  public Object invoke(Object x) {
    return f.apply(x);
  }

  @Override
  public Object invoke() {
    return f.apply(null);
  }
}
