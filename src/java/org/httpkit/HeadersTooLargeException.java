package org.httpkit;

/** The header fields of a message are larger than their limit. */
public class HeadersTooLargeException extends ProtocolException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception with a message. */
  public HeadersTooLargeException(String message) {
    super(message);
  }

  /** Creates an exception with a message and a cause. */
  public HeadersTooLargeException(String message, Throwable cause) {
    super(message, cause);
  }
}
