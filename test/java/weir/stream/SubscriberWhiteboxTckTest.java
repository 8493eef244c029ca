package weir.stream;

import java.util.concurrent.Flow;
import org.reactivestreams.tck.SubscriberWhiteboxVerification.SubscriberPuppet;
import org.reactivestreams.tck.SubscriberWhiteboxVerification.WhiteboxSubscriberProbe;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowSubscriberWhiteboxVerification;

/**
 * The rules of Reactive Streams, §2, for a sink, seen from inside: takes make it request, and closing
 * the stream makes it cancel.
 */
public class SubscriberWhiteboxTckTest extends FlowSubscriberWhiteboxVerification<Integer> {

  public SubscriberWhiteboxTckTest() {
    super(new TestEnvironment(PublisherTckTest.TIMEOUT_MS, PublisherTckTest.QUIET_MS));
  }

  @Override
  protected Flow.Subscriber<Integer> createFlowSubscriber(WhiteboxSubscriberProbe<Integer> probe) {
    return new Probed(Stream.create(), probe);
  }

  @Override
  public Integer createElement(int element) {
    return element;
  }

  /** Hands everything to the sink's subscriber, and then tells the probe. */
  private record Probed(
      Stream<Integer> stream, Flow.Subscriber<Integer> sink, WhiteboxSubscriberProbe<Integer> probe)
      implements Flow.Subscriber<Integer> {

    Probed(Stream<Integer> stream, WhiteboxSubscriberProbe<Integer> probe) {
      this(stream, Flows.subscriber(stream, 1), probe);
    }

    @Override
    public void onSubscribe(Flow.Subscription s) {
      sink.onSubscribe(s);
      probe.registerOnSubscribe(
          new SubscriberPuppet() {
            @Override
            public void triggerRequest(long elements) {
              for (long i = 0; i < elements; i++) {
                stream.take();
              }
            }

            @Override
            public void signalCancel() {
              stream.close();
            }
          });
    }

    @Override
    public void onNext(Integer message) {
      sink.onNext(message);
      probe.registerOnNext(message);
    }

    @Override
    public void onError(Throwable error) {
      sink.onError(error);
      probe.registerOnError(error);
    }

    @Override
    public void onComplete() {
      sink.onComplete();
      probe.registerOnComplete();
    }
  }
}
