package weir.bench;

import java.nio.charset.StandardCharsets;

/** What all servers answer. */
public final class Payload {

  /** The answer to {@code GET /}. */
  public static final String PLAIN = "Hello, World!";

  /** The answer to {@code GET /16k}. */
  public static final String LARGE = "0123456789abcdef".repeat(1024);

  /** What is posted to {@code /echo}; wrk's script posts the same. */
  public static final String ECHO = "0123456789abcdef".repeat(64);

  private Payload() {}

  /** Returns a whole response with the fields that Weir sends, so that sizes are the same. */
  static byte[] response(String contentType, String body) {
    String head =
        "HTTP/1.1 200 OK\r\n"
            + (contentType == null ? "" : "Content-Type: " + contentType + "\r\n")
            + "Server: Weir\r\n"
            + "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
            + "Connection: Keep-Alive\r\n"
            + "content-length: "
            + body.length()
            + "\r\n\r\n";
    return (head + body).getBytes(StandardCharsets.US_ASCII);
  }
}
