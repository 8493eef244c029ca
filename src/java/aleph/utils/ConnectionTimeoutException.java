package aleph.utils;

import java.util.concurrent.TimeoutException;

/** A connection could not be made in time. */
public class ConnectionTimeoutException extends TimeoutException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception without a message. */
  public ConnectionTimeoutException() {}

  /** Creates an exception with a message. */
  public ConnectionTimeoutException(String message) {
    super(message);
  }

  /** Creates an exception with the message of its cause. */
  public ConnectionTimeoutException(Throwable cause) {
    super(cause.getMessage());
    initCause(cause);
  }

  /** Creates an exception with a message and a cause. */
  public ConnectionTimeoutException(String message, Throwable cause) {
    super(message);
    initCause(cause);
  }
}
