package weir.http.client;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One way to authenticate that a server offers.
 *
 * @param scheme its name, in lower case
 * @param parameters values by lower-case name, without quotes
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1">RFC 9110 §11.6.1</a>
 */
record Challenge(String scheme, Map<String, String> parameters) {

  boolean isScheme(String name) {
    return scheme.equals(name);
  }

  /** The value of a parameter, or null. */
  String parameter(String name) {
    return parameters.get(name);
  }

  /** Returns the challenges of WWW-Authenticate fields; each may have several. */
  static List<Challenge> parse(List<String> fields) {
    List<Challenge> found = new ArrayList<>();
    for (String field : fields) {
      Challenge current = null;
      for (String item : items(field)) {
        int equals = item.indexOf('=');
        int blank = item.indexOf(' ');
        boolean begins = equals < 0 || (blank > 0 && blank < equals);
        if (begins) {
          String name = blank < 0 ? item : item.substring(0, blank);
          current = new Challenge(name.toLowerCase(Locale.ROOT), new HashMap<>());
          found.add(current);
        }
        if (equals > 0 && current != null) {
          String name = item.substring(begins ? blank + 1 : 0, equals).trim();
          String value = unquoted(item.substring(equals + 1).trim());
          current.parameters.put(name.toLowerCase(Locale.ROOT), value);
        }
      }
    }
    return found;
  }

  /** What stands between the commas, but for those in quotes. */
  private static List<String> items(String field) {
    List<String> items = new ArrayList<>();
    StringBuilder item = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < field.length(); i++) {
      char c = field.charAt(i);
      if (c == '\\' && quoted && i + 1 < field.length()) {
        item.append(c).append(field.charAt(++i));
        continue;
      }
      quoted ^= c == '"';
      if (c == ',' && !quoted) {
        add(item, items);
      } else {
        item.append(c);
      }
    }
    add(item, items);
    return items;
  }

  private static void add(StringBuilder item, List<String> items) {
    String text = item.toString().trim();
    if (!text.isEmpty()) {
      items.add(text);
    }
    item.setLength(0);
  }

  private static String unquoted(String value) {
    if (value.length() < 2 || value.charAt(0) != '"') {
      return value;
    }
    return value.substring(1, value.length() - 1).replaceAll("\\\\(.)", "$1");
  }
}
