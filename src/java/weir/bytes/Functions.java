package weir.bytes;

import clojure.lang.AFn;
import java.util.function.Consumer;

/** Java lambdas as Clojure functions. */
final class Functions {

  private Functions() {}

  static AFn of(Consumer<Object> body) {
    return new AFn() {
      @Override
      public Object invoke(Object x) {
        body.accept(x);
        return null;
      }
    };
  }

  static AFn of(Runnable body) {
    return new AFn() {
      @Override
      public Object invoke() {
        body.run();
        return null;
      }
    };
  }
}
