package weir.http;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * The value of an Authorization field for a name and a password.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7617">RFC 7617</a>
 */
public final class BasicAuth {

  private BasicAuth() {}

  /** Returns the field's value for {@code name:password}. */
  public static String value(String pair) {
    byte[] bytes = pair.getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(bytes);
  }
}
