package weir.http.client;

import weir.http.body.StreamedBody;

/**
 * Where an {@link Answer} comes from: an HTTP/1 connection, or a stream of HTTP/2. Only for the event
 * loop.
 */
interface AnswerOwner extends StreamedBody.Owner {

  /** Returns the answer that is on its way, or null. */
  Answer answer();

  /**
   * Ends the exchange, if that is still open, and what it runs on.
   *
   * @param cause what it fails with; null if it has its outcome already
   */
  void fail(Throwable cause);

  /** Delivers the response with the part of its body that has come; the rest is not read. */
  void cutOff();
}
