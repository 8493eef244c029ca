package weir.http.sse;

import clojure.lang.IFn;
import java.time.Duration;
import java.util.function.Consumer;
import manifold.deferred.IDeferred;
import manifold.stream.core.IEventSource;
import manifold.stream.core.IEventStream;
import weir.deferred.Callback;
import weir.deferred.Coercion;
import weir.deferred.Deferred;
import weir.deferred.Functions;
import weir.stream.Coercions;
import weir.stream.Stream;

/**
 * Turns a source of events into a response body. An event is taken when the one before it was
 * written, so a slow client slows the source down; when the client goes away the source is closed.
 */
public final class EventStream {

  /** After so much silence a comment is sent, which keeps proxies from cutting the connection. */
  public static final Duration DEFAULT_HEARTBEAT = Duration.ofSeconds(15);

  private static final Object END = new Object();
  private static final Object SILENCE = new Object();
  private static final byte[] HEARTBEAT = {':', '\n', '\n'};

  private final IEventSource events;
  private final Stream<Object> body = Stream.<Object>builder().executor(null).build();
  private final IFn encode;
  private final double heartbeatMillis;

  private EventStream(IEventSource events, IFn encode, Duration heartbeat) {
    this.events = events;
    this.encode = encode;
    this.heartbeatMillis = heartbeat.toNanos() / 1e6;
  }

  /**
   * Returns the body of a {@code text/event-stream} response.
   *
   * @param events anything that is a source: of {@link ServerSentEvent}, or of what {@code encode}
   *     makes one of
   * @param encode turns a message into a {@link ServerSentEvent}; null if they are that already
   * @param heartbeat the longest silence; zero for no heartbeat
   */
  public static IEventSource of(Object events, IFn encode, Duration heartbeat) {
    if (heartbeat.isNegative()) {
      throw new IllegalArgumentException("heartbeat: " + heartbeat + " (expected: zero or more)");
    }
    EventStream stream = new EventStream(Coercions.source(events), encode, heartbeat);
    stream.body.onClosed((Runnable) stream::closeEvents);
    stream.takeNext();
    return stream.body;
  }

  private void closeEvents() {
    ((IEventStream) events).close();
  }

  private void takeNext() {
    Object next =
        heartbeatMillis > 0
            ? events.take(END, false, heartbeatMillis, SILENCE)
            : events.take(END, false);
    whenRealized(next, this::taken);
  }

  private void taken(Object message) {
    if (message == END) {
      body.close();
      return;
    }
    byte[] bytes;
    try {
      bytes = message == SILENCE ? HEARTBEAT : event(message).encode();
    } catch (RuntimeException e) {
      failed(e);
      return;
    }
    whenRealized(body.put(bytes), this::written);
  }

  private ServerSentEvent event(Object message) {
    Object event = encode == null ? message : encode.invoke(message);
    if (event instanceof ServerSentEvent e) {
      return e;
    }
    throw new IllegalArgumentException(
        "message of " + (message == null ? null : message.getClass()) + " (expected: an event)");
  }

  private void written(Object accepted) {
    if (Boolean.TRUE.equals(accepted)) {
      takeNext();
    } else {
      closeEvents();
    }
  }

  private void failed(Object error) {
    body.fail(error);
    closeEvents();
  }

  private void whenRealized(Object deferred, Consumer<Object> then) {
    IDeferred d = Coercion.requireDeferred(deferred);
    if (d instanceof Deferred<?> own) {
      own.listen(new Step(then, this));
    } else {
      Step step = new Step(then, this);
      d.onRealized(step.successFunction(), step.errorFunction());
    }
  }

  /** Goes on when a take or a put is realized. */
  private static final class Step extends Callback {
    private final Consumer<Object> then;
    private final EventStream stream;

    Step(Consumer<Object> then, EventStream stream) {
      this.then = then;
      this.stream = stream;
    }

    @Override
    protected void onSuccess(Object value) {
      then.accept(value);
    }

    @Override
    protected void onError(Object error) {
      stream.failed(error);
    }

    IFn successFunction() {
      return Functions.of(this::onSuccess);
    }

    IFn errorFunction() {
      return Functions.of(this::onError);
    }
  }
}
