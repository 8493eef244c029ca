package weir.deferred;

import clojure.lang.AFn;
import clojure.lang.IFn;
import java.util.concurrent.Callable;
import java.util.function.Function;

/** Clojure functions for tests. */
final class Fns {

  private Fns() {}

  static IFn fn(Function<Object, Object> f) {
    return new AFn() {
      @Override
      public Object invoke(Object x) {
        return f.apply(x);
      }
    };
  }

  static IFn thunk(Callable<Object> f) {
    return new AFn() {
      @Override
      public Object invoke() {
        try {
          return f.call();
        } catch (RuntimeException e) {
          throw e;
        } catch (Exception e) {
          throw new AssertionError(e);
        }
      }
    };
  }

  static IFn inc() {
    return fn(x -> (Integer) x + 1);
  }

  static IFn fail(RuntimeException e) {
    return fn(
        x -> {
          throw e;
        });
  }
}
