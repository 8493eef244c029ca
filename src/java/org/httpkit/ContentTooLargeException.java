package org.httpkit;

/** A body is larger than what its reader can take. */
public class ContentTooLargeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception with a message. */
  public ContentTooLargeException(String message) {
    super(message);
  }

  /** Creates an exception with a message and a cause. */
  public ContentTooLargeException(String message, Throwable cause) {
    super(message, cause);
  }
}
