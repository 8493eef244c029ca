package weir.http.server;

import java.nio.charset.StandardCharsets;

/** The Server and Date lines that go out with nearly every response, encoded once a second. */
final class StandardHeaders {

  private static final class Second {
    final long second;
    final byte[] date;

    Second(long second) {
      this.second = second;
      this.date =
          ("Date: " + HttpDate.format(second) + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }
  }

  private static volatile Second current = new Second(0);

  private final byte[] server;

  /**
   * @param server the value of the Server header, null for none
   */
  StandardHeaders(String server) {
    this.server =
        server == null
            ? new byte[0]
            : ("Server: " + server + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
  }

  byte[] server() {
    return server;
  }

  /** Returns the Date line of this second (RFC 9110 §6.6.1). */
  byte[] date() {
    long second = System.currentTimeMillis() / 1000;
    Second known = current;
    if (known.second != second) {
      known = new Second(second);
      current = known; // a race writes the same second twice, which is harmless
    }
    return known.date;
  }
}
