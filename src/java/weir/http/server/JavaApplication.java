package weir.http.server;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.http.HttpServer;
import weir.http.Request;
import weir.http.RingRequest;

/** A Java handler with the usual answers to failures. */
public final class JavaApplication implements Application {

  private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);

  /** Either kind of handler. */
  @FunctionalInterface
  public interface Answer {
    /** Returns a reply, null, or the promise of one. */
    Object to(Request request) throws Exception;
  }

  private final Answer answer;

  /** Makes an application of a handler. */
  public JavaApplication(Answer answer) {
    this.answer = answer;
  }

  @Override
  public Object handle(RingRequest request) throws Exception {
    return answer.to(request);
  }

  @Override
  public Object onError(RingRequest request, Throwable error) {
    LOG.error("error in the handler of {} {}", request.method(), request.path(), error);
    return ErrorResponses.INTERNAL;
  }

  @Override
  public Object onRejected(RingRequest request) {
    return ErrorResponses.OVERLOADED;
  }
}
