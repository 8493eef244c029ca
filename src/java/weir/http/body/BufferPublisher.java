package weir.http.body;

import java.nio.ByteBuffer;
import java.util.concurrent.Flow;
import manifold.stream.core.IEventSource;
import weir.stream.Flows;

/**
 * A body as a publisher of read-only buffers, for one subscriber. What it requests is read; when it
 * cancels, the body is closed.
 */
public final class BufferPublisher implements Flow.Publisher<ByteBuffer> {

  private final Flow.Publisher<byte[]> pieces;

  /** Creates a publisher of a source of byte arrays. */
  public BufferPublisher(IEventSource source) {
    pieces = Flows.publisher(source);
  }

  @Override
  public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
    pieces.subscribe(new Wrapping(subscriber));
  }

  /** Turns each array into a buffer. */
  private record Wrapping(Flow.Subscriber<? super ByteBuffer> to)
      implements Flow.Subscriber<byte[]> {

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      to.onSubscribe(subscription);
    }

    @Override
    public void onNext(byte[] piece) {
      to.onNext(ByteBuffer.wrap(piece).asReadOnlyBuffer());
    }

    @Override
    public void onError(Throwable cause) {
      to.onError(cause);
    }

    @Override
    public void onComplete() {
      to.onComplete();
    }
  }
}
