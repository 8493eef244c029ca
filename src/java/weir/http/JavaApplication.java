package weir.http;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.http.server.Application;

/** A Java handler with the usual answers to failures. */
final class JavaApplication implements Application {

  private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);
  private static final String TEXT = "text/plain; charset=UTF-8";

  /** Either kind of handler. */
  @FunctionalInterface
  interface Answer {
    Object to(Request request) throws Exception;
  }

  private final Answer answer;

  JavaApplication(Answer answer) {
    this.answer = answer;
  }

  @Override
  public Object handle(RingRequest request) throws Exception {
    return answer.to(request);
  }

  @Override
  public Object onError(RingRequest request, Throwable error) {
    LOG.error("error in the handler of {} {}", request.method(), request.path(), error);
    return Reply.of(500).header("content-type", TEXT).body("Internal Server Error");
  }

  @Override
  public Object onRejected(RingRequest request) {
    return Reply.of(503).header("content-type", TEXT).body("503 Service Unavailable");
  }
}
