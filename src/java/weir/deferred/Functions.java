package weir.deferred;

import clojure.lang.AFn;
import clojure.lang.IFn;
import java.util.function.Consumer;

/** Java consumers as one-argument Clojure functions, which is what deferreds of any kind call. */
public final class Functions {

  private Functions() {}

  /** Returns a function that calls {@code body} and returns nil. */
  public static IFn of(Consumer<Object> body) {
    return new Of(body);
  }

  private static final class Of extends AFn {
    private final Consumer<Object> body;

    Of(Consumer<Object> body) {
      this.body = body;
    }

    @Override
    public Object invoke(Object x) {
      body.accept(x);
      return null;
    }
  }
}
