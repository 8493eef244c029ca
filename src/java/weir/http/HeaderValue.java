package weir.http;

import clojure.lang.Keyword;
import clojure.lang.Symbol;
import io.netty.handler.codec.DateFormatter;
import java.util.Date;

/** What a value of a Ring header map is on the wire. */
public final class HeaderValue {

  private HeaderValue() {}

  /**
   * Returns the text of one value: a string as it is, a Date by RFC 9110 §5.6.7, all else printed.
   *
   * @throws IllegalArgumentException if it is null
   */
  public static String text(HeaderName header, Object value) {
    if (value instanceof String s) {
      return s;
    }
    if (value instanceof Date date) {
      return DateFormatter.format(date);
    }
    if (value == null) {
      throw new IllegalArgumentException(
          "header " + header.name() + " is nil (expected: a string, or no such header)");
    }
    // A keyword keeps its colon, a set is printed: what programs have come to rely on.
    return value instanceof Keyword || value instanceof Symbol ? value.toString() : "" + value;
  }
}
