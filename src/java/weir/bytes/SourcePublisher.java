package weir.bytes;

import java.nio.ByteBuffer;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import manifold.deferred.IDeferred;
import manifold.stream.core.IEventSource;
import weir.deferred.Callback;
import weir.deferred.Deferred;

/**
 * Publishes a source's messages as byte buffers to one subscriber. A message is taken only when one
 * was requested; cancelling closes the source. Signals come on the thread that completes the take.
 */
final class SourcePublisher implements Flow.Publisher<ByteBuffer> {

  private final IEventSource source;
  private final Options options;
  private final AtomicBoolean taken = new AtomicBoolean();

  SourcePublisher(Object source, Options options) {
    this.source = (IEventSource) source;
    this.options = options;
  }

  @Override
  public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
    if (taken.compareAndSet(false, true)) {
      subscriber.onSubscribe(new Subscription(subscriber));
      return;
    }
    subscriber.onSubscribe(
        new Flow.Subscription() {
          @Override
          public void request(long n) {}

          @Override
          public void cancel() {}
        });
    subscriber.onError(new IllegalStateException("a source can be published to one subscriber"));
  }

  private final class Subscription implements Flow.Subscription {
    private final Flow.Subscriber<? super ByteBuffer> subscriber;
    private final AtomicLong requested = new AtomicLong();
    private final AtomicBoolean over = new AtomicBoolean();

    Subscription(Flow.Subscriber<? super ByteBuffer> subscriber) {
      this.subscriber = subscriber;
    }

    @Override
    public void request(long n) {
      if (n <= 0) {
        fail(new IllegalArgumentException("requested " + n + " items (expected: one or more)"));
      } else if (requested.getAndUpdate(r -> r + n < 0 ? Long.MAX_VALUE : r + n) == 0) {
        takeOne();
      }
    }

    @Override
    public void cancel() {
      if (over.compareAndSet(false, true)) {
        closeSource();
      }
    }

    /** Only whoever moved the number of requests away from 0 comes here: one take at a time. */
    private void takeOne() {
      while (!over.get()) {
        IDeferred d = (IDeferred) source.take(PulledSeq.END, Boolean.FALSE);
        if (!d.realized()) {
          listen(d);
          return;
        }
        Object message = d.successValue(this);
        if (message == this) {
          failed(d.errorValue(null));
          return;
        }
        if (!deliver(message)) {
          return;
        }
      }
    }

    private void listen(IDeferred d) {
      Callback callback =
          new Callback() {
            @Override
            protected void onSuccess(Object message) {
              if (deliver(message)) {
                takeOne();
              }
            }

            @Override
            protected void onError(Object error) {
              failed(error);
            }
          };
      if (d instanceof Deferred<?> own) {
        own.listen(callback);
      } else {
        d.onRealized(Functions.of(this::deliverAndGoOn), Functions.of(this::failed));
      }
    }

    private void deliverAndGoOn(Object message) {
      if (deliver(message)) {
        takeOne();
      }
    }

    /** Returns true if another item was requested. */
    private boolean deliver(Object message) {
      if (message == PulledSeq.END) {
        Throwable failure = Sources.failure(source);
        if (failure != null) {
          fail(failure);
        } else if (over.compareAndSet(false, true)) {
          subscriber.onComplete();
        }
        return false;
      }
      ByteBuffer bytes;
      try {
        bytes = Bytes.toByteBuffer(message, options);
      } catch (Exception e) {
        fail(e);
        return false;
      }
      if (!over.get()) {
        subscriber.onNext(bytes);
      }
      return requested.updateAndGet(r -> r == Long.MAX_VALUE ? r : r - 1) > 0;
    }

    private void failed(Object error) {
      fail(Sources.asThrowable(error));
    }

    private void fail(Throwable t) {
      if (over.compareAndSet(false, true)) {
        closeSource();
        subscriber.onError(t);
      }
    }

    private void closeSource() {
      try {
        Closing.closeIfOpen(source);
      } catch (Exception e) {
        throw Closing.sneaky(e);
      }
    }
  }
}
