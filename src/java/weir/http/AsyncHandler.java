package weir.http;

import java.util.concurrent.CompletionStage;

/** Answers requests later, in Java: nothing waits until the stage completes. */
@FunctionalInterface
public interface AsyncHandler {

  /**
   * Answers one request.
   *
   * @param request what came; may be kept after the exchange
   * @return completes with the response, or with null for 204; a {@link weir.deferred.Deferred} is one
   * @throws Exception anything: the client gets a 500 and the log the exception
   */
  CompletionStage<? extends Reply> handle(Request request) throws Exception;
}
