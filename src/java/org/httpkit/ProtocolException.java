package org.httpkit;

/** A message is not what HTTP allows, or asks for what is not supported. */
public class ProtocolException extends HTTPException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception with a message. */
  public ProtocolException(String message) {
    super(message);
  }

  /** Creates an exception with a message and a cause. */
  public ProtocolException(String message, Throwable cause) {
    super(message, cause);
  }
}
