package weir.http;

/** Decides whether a request that has failed is sent once more. May block. */
@FunctionalInterface
public interface RetryRule {

  /**
   * Returns whether to try again. It is asked only if the body can be sent again.
   *
   * @param cause what the request has failed with
   * @param failures how many times it has failed, this one included
   */
  boolean triesAgain(Throwable cause, int failures, HttpRequest request);
}
