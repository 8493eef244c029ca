package weir.http.server;

import java.util.Map;
import java.util.Set;
import weir.http.HeaderName;
import weir.http.HeaderName.Role;

/**
 * Informational responses before the final one, such as 103 (Early Hints).
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#section-15.2">RFC 9110 §15.2</a>
 */
final class Interim {

  /** What one exchange may have waiting; more hints are not sent. */
  static final int MAX_WAITING = 16 * 1024;

  private static final Set<Role> NOT_HERE =
      Set.of(Role.CONTENT_LENGTH, Role.TRANSFER_ENCODING, Role.CONNECTION);

  private Interim() {}

  /**
   * Encodes an informational response.
   *
   * @param status 102 to 199
   * @param headers names to values, each a text or several in a list; null for none
   * @throws IllegalArgumentException if it cannot be sent
   */
  static byte[] encode(int status, Map<?, ?> headers) {
    if (status < 102 || status > 199) {
      throw new IllegalArgumentException(
          "informational status: " + status + " (expected: 102-199, such as 103)");
    }
    HeadBuffer buffer = new HeadBuffer();
    buffer.add(StatusLine.of(status));
    if (headers != null) {
      headers.forEach((name, value) -> add(buffer, HeaderName.of(name), value));
    }
    buffer.crlf();
    return buffer.toByteArray();
  }

  private static void add(HeadBuffer buffer, HeaderName name, Object value) {
    if (NOT_HERE.contains(name.role())) {
      throw new IllegalArgumentException(
          "informational header " + name.name() + " (expected: nothing about framing)");
    }
    buffer.lines(name, value);
  }
}
