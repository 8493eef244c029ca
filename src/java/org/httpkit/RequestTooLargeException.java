package org.httpkit;

/** A request body is larger than its limit. */
public class RequestTooLargeException extends HTTPException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception with a message. */
  public RequestTooLargeException(String message) {
    super(message);
  }

  /** Creates an exception with a message and a cause. */
  public RequestTooLargeException(String message, Throwable cause) {
    super(message, cause);
  }
}
