package weir.http.coding;

import java.util.List;
import java.util.Locale;
import weir.http.HeaderName;
import weir.http.body.StreamingBody;

/**
 * Decides for one response after the other whether it is encoded, and says what its head has to tell of
 * that. Belongs to the writer of the heads.
 */
public final class Negotiation {

  private static final String ACCEPT_ENCODING = "accept-encoding";

  /** Takes a line of the head. */
  @FunctionalInterface
  public interface Lines {
    /** Adds a field. */
    void add(HeaderName name, String value);
  }

  private static final HeaderName ETAG = HeaderName.of("etag");
  private static final HeaderName VARY = HeaderName.of("vary");
  private static final HeaderName CONTENT_ENCODING = HeaderName.of("content-encoding");

  private final Compression compression;
  private boolean excluded;
  private boolean varies;
  private String coding;
  private String etag;
  private String vary;

  /** Makes one that chooses from {@code compression}. */
  public Negotiation(Compression compression) {
    this.compression = compression;
  }

  /** Starts a response. */
  public void begin(int status) {
    excluded = status == 206;
    varies = false;
    coding = null;
    etag = null;
    vary = null;
  }

  /**
   * Looks at a field of the response.
   *
   * @return whether it is written by {@link #writeTo} instead
   */
  public boolean take(HeaderName name, String value) {
    switch (name.name()) {
      case "Content-Encoding", "Content-Range" -> excluded = true;
      case "Cache-Control" -> excluded |= value.toLowerCase(Locale.ROOT).contains("no-transform");
      case "ETag" -> {
        etag = value;
        return true;
      }
      case "Vary" -> {
        vary = vary == null ? value : vary + ", " + value;
        return true;
      }
      default -> {}
    }
    return false;
  }

  /** A response without its body, whose head is that of one which may have been encoded. */
  public void withoutBody() {
    varies = !excluded;
  }

  /**
   * Decides about the body.
   *
   * @return the name of the coding, or null to leave the body as it is
   * @param acceptEncoding what the client has said, null for a method whose response stays as it is
   * @param length of the body, -1 if that is not known
   */
  public String decide(List<String> acceptEncoding, long length, String contentType) {
    if (excluded
        || (length >= 0 && length < Compression.MIN_BYTES)
        || !MediaTypes.isCompressible(contentType)) {
      return null;
    }
    varies = true;
    coding = acceptEncoding == null ? null : compression.choose(acceptEncoding);
    return coding;
  }

  /** Returns an encoder for the body, which {@link #decide} has given a coding. */
  public Encoder encoder() {
    return compression.encoder(coding);
  }

  /**
   * Returns the body, encoded.
   *
   * @param announced how long the program has said the plain body to be, or -1
   */
  public StreamingBody encoded(StreamingBody plain, long announced) {
    String chosen = coding;
    StreamingBody body = plain.encoded(() -> compression.encoder(chosen), announced);
    return body != null ? body : new CodedBody(plain, compression, chosen, announced);
  }

  /** The encoded body was no smaller, and the plain one is sent. */
  public void giveUp() {
    coding = null;
  }

  /** Writes what the head has to tell: RFC 9110 §8.4, §8.8.3, §12.5.5. */
  public void writeTo(Lines lines) {
    if (varies && !names(vary, ACCEPT_ENCODING)) {
      lines.add(VARY, vary == null ? ACCEPT_ENCODING : vary + ", " + ACCEPT_ENCODING);
    } else if (vary != null) {
      lines.add(VARY, vary);
    }
    if (etag != null) {
      // The bytes differ from those of the plain body, so they can't share a strong validator.
      lines.add(ETAG, coding != null && etag.startsWith("\"") ? "W/" + etag : etag);
    }
    if (coding != null) {
      lines.add(CONTENT_ENCODING, coding);
    }
  }

  private static boolean names(String field, String name) {
    if (field != null) {
      for (String each : field.split(",")) {
        String trimmed = each.trim();
        if (trimmed.equals("*") || trimmed.equalsIgnoreCase(name)) {
          return true;
        }
      }
    }
    return false;
  }
}
