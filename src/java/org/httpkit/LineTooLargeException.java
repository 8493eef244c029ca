package org.httpkit;

/** A line of a message is longer than its limit. */
public class LineTooLargeException extends HTTPException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception with a message. */
  public LineTooLargeException(String message) {
    super(message);
  }

  /** Creates an exception with a message and a cause. */
  public LineTooLargeException(String message, Throwable cause) {
    super(message, cause);
  }
}
