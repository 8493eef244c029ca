package weir.stream;

import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import manifold.stream.core.IEventSource;
import manifold.stream.core.IEventStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the messages of a source to a subscriber, as many as it requests. The loop stops when the
 * demand is used up; whoever raises it from zero starts the loop again, and only the loop signals,
 * so that signals come one after the other (§1.3).
 */
final class SourceSubscription<T> extends Puller implements Flow.Subscription {

  private static final Logger LOG = LoggerFactory.getLogger(SourceSubscription.class);

  private final AtomicReference<Flow.Subscriber<? super T>> subscriber; // of null in the end: §3.13
  private final AtomicLong demand = new AtomicLong();
  private volatile IllegalArgumentException violation; // what the loop should end with

  SourceSubscription(IEventSource source, Flow.Subscriber<? super T> subscriber) {
    super(Sided.behind(source));
    this.subscriber = new AtomicReference<>(subscriber);
  }

  /** Tells the subscriber; what it requests meanwhile is served afterwards. */
  void open() {
    demand.set(1); // holds the loop back until onSubscribe has returned
    subscriber.get().onSubscribe(this);
    if (demand.decrementAndGet() > 0) {
      start();
    }
    source.onDrained(
        new Thunk(
            () -> {
              if (idleAtTheEnd()) {
                start();
              }
            }));
  }

  /**
   * True if the caller has to run the loop because, without demand, nobody else would notice the
   * end. With demand the loop is busy with the last message, or waits and will be told.
   */
  private boolean idleAtTheEnd() {
    return Args.isTrue(source.isDrained()) && demand.compareAndSet(0, 1);
  }

  @Override
  public void request(long n) {
    if (n <= 0) {
      refuse(n);
    } else if (raise(n) == 0) {
      start();
    }
  }

  private long raise(long n) {
    return demand.getAndAccumulate(n, (a, b) -> a + b < 0 ? Long.MAX_VALUE : a + b);
  }

  private void refuse(long n) {
    violation = new IllegalArgumentException("request: " + n + " (expected: more than zero, §3.9)");
    if (raise(1) == 0 || withdraw()) {
      start();
    }
    ((IEventStream) source).close(); // frees a loop that is blocked in a take
  }

  @Override
  public void cancel() {
    if (subscriber.getAndSet(null) != null) {
      withdraw();
      ((IEventStream) source).close();
    }
  }

  @Override
  boolean goesOn() {
    if (violation != null) {
      fail(violation);
    }
    return subscriber.get() != null;
  }

  @Override
  boolean wantsMore() {
    return violation == null && subscriber.get() != null;
  }

  @Override
  @SuppressWarnings("unchecked") // what the source holds is up to its owner
  boolean accept(Object message) {
    Flow.Subscriber<? super T> s = subscriber.get();
    if (s == null) {
      return false;
    }
    if (message == null) {
      fail(new NullPointerException("a reactive stream cannot carry nil"));
      return false;
    }
    if (violation == null) {
      try {
        s.onNext((T) message);
      } catch (Throwable t) { // §2.13: then the subscription counts as cancelled
        LOG.error("a subscriber threw: its subscription is cancelled", t);
        cancel();
      }
    }
    return demand.get() == Long.MAX_VALUE || demand.decrementAndGet() > 0 || idleAtTheEnd();
  }

  private void fail(Throwable error) {
    Flow.Subscriber<? super T> s = subscriber.getAndSet(null);
    if (s != null) {
      ((IEventStream) source).close();
      s.onError(error);
    }
  }

  @Override
  void end(Failure because) {
    if (violation != null) {
      fail(violation);
    } else if (because == null) {
      Flow.Subscriber<? super T> s = subscriber.getAndSet(null);
      if (s != null) {
        s.onComplete();
      }
    } else {
      fail(because.error() instanceof Throwable t ? t : new StreamException(because.error()));
    }
  }
}
