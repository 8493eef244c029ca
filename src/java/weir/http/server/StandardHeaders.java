package weir.http.server;

import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import weir.http.HeaderCase;
import weir.http.coding.Compression;
import weir.http.coding.Negotiation;

/**
 * What the server adds to heads: the Server and Date lines that go out with nearly every response,
 * encoded once a second, and how bodies may be encoded.
 */
final class StandardHeaders {

  private static final class Second {
    final long second;
    final byte[] date;
    final byte[] lowerDate;
    final AsciiString value;

    Second(long second) {
      this.second = second;
      String text = HttpDate.format(second);
      this.date = line("Date", text);
      this.lowerDate = line("date", text);
      this.value = new AsciiString(text);
    }
  }

  private static volatile Second current = new Second(0);

  private final byte[] server;
  private final AsciiString serverValue;
  private final Compression compression;
  private final HeaderCase headerCase;
  private final boolean plainTextIsUtf8;

  /**
   * @param server the value of the Server header, null for none
   * @param compression chooses the Content-Encoding, null for none
   * @param headerCase how names are spelled
   * @param plainTextIsUtf8 whether a Content-Type of {@code text/plain} gets that charset
   */
  StandardHeaders(
      String server, Compression compression, HeaderCase headerCase, boolean plainTextIsUtf8) {
    this.plainTextIsUtf8 = plainTextIsUtf8;
    this.compression = compression;
    this.headerCase = headerCase;
    String name = headerCase == HeaderCase.LOWER ? "server" : "Server";
    this.serverValue = server == null ? null : new AsciiString(server);
    this.server = server == null ? new byte[0] : line(name, server);
  }

  private static byte[] line(String name, String value) {
    return (name + ": " + value + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
  }

  HeaderCase headerCase() {
    return headerCase;
  }

  boolean plainTextIsUtf8() {
    return plainTextIsUtf8;
  }

  /** Returns what decides about codings, for one writer of heads; null if nothing is encoded. */
  Negotiation negotiation() {
    return compression == null ? null : new Negotiation(compression);
  }

  byte[] server() {
    return server;
  }

  /** Returns the value of the Server field, or null. */
  AsciiString serverValue() {
    return serverValue;
  }

  /** Returns the Date line of this second (RFC 9110 §6.6.1). */
  byte[] date() {
    Second now = second();
    return headerCase == HeaderCase.LOWER ? now.lowerDate : now.date;
  }

  /** Returns the value of the Date field. */
  AsciiString dateValue() {
    return second().value;
  }

  private static Second second() {
    long second = System.currentTimeMillis() / 1000;
    Second known = current;
    if (known.second != second) {
      known = new Second(second);
      current = known; // a race writes the same second twice, which is harmless
    }
    return known;
  }
}
