package weir.stream;

import java.util.Objects;
import java.util.concurrent.Flow;
import manifold.stream.core.IEventSink;
import manifold.stream.core.IEventSource;

/** Reactive streams both ways, with their demand as the streams' back-pressure. */
public final class Flows {

  /** How many messages are requested ahead of the takes by default. */
  public static final int DEFAULT_PREFETCH = 16;

  private Flows() {}

  /**
   * Returns a source of what {@code publisher} publishes. Closing it cancels the subscription; an
   * error ends it, as its failure.
   *
   * @param prefetch how many messages are requested ahead of the takes
   */
  public static IEventSource source(Flow.Publisher<?> publisher, int prefetch) {
    Stream<Object> stream = Stream.create();
    publisher.subscribe(subscriber(stream, prefetch));
    return Streams.sourceOnly(stream);
  }

  /**
   * Returns a subscriber that puts what it gets into {@code sink} and requests as much as the sink
   * accepts. Serves one subscription.
   *
   * @param prefetch how many messages may wait for the sink
   */
  public static <T> Flow.Subscriber<T> subscriber(IEventSink sink, int prefetch) {
    return new SinkSubscriber<>(sink, prefetch);
  }

  /**
   * Returns a publisher of the messages of {@code source}. Subscribers share them: each message goes
   * to one. A cancelled subscription closes the source.
   */
  public static <T> Flow.Publisher<T> publisher(IEventSource source) {
    return subscriber ->
        new SourceSubscription<T>(source, Objects.requireNonNull(subscriber, "subscriber")).open();
  }

  /** Returns a sink of what {@code subscriber} asks for. */
  public static IEventSink sink(Flow.Subscriber<Object> subscriber) {
    Stream<Object> stream = Stream.create();
    Flows.<Object>publisher(stream).subscribe(subscriber);
    return Streams.sinkOnly(stream);
  }
}
