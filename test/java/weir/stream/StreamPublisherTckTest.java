package weir.stream;

import java.util.concurrent.Flow;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowPublisherVerification;

/** The same rules for a publisher of a stream, where the thread of a put or a request signals. */
public class StreamPublisherTckTest extends FlowPublisherVerification<Long> {

  private static final int AHEAD = 10;

  public StreamPublisherTckTest() {
    super(new TestEnvironment(PublisherTckTest.TIMEOUT_MS, PublisherTckTest.QUIET_MS), 1000);
  }

  @Override
  public Flow.Publisher<Long> createFlowPublisher(long elements) {
    Stream<Long> stream = Stream.buffered(AHEAD);
    feed(stream, 0, elements);
    return Flows.publisher(stream);
  }

  /** Puts while the stream has room; the answer to a put that had to wait goes on with it. */
  private static void feed(Stream<Long> stream, long from, long to) {
    for (long i = from; i < to; i++) {
      var answer = stream.put(i);
      if (!answer.realized()) {
        long next = i + 1;
        answer.thenAccept(
            accepted -> {
              if (accepted) {
                feed(stream, next, to);
              }
            });
        return;
      }
    }
    stream.close();
  }

  @Override
  public Flow.Publisher<Long> createFailedFlowPublisher() {
    Stream<Object> stream = Stream.create();
    stream.fail(new IllegalStateException("failed"));
    return Flows.publisher(stream);
  }
}
