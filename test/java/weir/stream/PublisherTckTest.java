package weir.stream;

import java.util.concurrent.Flow;
import java.util.stream.LongStream;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowPublisherVerification;

/** The rules of Reactive Streams, §1 and §3, for a publisher whose source is read on the wait pool. */
public class PublisherTckTest extends FlowPublisherVerification<Long> {

  static final long TIMEOUT_MS = 500;
  static final long QUIET_MS = 50; // how long nothing must happen where nothing may
  private static final long GC_MS = 1000;

  public PublisherTckTest() {
    super(new TestEnvironment(TIMEOUT_MS, QUIET_MS), GC_MS);
  }

  @Override
  public Flow.Publisher<Long> createFlowPublisher(long elements) {
    return Flows.publisher(Coercions.source(LongStream.range(0, elements).iterator()));
  }

  @Override
  public Flow.Publisher<Long> createFailedFlowPublisher() {
    Stream<Object> stream = Stream.create();
    stream.fail(new IllegalStateException("failed"));
    return Flows.publisher(stream);
  }
}
