package weir.stream;

import java.util.function.BiFunction;
import java.util.function.Supplier;
import weir.deferred.Context;
import weir.deferred.ContextCarrier;

/** Functions that run with what the thread had on which they were given to a stream. */
final class Carrying {

  private Carrying() {}

  static CallbackSink.Callback callback(CallbackSink.Callback f) {
    Context context = Context.capture();
    if (context == null) {
      return f;
    }
    return message -> {
      ContextCarrier.Scope scope = context.enter();
      try {
        return f.accept(message);
      } finally {
        scope.close();
      }
    };
  }

  static BiFunction<Object, Object, ?> folding(BiFunction<Object, Object, ?> f) {
    Context context = Context.capture();
    if (context == null) {
      return f;
    }
    return (acc, message) -> {
      ContextCarrier.Scope scope = context.enter();
      try {
        return f.apply(acc, message);
      } finally {
        scope.close();
      }
    };
  }

  static Supplier<Object> supplier(Supplier<Object> f) {
    Context context = Context.capture();
    if (context == null || f == null) {
      return f;
    }
    return () -> {
      ContextCarrier.Scope scope = context.enter();
      try {
        return f.get();
      } finally {
        scope.close();
      }
    };
  }
}
