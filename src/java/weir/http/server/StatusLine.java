package weir.http.server;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;

/** Encoded status lines of HTTP/1.1. */
final class StatusLine {

  private static final byte[][] LINES = new byte[1000][];

  private StatusLine() {}

  /** Returns the line for {@code status}, which must be from 100 to 999. */
  static byte[] of(int status) {
    byte[] line = LINES[status];
    if (line == null) {
      line =
          ("HTTP/1.1 " + status + " " + HttpResponseStatus.valueOf(status).reasonPhrase() + "\r\n")
              .getBytes(StandardCharsets.ISO_8859_1);
      LINES[status] = line; // racy, but every writer writes the same
    }
    return line;
  }
}
