package aleph.utils;

import java.util.concurrent.CancellationException;

/** A request was cancelled by the program. */
public class RequestCancellationException extends CancellationException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception without a message. */
  public RequestCancellationException() {}

  /** Creates an exception with a message. */
  public RequestCancellationException(String message) {
    super(message);
  }

  /** Creates an exception with the message of its cause. */
  public RequestCancellationException(Throwable cause) {
    super(cause.getMessage());
    initCause(cause);
  }

  /** Creates an exception with a message and a cause. */
  public RequestCancellationException(String message, Throwable cause) {
    super(message);
    initCause(cause);
  }
}
