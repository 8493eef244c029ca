package weir.http.multipart;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import weir.bytes.BlockInputStream;
import weir.http.body.Bodies;
import weir.http.body.StreamedContent;

/**
 * A form of parts as the body of a message, which must carry its {@link #contentType}. Files and
 * streams are read while they are sent.
 *
 * <pre>{@code
 * Multipart form = Multipart.of(List.of(Part.field("a", "1"), Part.file("f", path)));
 * HttpRequest.post(url).multipart(form).build();
 * }</pre>
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7578">RFC 7578</a>
 */
public final class Multipart implements StreamedContent {

  /** What stands in the headers of parts. */
  public enum Mode {
    /** All fields, names in ASCII only (RFC 2046); others are refused. */
    STRICT,
    /** What browsers send: the disposition, and the type of files. */
    BROWSER_COMPATIBLE,
    /** All fields, names in the form's charset (RFC 6532). */
    EXTENDED
  }

  /** Made with the first form. */
  private static final class Random {
    static final SecureRandom SOURCE = new SecureRandom();
  }

  private final List<Part> parts;
  private final String boundary;
  private final String subtype;
  private final Charset charset;
  private final Mode mode;

  private Multipart(List<Part> parts, String boundary, String subtype, Charset charset, Mode mode) {
    this.parts = List.copyOf(parts);
    this.boundary = boundary;
    this.subtype = subtype;
    this.charset = charset;
    this.mode = mode;
  }

  /** Returns a form of these parts. */
  public static Multipart of(List<Part> parts) {
    return of(parts, "form-data", StandardCharsets.UTF_8);
  }

  /**
   * Returns a message of these parts.
   *
   * @param subtype {@code form-data}, {@code mixed}…
   * @param charset of the names in the parts' headers
   */
  public static Multipart of(List<Part> parts, String subtype, Charset charset) {
    return of(parts, subtype, charset, Mode.EXTENDED);
  }

  /**
   * Returns a message of these parts.
   *
   * @throws IllegalArgumentException if a name cannot be written in that mode
   */
  public static Multipart of(List<Part> parts, String subtype, Charset charset, Mode mode) {
    if (mode == Mode.STRICT) {
      parts.forEach(Part::checkAscii);
    }
    return new Multipart(parts, newBoundary(), subtype, charset, mode);
  }

  /** Returns a delimiter that nothing else contains: 128 random bits in hexadecimal. */
  public static String newBoundary() {
    byte[] bytes = new byte[16];
    Random.SOURCE.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /** Returns the content type of the message. */
  public String contentType() {
    return "multipart/" + subtype + "; boundary=" + boundary;
  }

  @Override
  public InputStream open() {
    return new Reader();
  }

  @Override
  public boolean isReplayable() {
    return parts.stream().allMatch(Part::isReplayable);
  }

  @Override
  public void discard() {
    parts.forEach(part -> Bodies.discard(part.unread()));
  }

  /** The pieces one after the other: the delimiter and head of a part, its content, and so on. */
  private final class Reader extends BlockInputStream {
    private final Iterator<Part> rest = parts.iterator();
    private final List<Part> unopened = new ArrayList<>(parts);
    private Part part; // whose head is being read
    private boolean started;
    private boolean ended;
    private InputStream piece = InputStream.nullInputStream();

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      for (; ; ) {
        int n = piece.read(into, offset, length);
        if (n >= 0) {
          return n;
        }
        piece.close();
        if (!next()) {
          return -1;
        }
      }
    }

    private boolean next() throws IOException {
      if (part != null) {
        piece = part.open();
        unopened.remove(part);
        part = null;
      } else if (rest.hasNext()) {
        part = rest.next();
        piece = new ByteArrayInputStream(join(delimiter("\r\n"), part.head(charset, mode)));
      } else if (!ended) {
        ended = true;
        piece = new ByteArrayInputStream(delimiter("--\r\n"));
      } else {
        piece = InputStream.nullInputStream();
        return false;
      }
      return true;
    }

    private byte[] delimiter(String end) {
      String line = (started ? "\r\n--" : "--") + boundary + end;
      started = true;
      return line.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public void close() throws IOException {
      piece.close();
      unopened.forEach(each -> Bodies.discard(each.unread()));
    }
  }

  private static byte[] join(byte[] a, byte[] b) {
    byte[] all = java.util.Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, all, a.length, b.length);
    return all;
  }
}
