package weir.http;

/** Answers requests, in Java. Runs on a worker thread by default, and may block there. */
@FunctionalInterface
public interface Handler {

  /**
   * Answers one request.
   *
   * @param request what came; may be kept after the exchange
   * @return the response; null for 204 without a body
   * @throws Exception anything: the client gets a 500 and the log the exception
   */
  Reply handle(Request request) throws Exception;
}
