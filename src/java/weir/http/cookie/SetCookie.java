package weir.http.cookie;

import io.netty.handler.codec.DateFormatter;
import java.util.Date;
import java.util.Locale;

/**
 * Reads the value of a Set-Cookie field, as leniently as RFC 6265 §5.2 wants it.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6265#section-5.2">RFC 6265 §5.2</a>
 */
public final class SetCookie {

  /** Longer fields are ignored: 4096 bytes for name and value, as much for the attributes. */
  private static final int MAX_LENGTH = 8192;

  private final long now;
  private String domain;
  private String path;
  private Long maxAge;
  private Long expires; // as an age
  private boolean secure;
  private boolean httpOnly;

  private SetCookie(long now) {
    this.now = now;
  }

  /**
   * Returns the cookie of a field, with the domain and the path that the field names; null if there
   * is none in it.
   */
  public static Cookie parse(String field, long nowMillis) {
    if (field == null || field.length() > MAX_LENGTH) {
      return null;
    }
    int end = endOf(field, 0);
    int equals = field.indexOf('=');
    String name = equals < 0 || equals > end ? "" : field.substring(0, equals).trim();
    if (name.isEmpty()) {
      return null;
    }
    SetCookie attributes = new SetCookie(nowMillis);
    while (end < field.length()) {
      int start = end + 1;
      end = endOf(field, start);
      attributes.add(field.substring(start, end));
    }
    return attributes.cookie(name, field.substring(equals + 1, endOf(field, 0)).trim());
  }

  private static int endOf(String field, int start) {
    int end = field.indexOf(';', start);
    return end < 0 ? field.length() : end;
  }

  private void add(String attribute) {
    int equals = attribute.indexOf('=');
    String name = (equals < 0 ? attribute : attribute.substring(0, equals)).trim();
    String value = equals < 0 ? "" : attribute.substring(equals + 1).trim();
    switch (name.toLowerCase(Locale.ROOT)) {
      case "domain" -> domain = value.isEmpty() ? null : value;
      case "path" -> path = value.startsWith("/") ? value : null;
      case "max-age" -> maxAge = seconds(value, maxAge);
      case "expires" -> expires = untilDate(value);
      case "secure" -> secure = true;
      case "httponly" -> httpOnly = true;
      default -> {} // RFC 6265 §5.2: unknown attributes are ignored
    }
  }

  private static Long seconds(String value, Long otherwise) {
    if (!value.matches("-?[0-9]+")) {
      return otherwise;
    }
    if (value.length() > 18) {
      return value.charAt(0) == '-' ? 0L : Long.MAX_VALUE;
    }
    return Math.max(0, Long.parseLong(value));
  }

  private Long untilDate(String value) {
    Date date = DateFormatter.parseHttpDate(value);
    return date == null ? expires : (Long) Math.max(0, (date.getTime() - now) / 1000);
  }

  private Cookie cookie(String name, String value) {
    // §5.3: Max-Age counts more than Expires.
    Long age = maxAge != null ? maxAge : expires;
    return new Cookie(name, value, domain, path, httpOnly, secure, age, false, now);
  }
}
