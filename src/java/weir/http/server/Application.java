package weir.http.server;

import weir.http.RingRequest;

/** What a server serves: a Ring handler, or Java's. Called on the threads of the config. */
public interface Application {

  /**
   * Answers a request.
   *
   * @return a Ring response map, a {@link weir.http.Reply}, null for 204, or anything that can be
   *     coerced to a deferred of these
   */
  Object handle(RingRequest request) throws Exception;

  /** Answers a request whose handler has failed; same results as {@link #handle}. */
  Object onError(RingRequest request, Throwable error) throws Exception;

  /** Answers a request that the executor has rejected; same results; runs on the event loop. */
  Object onRejected(RingRequest request) throws Exception;

  /**
   * Returns whether bodies that write themselves end when their stream is closed. Else they end when
   * the method that writes them returns.
   */
  default boolean bodiesEndByClosing() {
    return false;
  }
}
