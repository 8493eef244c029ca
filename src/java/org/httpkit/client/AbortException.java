package org.httpkit.client;

import org.httpkit.HTTPException;

/** A filter has refused a response, or its body has outgrown a limit. */
public class AbortException extends HTTPException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception with a message. */
  public AbortException(String message) {
    super(message);
  }

  /** Creates an exception with a message and a cause. */
  public AbortException(String message, Throwable cause) {
    super(message, cause);
  }
}
