package weir.http.http2;

import clojure.lang.Sequential;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Map;
import weir.http.HeaderMap;
import weir.http.HeaderName;
import weir.http.HeaderValue;

/**
 * Ring's header maps as Netty's field sections and the other way round: for programs that put handlers
 * of their own into a pipeline. The server and the client do without.
 */
public final class FieldMaps {

  private FieldMaps() {}

  /**
   * Adds a field of a Ring header map.
   *
   * @param value one value, or a sequence of them
   * @throws IllegalArgumentException if it can't be sent, or speaks of an HTTP/1 connection
   */
  public static void add(Http2Headers section, Object name, Object value) {
    HeaderName header = HeaderName.of(name);
    if (header.isOfConnection()) {
      throw new IllegalArgumentException(
          "header " + header.name() + " (expected: none about the connection in HTTP/2)");
    }
    if (value instanceof Sequential || value instanceof List) {
      for (Object each : (Iterable<?>) value) {
        addOne(section, header, HeaderValue.text(header, each));
      }
    } else {
      addOne(section, header, HeaderValue.text(header, value));
    }
  }

  private static void addOne(Http2Headers section, HeaderName header, String value) {
    if (!FieldRules.isValue(value)) {
      throw new IllegalArgumentException(
          "header " + header.name() + " (expected: no control characters, no space around it)");
    }
    section.add(header.lower(), value);
  }

  /** Returns the fields of a section as a Ring header map, without pseudo-header fields. */
  public static HeaderMap map(Http2Headers section) {
    Http2Fields fields = new Http2Fields();
    for (Map.Entry<CharSequence, CharSequence> field : section) {
      if (!FieldRules.isPseudo(field.getKey())) {
        fields.append(field.getKey(), field.getValue());
      }
    }
    return new HeaderMap(fields);
  }

  /**
   * Returns a status as it stands in {@code :status}.
   *
   * @param status a number, a text of one, an AsciiString or an HttpResponseStatus
   * @throws IllegalArgumentException if it is none
   */
  public static AsciiString status(Object status) {
    if (status instanceof HttpResponseStatus known) {
      return known.codeAsText();
    }
    try {
      long code =
          status instanceof Number number ? number.longValue() : Long.parseLong("" + status);
      if (code >= 100 && code <= 999) {
        return HttpResponseStatus.valueOf((int) code).codeAsText();
      }
    } catch (NumberFormatException e) {
      // falls through to the one message for both faults
    }
    throw new IllegalArgumentException("status: " + status + " (expected: 100-999)");
  }
}
