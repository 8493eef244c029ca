package weir.http;

import java.net.URLEncoder;
import java.nio.charset.Charset;

/**
 * The encoding of names and values in forms and queries.
 *
 * @see <a href="https://url.spec.whatwg.org/#application/x-www-form-urlencoded">URL standard</a>
 */
public final class FormEncoding {
  private FormEncoding() {}

  /** Returns the text with a plus for a blank and escapes for all but letters, digits and .-*_ */
  public static String encode(String s, Charset charset) {
    return URLEncoder.encode(s, charset);
  }

  /** Returns {@code name=value}, both encoded. */
  public static String pair(String name, String value, Charset charset) {
    return encode(name, charset) + "=" + encode(value, charset);
  }
}
