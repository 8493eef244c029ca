package weir.http.multipart;

import java.io.IOException;

/** A form that is not what it says, or larger than it may be. */
public final class MultipartException extends IOException {
  private static final long serialVersionUID = 1L;

  MultipartException(String message) {
    super(message);
  }
}
