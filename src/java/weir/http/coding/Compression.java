package weir.http.coding;

import io.netty.handler.codec.compression.Brotli;
import io.netty.handler.codec.compression.BrotliOptions;
import io.netty.handler.codec.compression.CompressionOptions;
import io.netty.handler.codec.compression.DeflateOptions;
import io.netty.handler.codec.compression.GzipOptions;
import io.netty.handler.codec.compression.SnappyOptions;
import io.netty.handler.codec.compression.StandardCompressionOptions;
import io.netty.handler.codec.compression.Zstd;
import io.netty.handler.codec.compression.ZstdOptions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;

/**
 * Which codings a server may use for its responses. Immutable.
 *
 * <p>The client's {@code Accept-Encoding} decides; between codings that it likes equally well the
 * first of br, zstd, snappy, gzip and deflate is taken (RFC 9110 §12.5.3). One rule for every version
 * of HTTP.
 */
public final class Compression {

  /** Bodies that are known to be smaller than this are sent as they are: 256 bytes. */
  public static final int MIN_BYTES = 256;

  private static final List<String> PREFERENCE = List.of("br", "zstd", "snappy", "gzip", "deflate");

  /** What one coding is called and how it is done. */
  private record Codec(String name, CompressionOptions options) {}

  private final List<Codec> codecs; // the preferred one first

  private Compression(List<Codec> codecs) {
    this.codecs = codecs;
  }

  /**
   * Returns all codings with their usual settings: gzip, deflate, and br with the library brotli4j and
   * zstd with zstd-jni.
   */
  public static Compression standard() {
    return withLevel(StandardCompressionOptions.gzip().compressionLevel());
  }

  /**
   * Returns the same, with how hard gzip and deflate try.
   *
   * @param level from 1, the fastest, to 9, the smallest
   * @throws IllegalArgumentException if it is out of range
   */
  public static Compression withLevel(int level) {
    if (level < 1 || level > 9) {
      throw new IllegalArgumentException("level: " + level + " (expected: 1-9)");
    }
    List<CompressionOptions> all = new ArrayList<>();
    if (Brotli.isAvailable()) {
      all.add(StandardCompressionOptions.brotli());
    }
    if (Zstd.isAvailable()) {
      all.add(StandardCompressionOptions.zstd());
    }
    all.add(StandardCompressionOptions.gzip(level, 15, 8));
    all.add(StandardCompressionOptions.deflate(level, 15, 8));
    return of(all);
  }

  /**
   * Returns just these codings, of each kind the last.
   *
   * @throws IllegalArgumentException if there is none, or one of them cannot be used
   */
  public static Compression of(Collection<? extends CompressionOptions> options) {
    List<Codec> codecs = new ArrayList<>();
    for (String name : PREFERENCE) {
      Codec last = null;
      for (CompressionOptions o : options) {
        last = nameOf(o).equals(name) ? new Codec(name, o) : last;
      }
      if (last != null) {
        codecs.add(last);
      }
    }
    if (codecs.isEmpty()) {
      throw new IllegalArgumentException("options: none (expected: at least one coding)");
    }
    return new Compression(List.copyOf(codecs));
  }

  private static String nameOf(CompressionOptions options) {
    Objects.requireNonNull(options, "options");
    if (options instanceof GzipOptions) {
      return "gzip";
    }
    if (options instanceof DeflateOptions) {
      return "deflate";
    }
    if (options instanceof BrotliOptions) {
      return available("br", Brotli.isAvailable(), "com.aayushatharva.brotli4j:brotli4j");
    }
    if (options instanceof ZstdOptions) {
      return available("zstd", Zstd.isAvailable(), "com.github.luben:zstd-jni");
    }
    if (options instanceof SnappyOptions) {
      return "snappy";
    }
    throw new IllegalArgumentException(
        "options: "
            + options
            + " (expected: what io.netty.handler.codec.compression.StandardCompressionOptions makes)");
  }

  private static String available(String name, boolean available, String library) {
    if (!available) {
      throw new IllegalArgumentException(name + " needs " + library + " on the class path");
    }
    return name;
  }

  /** Returns the codings, the preferred one first. */
  public List<CompressionOptions> options() {
    return codecs.stream().map(Codec::options).toList();
  }

  /** Returns the names of the codings, the preferred one first. */
  public List<String> names() {
    return codecs.stream().map(Codec::name).toList();
  }

  /**
   * Returns the name of the coding for a client, or null if the body is to stay as it is.
   *
   * @param acceptEncoding the values of all its {@code Accept-Encoding} fields
   */
  public String choose(List<String> acceptEncoding) {
    return acceptEncoding.isEmpty() ? null : choose(Acceptance.of(acceptEncoding));
  }

  /** Returns the name of the coding for a client, or null if the body is to stay as it is. */
  public String choose(Acceptance accepted) {
    String best = null;
    float most = Math.max(0, accepted.weightOfIdentity());
    for (Codec c : codecs) {
      float weight = accepted.weight(c.name());
      if (weight > most || weight > 0 && weight == most && best == null) {
        best = c.name();
        most = weight;
      }
    }
    return best;
  }

  /** Returns an encoder for one body. */
  public Encoder encoder(String name) {
    for (Codec c : codecs) {
      if (c.name().equals(name)) {
        return new Encoder(c.options());
      }
    }
    throw new IllegalArgumentException("name: " + name + " (expected: one of " + names() + ")");
  }

  @Override
  public String toString() {
    return "Compression" + names();
  }
}
