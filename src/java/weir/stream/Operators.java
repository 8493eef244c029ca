package weir.stream;

import clojure.lang.Keyword;
import clojure.lang.PersistentArrayMap;
import clojure.lang.RT;
import clojure.lang.SeqIterator;
import manifold.deferred.IDeferred;
import manifold.stream.core.IEventSource;
import weir.deferred.Coercion;
import weir.deferred.Deferred;

/** Operators that look at one message at a time. */
final class Operators {

  /** Does something with a message and says when, and whether, it wants the next one. */
  interface Each {
    Object accept(Object message, Stream<Object> out);
  }

  private static final Keyword OP = Keyword.intern("op");

  private Operators() {}

  static ConnectOptions described(String op) {
    return ConnectOptions.DEFAULT.withDescription(new PersistentArrayMap(new Object[] {OP, op}));
  }

  static IEventSource each(String op, Object s, Each f) {
    return each(op, s, f, Stream.create());
  }

  /** The same for what puts at most one message for each that it gets. */
  static IEventSource one(String op, Object s, Each f) {
    return each(op, s, f, new OperatorStream(s));
  }

  private static IEventSource each(String op, Object s, Each f, Stream<Object> out) {
    ConnectOptions options = described(op);
    connect(s, new CallbackSink(m -> f.accept(m, out), out, true, options.description()), options);
    return new SourceView(out);
  }

  private static void connect(Object s, CallbackSink sink, ConnectOptions options) {
    Streams.connect(s, sink, options);
  }

  static Object putEach(Stream<Object> out, Object messages) {
    if (messages instanceof IEventSource) {
      return putSource(out, messages);
    }
    return PutAll.start(out, new SeqIterator(RT.seq(messages)));
  }

  /** False once {@code out} is closed. */
  static Object putSource(Stream<Object> out, Object source) {
    Deferred<Object> done = Deferred.create();
    CallbackSink forward = new CallbackSink(out::put, out, true, null);
    forward.onEnd(
        because -> {
          if (because == null) {
            done.success(!out.isClosed());
          } else {
            done.error(because.error());
          }
        });
    Streams.connect(source, forward, described("concat").withDownstream(false));
    return done;
  }

  static Object putRealized(Object message, Stream<Object> out) {
    IDeferred d = Coercion.toDeferred(message);
    if (d == null) {
      return out.put(message);
    }
    Deferred<Object> answer = Deferred.create();
    Outcome.of(
        d,
        new Outcome() {
          @Override
          protected void onSuccess(Object value) {
            Outcome.forward(out.put(value), answer);
          }

          @Override
          protected void onError(Object error) {
            answer.error(error);
          }
        });
    return answer;
  }
}
