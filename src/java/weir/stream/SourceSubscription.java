package weir.stream;

import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import manifold.stream.core.IEventSource;
import manifold.stream.core.IEventStream;

/**
 * Gives the messages of a source to a subscriber, as many as it requests. The loop stops when the
 * demand is used up; the request that finds none open starts it again.
 */
final class SourceSubscription<T> extends Puller implements Flow.Subscription {

  private final Flow.Subscriber<? super T> subscriber;
  private final AtomicLong demand = new AtomicLong();
  private final AtomicBoolean ended = new AtomicBoolean();

  SourceSubscription(IEventSource source, Flow.Subscriber<? super T> subscriber) {
    super(Sided.behind(source));
    this.subscriber = subscriber;
  }

  /** Tells the subscriber; what it requests meanwhile is served afterwards. */
  void open() {
    demand.set(1); // holds the loop back until onSubscribe has returned
    subscriber.onSubscribe(this);
    if (demand.decrementAndGet() > 0) {
      start();
    }
    source.onDrained(new Thunk(this::endIfIdle));
  }

  /**
   * Without demand nothing is taken, so nothing but this notices the end. With demand the loop is
   * busy with the last message, or waits and will be told.
   */
  private void endIfIdle() {
    if (demand.get() == 0 && Args.isTrue(source.isDrained())) {
      end(because());
    }
  }

  @Override
  public void request(long n) {
    if (n <= 0) {
      if (ended.compareAndSet(false, true)) {
        ((IEventStream) source).close();
        subscriber.onError(
            new IllegalArgumentException("request: " + n + " (expected: more than zero, §3.9)"));
      }
      return;
    }
    long before = demand.getAndAccumulate(n, (a, b) -> a + b < 0 ? Long.MAX_VALUE : a + b);
    if (before == 0) {
      start();
    }
  }

  @Override
  public void cancel() {
    if (ended.compareAndSet(false, true)) {
      withdraw();
      ((IEventStream) source).close();
    }
  }

  @Override
  boolean goesOn() {
    return !ended.get();
  }

  @Override
  boolean wantsMore() {
    return !ended.get();
  }

  @Override
  @SuppressWarnings("unchecked") // what the source holds is up to its owner
  boolean accept(Object message) {
    if (ended.get()) {
      return false;
    }
    if (message == null) {
      fail(new NullPointerException("a reactive stream cannot carry nil"));
      return false;
    }
    subscriber.onNext((T) message);
    if (demand.get() == Long.MAX_VALUE || demand.decrementAndGet() > 0) {
      return true;
    }
    endIfIdle();
    return false;
  }

  private void fail(Throwable error) {
    if (ended.compareAndSet(false, true)) {
      ((IEventStream) source).close();
      subscriber.onError(error);
    }
  }

  @Override
  void end(Failure because) {
    if (!ended.compareAndSet(false, true)) {
      return;
    }
    if (because == null) {
      subscriber.onComplete();
    } else if (because.error() instanceof Throwable t) {
      subscriber.onError(t);
    } else {
      subscriber.onError(new StreamException(because.error()));
    }
  }
}
