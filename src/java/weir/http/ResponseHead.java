package weir.http;

import clojure.lang.Sequential;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * A head that is complete as it is: of an informational response, or of one behind which the
 * connection changes its protocol. Each version of HTTP has its own way to write it.
 *
 * @param status the status code
 * @param fields its header fields, not to be changed any more
 * @param spelling how HTTP/1 spells their names
 */
public record ResponseHead(int status, HeaderFields fields, HeaderCase spelling) {

  /** Creates a head. */
  public ResponseHead {
    Objects.requireNonNull(fields, "fields");
    Objects.requireNonNull(spelling, "spelling");
  }

  /** Returns a head whose names are spelled as usual. */
  public static ResponseHead of(int status, HeaderFields fields) {
    return new ResponseHead(status, fields, HeaderCase.TITLE);
  }

  /**
   * Adds fields of a map.
   *
   * @param given names to values, each a text or several in a list; null for none
   * @param wanted which names are added
   * @throws IllegalArgumentException if one cannot be sent
   */
  public static void addAll(HeaderFields fields, Map<?, ?> given, Predicate<HeaderName> wanted) {
    if (given == null) {
      return;
    }
    given.forEach(
        (key, value) -> {
          HeaderName name = HeaderName.of(key);
          if (wanted.test(name)) {
            add(fields, name, value);
          }
        });
  }

  private static void add(HeaderFields fields, HeaderName name, Object value) {
    if (value instanceof Sequential || value instanceof List) {
      ((Iterable<?>) value).forEach(each -> fields.add(name, String.valueOf(each)));
    } else {
      fields.add(name, value == null ? "" : value.toString());
    }
  }
}
