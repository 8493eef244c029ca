package weir.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Reactive streams: demand, completion, errors, cancellation. */
@Timeout(30)
class FlowsTest {

  /** Writes down what it is told and requests nothing by itself. */
  private static final class Recorder implements Flow.Subscriber<Object> {
    final List<Object> events = new ArrayList<>();
    Flow.Subscription subscription;

    @Override
    public void onSubscribe(Flow.Subscription s) {
      subscription = s;
    }

    @Override
    public void onNext(Object message) {
      events.add(message);
    }

    @Override
    public void onError(Throwable error) {
      events.add(error.getMessage());
    }

    @Override
    public void onComplete() {
      events.add("complete");
    }
  }

  @Test
  void subscriberGetsWhatItRequestedAndTheEndWithoutRequestingIt() {
    Stream<Object> source = Stream.buffered(10);
    for (int i = 0; i < 4; i++) {
      source.put(i);
    }
    Recorder r = new Recorder();
    Flows.publisher(source).subscribe(r);
    assertEquals(List.of(), r.events);
    r.subscription.request(2);
    assertEquals(List.of(0, 1), r.events);
    r.subscription.request(2);
    source.close();
    assertEquals(List.of(0, 1, 2, 3, "complete"), r.events);
  }

  @Test
  void emptySourceCompletesWithoutDemand() {
    Recorder r = new Recorder();
    Stream<Object> source = Stream.create();
    source.close();
    Flows.publisher(source).subscribe(r);
    assertEquals(List.of("complete"), r.events);
  }

  @Test
  void requestFromOnNextDoesNotRecurse() {
    Stream<Object> source = Stream.buffered(100_000);
    for (int i = 0; i < 100_000; i++) {
      source.put(i);
    }
    int[] count = {0};
    Flows.publisher(source)
        .subscribe(
            new Flow.Subscriber<Object>() {
              private Flow.Subscription subscription;

              @Override
              public void onSubscribe(Flow.Subscription s) {
                subscription = s;
                s.request(1);
              }

              @Override
              public void onNext(Object message) {
                count[0]++;
                subscription.request(1);
              }

              @Override
              public void onError(Throwable error) {}

              @Override
              public void onComplete() {}
            });
    assertEquals(100_000, count[0]);
  }

  @Test
  void requestOfZeroIsAnError() {
    Recorder r = new Recorder();
    Stream<Object> source = Stream.create();
    Flows.publisher(source).subscribe(r);
    r.subscription.request(0);
    assertEquals(1, r.events.size());
    assertTrue(r.events.get(0).toString().contains("3.9"));
    assertTrue(source.isClosed());
  }

  @Test
  void cancellingClosesTheSource() {
    Recorder r = new Recorder();
    Stream<Object> source = Stream.create();
    Flows.publisher(source).subscribe(r);
    r.subscription.request(1);
    r.subscription.cancel();
    assertTrue(source.isClosed());
    assertEquals(List.of(), r.events);
  }

  @Test
  void errorOfTheStreamReachesTheSubscriber() {
    Recorder r = new Recorder();
    Stream<Object> source = Stream.create();
    Flows.publisher(source).subscribe(r);
    source.fail(new IllegalStateException("broken"));
    assertEquals(List.of("broken"), r.events);
  }

  @Test
  void publisherIsASourceWithBackPressure() throws Exception {
    try (SubmissionPublisher<Object> publisher = new SubmissionPublisher<>(Runnable::run, 256)) {
      Stream<Object> out = Stream.create();
      Streams.connect(Streams.map(publisher, x -> (Integer) x + 1), out);
      for (int i = 0; i < 100; i++) {
        publisher.submit(i);
      }
      // The prefetch is used up: what is more waits in the publisher.
      assertTrue(publisher.estimateMaximumLag() > 50);
      for (int i = 0; i < 100; i++) {
        assertEquals(i + 1, out.take().await());
      }
      publisher.closeExceptionally(new IllegalStateException("broken"));
      assertTrue(out.isDrained());
      assertEquals("broken", ((Throwable) out.failure(null)).getMessage());
    }
  }

  @Test
  void closingTheSourceCancelsTheSubscription() {
    try (SubmissionPublisher<Object> publisher = new SubmissionPublisher<>(Runnable::run, 256)) {
      Coercions.source(publisher).getClass();
      SourceView source = (SourceView) Coercions.source(publisher);
      assertEquals(2, publisher.getNumberOfSubscribers());
      source.close();
      publisher.submit(1);
      assertEquals(1, publisher.getNumberOfSubscribers());
    }
  }

  @Test
  void subscriberIsASink() {
    Recorder r = new Recorder();
    Stream<Object> source = Stream.create();
    Streams.connect(source, r);
    source.put(1);
    assertFalse(source.put(2).realized());
    r.subscription.request(10);
    source.close();
    assertEquals(List.of(1, 2, "complete"), r.events);
  }
}
