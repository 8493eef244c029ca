package weir.stream;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowSubscriberBlackboxVerification;

/** The rules of Reactive Streams, §2, for a sink: it requests as much as is taken behind it. */
public class SubscriberTckTest extends FlowSubscriberBlackboxVerification<Integer> {

  private final Map<Object, Stream<Integer>> streams = new ConcurrentHashMap<>();

  public SubscriberTckTest() {
    super(new TestEnvironment(PublisherTckTest.TIMEOUT_MS, PublisherTckTest.QUIET_MS));
  }

  @Override
  public Flow.Subscriber<Integer> createFlowSubscriber() {
    Stream<Integer> stream = Stream.create();
    Flow.Subscriber<Integer> subscriber = Flows.subscriber(stream, 1);
    streams.put(subscriber, stream);
    return subscriber;
  }

  @Override
  public void triggerFlowRequest(Flow.Subscriber<? super Integer> subscriber) {
    streams.get(subscriber).take();
  }

  @Override
  public Integer createElement(int element) {
    return element;
  }
}
