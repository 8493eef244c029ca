package weir.http.cache;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import weir.http.HeaderFields;
import weir.http.HeaderName;

/**
 * The directives of Cache-Control fields.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9111#section-5.2">RFC 9111 §5.2</a>
 */
final class Directives {

  private static final HeaderName CACHE_CONTROL = HeaderName.of("cache-control");
  private static final HeaderName PRAGMA = HeaderName.of("pragma");

  private final Map<String, String> values = new HashMap<>();

  private Directives(List<String> fields) {
    for (String field : fields) {
      for (String each : field.split(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)")) {
        String[] pair = each.trim().split("=", 2);
        String value = pair.length == 2 ? pair[1].trim().replace("\"", "") : "";
        values.putIfAbsent(pair[0].trim().toLowerCase(Locale.ROOT), value);
      }
    }
  }

  static Directives of(HttpHeaders headers) {
    return new Directives(headers.getAll("cache-control"));
  }

  static Directives of(HeaderFields fields) {
    String value = fields.get(CACHE_CONTROL);
    if (value != null) {
      return new Directives(List.of(value));
    }
    return new Directives(fields.get(PRAGMA) == null ? List.of() : List.of(fields.get(PRAGMA)));
  }

  boolean has(String name) {
    return values.containsKey(name);
  }

  /** The seconds of a directive; 0 if they are none (§4.2.1: that is stale), -1 if it is absent. */
  long seconds(String name) {
    String value = values.get(name);
    if (value == null) {
      return -1;
    }
    return value.matches("[0-9]{1,10}") ? Long.parseLong(value) : 0;
  }
}
