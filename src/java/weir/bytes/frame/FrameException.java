package weir.bytes.frame;

import java.io.IOException;

/** Bytes that are no frame, or not all of one. */
public final class FrameException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Creates one. */
  public FrameException(String message) {
    super(message);
  }
}
