package weir.stream;

import clojure.lang.Reduced;
import java.util.function.BiFunction;
import manifold.deferred.IDeferred;
import manifold.stream.core.IEventSource;
import weir.deferred.Deferred;
import weir.deferred.Deferreds;

/** The accumulators of a fold, one after the other. */
final class Reductions implements CallbackSink.Callback {

  private final BiFunction<Object, Object, ?> f;
  private final Stream<Object> out = Stream.create();
  private boolean begun;
  private Object acc;

  private Reductions(BiFunction<Object, Object, ?> f) {
    this.f = f;
  }

  static IEventSource start(
      Object s, Object initial, boolean hasInitial, BiFunction<Object, Object, ?> f) {
    Reductions r = new Reductions(f);
    if (hasInitial) {
      r.begun = true;
      r.acc = initial;
      r.out.put(initial);
    }
    Streams.connect(s, new CallbackSink(r, r.out, true, null), ConnectOptions.DEFAULT);
    return new SourceView(r.out);
  }

  @Override
  public Object accept(Object message) {
    Object next = begun ? f.apply(acc, message) : message;
    if (begun && next instanceof IDeferred d) {
      Deferred<Object> value = Deferred.create();
      Deferreds.connect(d, value);
      Deferred<Object> answer = Deferred.create();
      Outcome.of(value, new Later(answer));
      return answer;
    }
    begun = true;
    return emit(next);
  }

  private Deferred<Boolean> emit(Object next) {
    if (next instanceof Reduced r) {
      out.put(r.deref());
      out.close();
      return Deferred.FALSE;
    }
    acc = next;
    return out.put(next);
  }

  private final class Later extends Outcome {
    private final Deferred<Object> answer;

    Later(Deferred<Object> answer) {
      this.answer = answer;
    }

    @Override
    protected void onSuccess(Object value) {
      Outcome.forward(emit(value), answer);
    }

    @Override
    protected void onError(Object error) {
      answer.error(error);
    }
  }
}
