package weir.stream;

import clojure.lang.IPersistentMap;
import clojure.lang.IPersistentVector;
import clojure.lang.PersistentHashMap;
import clojure.lang.PersistentVector;
import clojure.lang.RT;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import manifold.bus.IEventBus;
import manifold.deferred.IDeferred;
import manifold.stream.core.IEventSink;
import manifold.stream.core.IEventSource;
import weir.deferred.Deferred;
import weir.options.Arguments;

/**
 * Topics and their subscribers. Topics are compared by Clojure's {@code =}; null is one. Nothing
 * here locks: changes replace one immutable map, and a message goes to those who are in it.
 */
public final class EventBus implements IEventBus {

  private final Supplier<?> generator;
  private final AtomicReference<IPersistentMap> topics =
      new AtomicReference<>(PersistentHashMap.EMPTY);

  /**
   * Makes a bus.
   *
   * @param generator makes the stream of each subscription
   */
  public EventBus(Supplier<?> generator) {
    this.generator = generator;
  }

  /** Makes a bus whose subscriptions have no buffer. */
  public EventBus() {
    this(Stream::create);
  }

  /** Makes a bus with a Clojure function, without arguments, that makes streams. */
  public static EventBus of(Object generator) {
    return new EventBus(Arguments.function("stream-generator", generator)::invoke);
  }

  @Override
  public Object snapshot() {
    return topics.get();
  }

  private IPersistentVector subscribers(Object topic) {
    return (IPersistentVector) topics.get().valAt(topic);
  }

  @Override
  public IEventSource subscribe(Object topic) {
    Object stream = generator.get();
    if (!(stream instanceof IEventSink && stream instanceof IEventSource)) {
      throw Arguments.illegal(
          "result of stream-generator", stream, "a stream, both a sink and a source");
    }
    topics.updateAndGet(
        m -> {
          IPersistentVector v = (IPersistentVector) m.valAt(topic, PersistentVector.EMPTY);
          return m.assoc(topic, v.cons(stream));
        });
    ((IEventSink) stream).onClosed(new Thunk(() -> remove(topic, stream)));
    return Streams.sourceOnly(stream);
  }

  private void remove(Object topic, Object stream) {
    topics.updateAndGet(
        m -> {
          IPersistentVector rest = PersistentVector.EMPTY;
          for (Object s : (List<?>) m.valAt(topic, PersistentVector.EMPTY)) {
            rest = s == stream ? rest : rest.cons(s);
          }
          return rest.length() == 0 ? m.without(topic) : m.assoc(topic, rest);
        });
  }

  @Override
  public Object downstream(Object topic) {
    return RT.seq(subscribers(topic));
  }

  @Override
  public Boolean isActive(Object topic) {
    return subscribers(topic) != null;
  }

  /**
   * Puts {@code message} to all subscribers of {@code topic}.
   *
   * @return true when all puts have ended, false if there are no subscribers
   */
  @Override
  public Deferred<Boolean> publish(Object topic, Object message) {
    IPersistentVector to = subscribers(topic);
    if (to == null) {
      return Deferred.FALSE;
    }
    Publication all = null;
    for (int i = 0; i < to.length(); i++) {
      Object answer = put((IEventSink) to.nth(i), message);
      if (answer != Deferred.TRUE && answer instanceof IDeferred d) {
        all = all == null ? new Publication() : all;
        all.waitFor(d);
      }
    }
    return all == null ? Deferred.TRUE : all.result();
  }

  /** A sink that throws, at nil for example, is one whose put fails: the others get the message. */
  private static Object put(IEventSink sink, Object message) {
    try {
      return sink.put(message, Boolean.FALSE);
    } catch (Throwable t) {
      return Deferred.failed(t);
    }
  }

  /** Waits for the puts that were not accepted at once. */
  private static final class Publication {
    private final Deferred<Boolean> result = Deferred.create();
    private final AtomicInteger missing = new AtomicInteger(1);

    void waitFor(IDeferred answer) {
      missing.incrementAndGet();
      Outcome.of(
          answer,
          new Outcome() {
            @Override
            protected void onSuccess(Object accepted) {
              done();
            }

            @Override
            protected void onError(Object error) {
              result.error(error);
            }
          });
    }

    Deferred<Boolean> result() {
      done();
      return result;
    }

    private void done() {
      if (missing.decrementAndGet() == 0) {
        result.success(true);
      }
    }
  }
}
