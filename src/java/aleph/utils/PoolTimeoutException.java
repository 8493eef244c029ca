package aleph.utils;

import java.util.concurrent.TimeoutException;

/** No connection of the pool became free in time. */
public class PoolTimeoutException extends TimeoutException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception without a message. */
  public PoolTimeoutException() {}

  /** Creates an exception with a message. */
  public PoolTimeoutException(String message) {
    super(message);
  }

  /** Creates an exception with the message of its cause. */
  public PoolTimeoutException(Throwable cause) {
    super(cause.getMessage());
    initCause(cause);
  }

  /** Creates an exception with a message and a cause. */
  public PoolTimeoutException(String message, Throwable cause) {
    super(message);
    initCause(cause);
  }
}
