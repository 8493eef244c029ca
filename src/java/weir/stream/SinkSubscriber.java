package weir.stream;

import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import manifold.deferred.IDeferred;
import manifold.stream.core.IEventSink;
import manifold.stream.core.IEventStream;
import weir.deferred.Deferred;

/**
 * Puts what it gets into a sink, and requests another message for each that the sink accepted. The
 * sink may answer on any thread, but the subscription is called by one at a time (§2.7), and not at
 * all from {@code onComplete} and {@code onError} (§2.3).
 */
final class SinkSubscriber<T> implements Flow.Subscriber<T> {

  private final IEventSink sink;
  private final int prefetch;
  private final AtomicLong calls = new AtomicLong(); // whoever raises it from zero makes the calls
  private volatile Flow.Subscription subscription;
  private volatile boolean unwanted; // the sink is closed
  private volatile boolean over; // completed, failed or cancelled: nothing may be called any more

  SinkSubscriber(IEventSink sink, int prefetch) {
    if (prefetch < 1) {
      throw new IllegalArgumentException("prefetch: " + prefetch + " (expected: one or more)");
    }
    this.sink = sink;
    this.prefetch = prefetch;
  }

  @Override
  public void onSubscribe(Flow.Subscription s) {
    Objects.requireNonNull(s, "subscription");
    if (subscription != null) {
      s.cancel();
      return;
    }
    subscription = s;
    sink.onClosed(new Thunk(this::cancel));
    request(prefetch);
  }

  @Override
  public void onNext(T message) {
    Objects.requireNonNull(message, "message");
    Object answer = sink.put(message, Boolean.FALSE);
    if (answer == Deferred.TRUE) {
      request(1);
    } else {
      Outcome.of((IDeferred) answer, new Answer());
    }
  }

  private final class Answer extends Outcome {
    @Override
    protected void onSuccess(Object accepted) {
      if (Args.isTrue(accepted)) {
        request(1);
      } else {
        cancel();
      }
    }

    @Override
    protected void onError(Object error) {
      cancel();
    }
  }

  @Override
  public void onError(Throwable error) {
    Objects.requireNonNull(error, "error");
    over = true;
    Ends.close((IEventStream) sink, new Failure(error));
  }

  @Override
  public void onComplete() {
    over = true;
    ((IEventStream) sink).close();
  }

  private void cancel() {
    unwanted = true;
    request(1); // the count only makes sure that somebody looks
  }

  private void request(long n) {
    if (calls.getAndAdd(n) != 0) {
      return; // whoever is at it, maybe this very thread, requests these too
    }
    for (long sum = n; sum != 0; sum = calls.addAndGet(-sum)) {
      if (unwanted && !over) {
        over = true;
        subscription.cancel();
      } else if (!over) {
        subscription.request(sum);
      }
    }
  }
}
