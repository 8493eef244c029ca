package aleph.utils;

import java.util.concurrent.TimeoutException;

/** The way through a proxy could not be made in time. */
public class ProxyConnectionTimeoutException extends TimeoutException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception without a message. */
  public ProxyConnectionTimeoutException() {}

  /** Creates an exception with a message. */
  public ProxyConnectionTimeoutException(String message) {
    super(message);
  }

  /** Creates an exception with the message of its cause. */
  public ProxyConnectionTimeoutException(Throwable cause) {
    super(cause.getMessage());
    initCause(cause);
  }

  /** Creates an exception with a message and a cause. */
  public ProxyConnectionTimeoutException(String message, Throwable cause) {
    super(message);
    initCause(cause);
  }
}
