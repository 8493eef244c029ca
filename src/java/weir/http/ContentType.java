package weir.http;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Reads parameters of a {@code Content-Type} field.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#section-8.3">RFC 9110 §8.3</a>
 */
public final class ContentType {
  private static final String CHARSET = "charset";

  private ContentType() {}

  /**
   * Returns the {@code charset} parameter as written, without quotes.
   *
   * @param value the whole field, or null
   * @return the charset's name, or null when there is none
   */
  public static String charset(String value) {
    return parameter(value, CHARSET);
  }

  /**
   * Returns a parameter of the field.
   *
   * @param value the whole field, or null
   * @param name the parameter's name, in any case
   * @return its value, unquoted, or null when there is none or an empty one
   */
  public static String parameter(String value, String name) {
    int start = value == null ? -1 : value.indexOf(';');
    while (start >= 0) {
      int end = parameterEnd(value, start + 1);
      String found = ifNamed(name, value.substring(start + 1, end));
      if (found != null) {
        return found;
      }
      start = end < value.length() ? end : -1;
    }
    return null;
  }

  /** Returns all parameters of the field by their lower-case names; those that are empty are left out. */
  public static Map<String, String> parameters(String value) {
    Map<String, String> found = new LinkedHashMap<>();
    int start = value == null ? -1 : value.indexOf(';');
    while (start >= 0) {
      int end = parameterEnd(value, start + 1);
      String parameter = value.substring(start + 1, end);
      int equals = parameter.indexOf('=');
      String name = equals < 0 ? "" : parameter.substring(0, equals).trim();
      String text = name.isEmpty() ? null : ifNamed(name, parameter);
      if (text != null) {
        found.putIfAbsent(name.toLowerCase(Locale.ROOT), text);
      }
      start = end < value.length() ? end : -1;
    }
    return found;
  }

  /** The index of the next semicolon outside of quotes, or of the end. */
  private static int parameterEnd(String value, int from) {
    boolean quoted = false;
    for (int i = from; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"') {
        quoted = !quoted;
      } else if (c == '\\' && quoted) {
        i++;
      } else if (c == ';' && !quoted) {
        return i;
      }
    }
    return value.length();
  }

  /** The value of {@code name=value} when it is the wanted name and not empty, else null. */
  private static String ifNamed(String name, String parameter) {
    int equals = parameter.indexOf('=');
    if (equals < 0 || !parameter.substring(0, equals).trim().equalsIgnoreCase(name)) {
      return null;
    }
    String value = unquote(parameter.substring(equals + 1).trim());
    return value.isEmpty() ? null : value;
  }

  private static String unquote(String value) {
    if (value.length() < 2 || value.charAt(0) != '"' || !value.endsWith("\"")) {
      return value;
    }
    StringBuilder text = new StringBuilder(value.length());
    for (int i = 1; i < value.length() - 1; i++) {
      char c = value.charAt(i);
      if (c == '\\' && i + 1 < value.length() - 1) {
        c = value.charAt(++i);
      }
      text.append(c);
    }
    return text.toString();
  }
}
