package org.httpkit.client;

import org.httpkit.HTTPException;

/** A connection was not made in time, or nothing moved on it for too long. */
public class TimeoutException extends HTTPException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception with a message. */
  public TimeoutException(String message) {
    super(message);
  }

  /** Creates an exception with a message and a cause. */
  public TimeoutException(String message, Throwable cause) {
    super(message, cause);
  }
}
