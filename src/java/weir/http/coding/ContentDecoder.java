package weir.http.coding;

import io.netty.handler.codec.compression.Brotli;
import io.netty.handler.codec.compression.Zstd;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Undoes content codings: what a client can read, and how. */
public final class ContentDecoder {

  private ContentDecoder() {}

  private static final class Accepted {
    static final String VALUE =
        "gzip, deflate"
            + (Brotli.isAvailable() ? ", br" : "")
            + (Zstd.isAvailable() ? ", zstd" : "");
  }

  /** Returns the {@code Accept-Encoding} of a client that decodes. */
  public static String accepted() {
    return Accepted.VALUE;
  }

  /**
   * Returns whether a body can be decoded.
   *
   * @param contentEncoding the message's {@code Content-Encoding} fields
   */
  public static boolean canDecode(List<String> contentEncoding) {
    List<String> codings = codings(contentEncoding);
    return !codings.isEmpty() && codings.stream().allMatch(ContentDecoder::isKnown);
  }

  /**
   * Returns a stream of the plain body, which is decoded by whoever reads it.
   *
   * @param contentEncoding codings in the order in which they were applied; all must be known
   * @param max so many plain bytes may come until reading fails
   */
  public static InputStream decode(InputStream body, List<String> contentEncoding, long max) {
    return new DecodedStream(body, codings(contentEncoding), max);
  }

  private static List<String> codings(List<String> fields) {
    List<String> codings = new ArrayList<>();
    for (String field : fields) {
      for (String each : field.split(",")) {
        String name = each.trim().toLowerCase(Locale.ROOT);
        if (!name.isEmpty() && !name.equals("identity")) {
          codings.add(name);
        }
      }
    }
    return codings;
  }

  private static boolean isKnown(String coding) {
    return switch (coding) {
      case "gzip", "x-gzip", "deflate" -> true;
      case "br" -> Brotli.isAvailable();
      case "zstd" -> Zstd.isAvailable();
      default -> false;
    };
  }

  static InputStream open(InputStream in, String coding) throws IOException {
    return switch (coding) {
      case "br" -> new BrotliStream(in);
      case "zstd" -> new ZstdStream(in);
      default -> new InflatedStream(in, !coding.equals("deflate"));
    };
  }
}
