package weir.http.multipart;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import weir.bytes.BlockInputStream;
import weir.http.ContentType;

/**
 * Reads a multipart body part after part; the content of each is a stream over the body itself.
 *
 * <pre>{@code
 * MultipartReader reader = MultipartReader.of(body, contentType);
 * for (InboundPart part; (part = reader.next()) != null; ) {
 *   part.content().transferTo(...);
 * }
 * }</pre>
 *
 * <p>Not for several threads at once. A body that ends early or is not well-formed is an IOException.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc2046#section-5.1">RFC 2046 §5.1</a>
 */
public final class MultipartReader {

  /** The largest header block of a part: 16 KiB. */
  public static final int MAX_HEAD_BYTES = 16 * 1024;

  /** The longest boundary that RFC 2046 allows is 70. */
  private static final int MAX_BOUNDARY = 200;

  private static final int BUFFER = 16 * 1024;

  private final InputStream in;
  private final byte[] delimiter; // CR LF - - boundary
  private final byte[] buffer;
  private int position;
  private int end;
  private int known; // no delimiter begins between the position and this
  private boolean eof;
  private boolean finished;
  private Content current;

  private MultipartReader(InputStream in, String boundary) {
    this.in = in;
    this.delimiter = ("\r\n--" + boundary).getBytes(StandardCharsets.ISO_8859_1);
    this.buffer = new byte[BUFFER];
    // As if a line had ended: then the first delimiter is like all others.
    buffer[0] = '\r';
    buffer[1] = '\n';
    end = 2;
    current = new Content();
  }

  /** Returns whether a content type is one of multipart messages. */
  public static boolean isMultipart(String contentType) {
    return contentType != null && contentType.regionMatches(true, 0, "multipart/", 0, 10);
  }

  /**
   * Returns a reader of a body.
   *
   * @throws IllegalArgumentException if the content type is not one of multipart messages, or has no
   *     boundary
   */
  public static MultipartReader of(InputStream body, String contentType) {
    String boundary =
        isMultipart(contentType) ? ContentType.parameter(contentType, "boundary") : null;
    if (boundary == null || boundary.length() > MAX_BOUNDARY) {
      throw new IllegalArgumentException(
          "content type is " + contentType + " (expected: multipart/form-data with a boundary)");
    }
    return new MultipartReader(body, boundary);
  }

  /**
   * Returns the next part, or null at the end. What is unread of the part before is skipped.
   *
   * @throws IOException if the body cannot be read, ends early, or is not well-formed
   */
  public InboundPart next() throws IOException {
    if (finished) {
      return null;
    }
    current.skipAll();
    position += delimiter.length;
    if (isClosing()) {
      finished = true;
      return null;
    }
    Map<String, String> fields = fields();
    current = new Content();
    return new InboundPart(fields, current);
  }

  /** After a delimiter: two hyphens end it all, else its line ends. */
  private boolean isClosing() throws IOException {
    int first = readByte();
    int second = readByte();
    if (first == '-' && second == '-') {
      return true;
    }
    while (first == ' ' || first == '\t') { // RFC 2046: transport may pad the line
      first = second;
      second = readByte();
    }
    if (first != '\r' || second != '\n') {
      throw new MultipartException("a boundary is followed by neither a new line nor --");
    }
    return false;
  }

  private Map<String, String> fields() throws IOException {
    Map<String, String> fields = new LinkedHashMap<>();
    int left = MAX_HEAD_BYTES;
    for (String line; !(line = line(left)).isEmpty(); ) {
      left -= line.length();
      int colon = line.indexOf(':');
      if (colon <= 0) {
        throw new MultipartException("the header of a part has a line without a colon");
      }
      String name = line.substring(0, colon).trim().toLowerCase(Locale.ROOT);
      fields.putIfAbsent(name, line.substring(colon + 1).trim());
    }
    return fields;
  }

  private String line(int limit) throws IOException {
    java.io.ByteArrayOutputStream line = new java.io.ByteArrayOutputStream();
    int c;
    while ((c = readByte()) != '\r') {
      line.write(c);
      if (line.size() > limit) {
        throw new MultipartException(
            "the header of a part has more than " + MAX_HEAD_BYTES + " bytes");
      }
    }
    if (readByte() != '\n') {
      throw new MultipartException("the header of a part has a bare CR");
    }
    return line.toString(StandardCharsets.UTF_8);
  }

  private int readByte() throws IOException {
    if (position == end && !fill()) {
      throw endedEarly();
    }
    return buffer[position++] & 0xff;
  }

  private static EOFException endedEarly() {
    return new EOFException("the multipart body ended before its closing boundary");
  }

  /** Reads more behind what is there; returns false at the end of the body. */
  private boolean fill() throws IOException {
    if (eof) {
      return false;
    }
    System.arraycopy(buffer, position, buffer, 0, end - position);
    end -= position;
    known -= position;
    position = 0;
    int n = in.read(buffer, end, buffer.length - end);
    eof = n < 0;
    end += Math.max(n, 0);
    return !eof;
  }

  /** How many bytes from here on belong to the part for sure; 0 at its delimiter. */
  private int known() throws IOException {
    while (known <= position) {
      int at = indexOfDelimiter();
      if (at == position) {
        return 0;
      }
      known = at >= 0 ? at : end - (delimiter.length - 1);
      if (known <= position && !fill()) {
        throw endedEarly();
      }
    }
    return known - position;
  }

  private int indexOfDelimiter() {
    int last = end - delimiter.length;
    for (int i = position; i <= last; i++) {
      if (buffer[i] == '\r' && isDelimiterAt(i)) {
        return i;
      }
    }
    return -1;
  }

  private boolean isDelimiterAt(int start) {
    for (int i = 1; i < delimiter.length; i++) {
      if (buffer[start + i] != delimiter[i]) {
        return false;
      }
    }
    return true;
  }

  /** The content of one part; at its end once the next part has been asked for. */
  private final class Content extends BlockInputStream {

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      int n = current == this ? Math.min(known(), length) : 0;
      System.arraycopy(buffer, position, into, offset, n);
      position += n;
      return n == 0 ? -1 : n;
    }

    @Override
    public int available() {
      return current == this ? Math.max(0, end - position - delimiter.length) : 0;
    }

    void skipAll() throws IOException {
      for (int n; (n = known()) > 0; ) {
        position += n;
      }
    }
  }
}
