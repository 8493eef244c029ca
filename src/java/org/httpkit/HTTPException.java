package org.httpkit;

/** Something went wrong in the exchange of HTTP messages. */
public class HTTPException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Creates an exception with a message. */
  public HTTPException(String message) {
    super(message);
  }

  /** Creates an exception with a message and a cause. */
  public HTTPException(String message, Throwable cause) {
    super(message, cause);
  }
}
