package weir.http.websocket;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One entry of a Sec-WebSocket-Extensions header, RFC 6455 §9.1.
 *
 * @param name in lower case
 * @param parameters in lower case, with their values; null for one without
 */
record Extension(String name, Map<String, String> parameters) {

  /** Returns the entries in their order; null if the header is malformed. */
  static List<Extension> parse(String header) {
    List<Extension> all = new ArrayList<>();
    for (String entry : split(header, ',')) {
      List<String> parts = split(entry, ';');
      String name = parts.get(0).toLowerCase(Locale.ROOT);
      Map<String, String> parameters = new LinkedHashMap<>();
      for (String part : parts.subList(1, parts.size())) {
        if (!addParameter(part, parameters)) {
          return null;
        }
      }
      if (!isToken(name)) {
        return null;
      }
      all.add(new Extension(name, parameters));
    }
    return all;
  }

  private static boolean addParameter(String part, Map<String, String> parameters) {
    int equals = part.indexOf('=');
    String name = (equals < 0 ? part : part.substring(0, equals)).trim().toLowerCase(Locale.ROOT);
    String value = null;
    if (equals >= 0) {
      value = unquoted(part.substring(equals + 1).trim());
      if (!isToken(value)) {
        return false;
      }
    }
    if (!isToken(name) || parameters.containsKey(name)) {
      return false;
    }
    parameters.put(name, value);
    return true;
  }

  private static String unquoted(String value) {
    int n = value.length();
    return n >= 2 && value.charAt(0) == '"' && value.charAt(n - 1) == '"'
        ? value.substring(1, n - 1)
        : value;
  }

  private static List<String> split(String text, char separator) {
    List<String> parts = new ArrayList<>();
    boolean quoted = false;
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      quoted ^= c == '"';
      if (c == separator && !quoted) {
        parts.add(text.substring(start, i).trim());
        start = i + 1;
      }
    }
    parts.add(text.substring(start).trim());
    return parts;
  }

  /** RFC 9110 §5.6.2. */
  static boolean isToken(String s) {
    for (int i = 0; i < s.length(); i++) {
      char c = s.charAt(i);
      if (c <= ' ' || c >= 0x7f || "\"(),/:;<=>?@[\\]{}".indexOf(c) >= 0) {
        return false;
      }
    }
    return !s.isEmpty();
  }
}
