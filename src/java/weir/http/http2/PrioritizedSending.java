package weir.http.http2;

import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Stream;
import weir.http.Priority;

/** Sends DATA as far as the peer's windows allow, the most urgent first. For the event loop. */
final class PrioritizedSending extends DefaultHttp2RemoteFlowController {

  private final PriorityDistributor distributor;

  /** Creates a controller for what is sent on a connection. */
  PrioritizedSending(Http2Connection connection) {
    this(connection, new PriorityDistributor(connection));
  }

  private PrioritizedSending(Http2Connection connection, PriorityDistributor distributor) {
    super(connection, distributor);
    this.distributor = distributor;
  }

  /** Sets how urgent a stream is of which nothing was written yet, unless that is known. */
  void prioritize(int streamId, Priority priority) {
    distributor.prioritize(streamId, priority);
  }

  /** Sets how urgent a stream is from now on. */
  void reprioritize(Http2Stream stream, Priority priority) throws Http2Exception {
    if (distributor.reprioritize(stream, priority)) {
      incrementWindowSize(stream, 0); // tells the distributor what there is to send
    }
  }

  /** Returns whether DATA may be waiting that the window of its stream would let pass. */
  boolean isWaiting() {
    return distributor.isWaiting();
  }
}
