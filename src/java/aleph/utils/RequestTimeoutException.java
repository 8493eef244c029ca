package aleph.utils;

import java.util.concurrent.TimeoutException;

/** The server has not answered in time. */
public class RequestTimeoutException extends TimeoutException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception without a message. */
  public RequestTimeoutException() {}

  /** Creates an exception with a message. */
  public RequestTimeoutException(String message) {
    super(message);
  }

  /** Creates an exception with the message of its cause. */
  public RequestTimeoutException(Throwable cause) {
    super(cause.getMessage());
    initCause(cause);
  }

  /** Creates an exception with a message and a cause. */
  public RequestTimeoutException(String message, Throwable cause) {
    super(message);
    initCause(cause);
  }
}
