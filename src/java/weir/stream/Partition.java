package weir.stream;

import clojure.lang.Util;
import java.util.function.Function;
import manifold.stream.core.IEventSource;
import weir.deferred.Deferred;

/** Streams of neighbouring messages with the same key, each when the one before was consumed. */
final class Partition implements CallbackSink.Callback {

  private final Function<Object, ?> keyOf;
  private final Stream<Object> out = Stream.create();
  private Object key;
  private volatile Stream<Object> current;

  private Partition(Function<Object, ?> keyOf) {
    this.keyOf = keyOf;
  }

  static IEventSource start(Object s, Function<Object, ?> keyOf) {
    Partition p = new Partition(keyOf);
    ConnectOptions options = Operators.described("lazily-partition-by");
    CallbackSink sink = new CallbackSink(p, p.out, true, options.description());
    sink.onEnd(p::end);
    Streams.connect(s, sink, options);
    return new SourceView(p.out);
  }

  @Override
  public Object accept(Object message) {
    Object k = keyOf.apply(message);
    Stream<Object> before = current;
    Deferred<Object> answer = Deferred.create();
    if (before != null && Util.equiv(k, key)) {
      putInto(before, message, answer);
      return answer;
    }
    key = k;
    if (before == null) {
      open(message, answer);
    } else {
      before.close();
      before.onDrained(() -> open(message, answer));
    }
    return answer;
  }

  private void open(Object message, Deferred<Object> answer) {
    Stream<Object> next = Stream.create();
    current = next;
    Outcome.of(
        out.put(new SourceView(next)),
        new Outcome() {
          @Override
          protected void onSuccess(Object accepted) {
            if (Args.isTrue(accepted)) {
              putInto(next, message, answer);
            } else {
              answer.success(false);
            }
          }

          @Override
          protected void onError(Object error) {
            answer.error(error);
          }
        });
  }

  /** A partition that its consumer closed takes no more, but the next one may. */
  private static void putInto(Stream<Object> partition, Object message, Deferred<Object> answer) {
    Outcome.of(
        partition.put(message),
        new Outcome() {
          @Override
          protected void onSuccess(Object accepted) {
            answer.success(true);
          }

          @Override
          protected void onError(Object error) {
            answer.error(error);
          }
        });
  }

  private void end(Failure because) {
    Stream<Object> last = current;
    if (last != null) {
      Ends.close(last, because);
    }
    Ends.close(out, because);
  }
}
