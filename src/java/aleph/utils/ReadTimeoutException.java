package aleph.utils;

import java.util.concurrent.TimeoutException;

/** The body of an answer has not come to its end in time. */
public class ReadTimeoutException extends TimeoutException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception without a message. */
  public ReadTimeoutException() {}

  /** Creates an exception with a message. */
  public ReadTimeoutException(String message) {
    super(message);
  }

  /** Creates an exception with the message of its cause. */
  public ReadTimeoutException(Throwable cause) {
    super(cause.getMessage());
    initCause(cause);
  }

  /** Creates an exception with a message and a cause. */
  public ReadTimeoutException(String message, Throwable cause) {
    super(message);
    initCause(cause);
  }
}
