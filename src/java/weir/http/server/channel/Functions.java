package weir.http.server.channel;

import clojure.lang.AFn;
import java.util.function.Consumer;

/** Java consumers as one-argument Clojure functions. */
final class Functions {

  private Functions() {}

  /** Calls {@code body} and returns nil. */
  static final class Of extends AFn {
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
