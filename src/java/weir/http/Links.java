package weir.http;

import clojure.lang.IPersistentMap;
import clojure.lang.Keyword;
import clojure.lang.PersistentArrayMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Reads {@code Link} fields: {@code <https://h/?page=2>; rel="next"}. What cannot be understood is
 * passed over.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8288#section-3">RFC 8288 §3</a>
 */
final class Links {

  private static final Keyword HREF = Keyword.intern("href");

  private final String text;
  private int at;

  private Links(String text) {
    this.text = text;
  }

  /** Returns a map of relation to a map of {@code :href} and the other attributes; null for none. */
  static IPersistentMap parse(List<String> fields) {
    IPersistentMap all = null;
    for (String field : fields) {
      Links links = new Links(field);
      while (links.skipTo('<')) {
        all = links.link(all);
      }
    }
    return all;
  }

  private IPersistentMap link(IPersistentMap all) {
    int end = text.indexOf('>', at);
    if (end < 0) {
      at = text.length();
      return all;
    }
    String target = text.substring(at, end).trim();
    at = end + 1;
    Map<String, String> attributes = attributes();
    String relations = attributes.remove("rel");
    if (relations == null) {
      return all;
    }
    IPersistentMap link = PersistentArrayMap.EMPTY.assoc(HREF, target);
    for (Map.Entry<String, String> each : attributes.entrySet()) {
      link = link.assoc(Keyword.intern(each.getKey()), each.getValue());
    }
    IPersistentMap more = all == null ? PersistentArrayMap.EMPTY : all;
    for (String relation : relations.trim().split("\\s+")) {
      more = more.assoc(Keyword.intern(relation), link);
    }
    return more;
  }

  /** Reads what stands up to the comma behind a link; the first of each name counts. */
  private Map<String, String> attributes() {
    Map<String, String> found = new LinkedHashMap<>();
    while (at < text.length() && text.charAt(at) != ',') {
      if (text.charAt(at) != ';') {
        at++;
        continue;
      }
      at++;
      String name = token().toLowerCase(Locale.ROOT);
      String value = "";
      if (at < text.length() && text.charAt(at) == '=') {
        at++;
        value = value();
      }
      if (!name.isEmpty()) {
        found.putIfAbsent(name, value);
      }
    }
    return found;
  }

  private String token() {
    int start = at;
    while (at < text.length() && "=;,".indexOf(text.charAt(at)) < 0) {
      at++;
    }
    return text.substring(start, at).trim();
  }

  private String value() {
    while (at < text.length() && text.charAt(at) == ' ') {
      at++;
    }
    if (at == text.length() || text.charAt(at) != '"') {
      return token();
    }
    StringBuilder value = new StringBuilder();
    for (at++; at < text.length() && text.charAt(at) != '"'; at++) {
      if (text.charAt(at) == '\\' && at + 1 < text.length()) {
        at++;
      }
      value.append(text.charAt(at));
    }
    at++;
    return value.toString();
  }

  private boolean skipTo(char c) {
    int next = text.indexOf(c, at);
    at = next < 0 ? text.length() : next + 1;
    return next >= 0;
  }
}
