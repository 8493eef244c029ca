package weir.http.http2;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.ReadOnlyHttp2Headers;
import io.netty.util.AsciiString;
import java.util.Arrays;
import java.util.Locale;
import weir.http.HeaderFields;
import weir.http.HeaderName;

/**
 * Gathers the fields of one message after the other for the codec, and remembers values that come again
 * and again. For one thread at a time.
 */
public final class FieldSection {

  private static final int CACHED = 64;
  private static final int MAX_CACHED_LENGTH = 64;

  private final String[] known = new String[CACHED];
  private final AsciiString[] encoded = new AsciiString[CACHED];
  private AsciiString[] pairs = new AsciiString[32];
  private int length;
  private int lastStatus;
  private AsciiString lastStatusText;

  /** Forgets the fields of the message before. */
  public void clear() {
    length = 0;
  }

  /**
   * Adds a field.
   *
   * @throws IllegalArgumentException if the value has a character that could end a line (RFC 9110
   *     §5.5), or is not Latin-1
   */
  public void add(HeaderName name, String value) {
    add(name.lower(), text(name, value));
  }

  /** Adds a field that is known to be good. */
  public void add(AsciiString name, AsciiString value) {
    if (length == pairs.length) {
      pairs = Arrays.copyOf(pairs, length * 2);
    }
    pairs[length] = name;
    pairs[length + 1] = value;
    length += 2;
  }

  private AsciiString text(HeaderName name, String value) {
    int slot = value.hashCode() & CACHED - 1;
    if (value.equals(known[slot])) {
      return encoded[slot];
    }
    AsciiString text = encode(name, value);
    if (value.length() <= MAX_CACHED_LENGTH) {
      known[slot] = value;
      encoded[slot] = text;
    }
    return text;
  }

  private static AsciiString encode(HeaderName name, String value) {
    byte[] bytes = new byte[value.length()];
    for (int i = 0; i < bytes.length; i++) {
      char c = value.charAt(i);
      if (c < 0x20 ? c != '\t' : c == 0x7f || c > 0xff) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "header %s has the character U+%04X at index %d (expected: Latin-1 without control"
                    + " characters)",
                name.name(),
                (int) c,
                i));
      }
      bytes[i] = (byte) c;
    }
    return new AsciiString(bytes, false);
  }

  /** Returns the gathered fields behind a status. */
  public Http2Headers response(int status) {
    if (status != lastStatus) {
      lastStatus = status;
      lastStatusText = HttpResponseStatus.valueOf(status).codeAsText();
    }
    return ReadOnlyHttp2Headers.serverHeaders(false, lastStatusText, pairs());
  }

  /** Returns the gathered fields behind those of a request; null for one that it has not. */
  public Http2Headers request(
      AsciiString method, AsciiString path, AsciiString scheme, AsciiString authority) {
    return ReadOnlyHttp2Headers.clientHeaders(false, method, path, scheme, authority, pairs());
  }

  /** Returns the gathered fields alone. */
  public Http2Headers trailers() {
    return ReadOnlyHttp2Headers.trailers(false, pairs());
  }

  private AsciiString[] pairs() {
    return Arrays.copyOf(pairs, length);
  }

  /** Returns a response head of fields that were checked. */
  public static Http2Headers response(int status, HeaderFields fields) {
    return of(fields).response(status);
  }

  /** Returns trailers of fields that were checked. */
  public static Http2Headers trailers(HeaderFields fields) {
    return of(fields).trailers();
  }

  private static FieldSection of(HeaderFields fields) {
    FieldSection section = new FieldSection();
    for (int i = 0; i < fields.size(); i++) {
      if (!fields.name(i).isOfConnection()) {
        section.add(fields.name(i), fields.value(i));
      }
    }
    return section;
  }
}
