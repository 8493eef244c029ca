package aleph.http;

import io.netty.handler.codec.compression.BrotliOptions;
import io.netty.handler.codec.compression.CompressionOptions;
import io.netty.handler.codec.compression.DeflateOptions;
import io.netty.handler.codec.compression.GzipOptions;
import io.netty.handler.codec.compression.SnappyOptions;
import io.netty.handler.codec.compression.StandardCompressionOptions;
import io.netty.handler.codec.compression.ZstdOptions;

/** What {@code :compression-options} may hold, with Netty's usual settings. */
public final class AlephCompressionOptions {

  private AlephCompressionOptions() {}

  /** Returns the settings of {@code br}. */
  public static BrotliOptions brotli() {
    return StandardCompressionOptions.brotli();
  }

  /** Returns the settings of {@code zstd}. */
  public static ZstdOptions zstd() {
    return StandardCompressionOptions.zstd();
  }

  /** Returns the settings of {@code snappy}. */
  public static SnappyOptions snappy() {
    return StandardCompressionOptions.snappy();
  }

  /** Returns the settings of {@code gzip}. */
  public static GzipOptions gzip() {
    return StandardCompressionOptions.gzip();
  }

  /** Returns the settings of {@code deflate}. */
  public static DeflateOptions deflate() {
    return StandardCompressionOptions.deflate();
  }

  /** Returns whether one of them is of {@code br}. */
  public static boolean hasBrotli(CompressionOptions[] options) {
    return has(BrotliOptions.class, options);
  }

  /** Returns whether one of them is of {@code zstd}. */
  public static boolean hasZstd(CompressionOptions[] options) {
    return has(ZstdOptions.class, options);
  }

  /** Returns whether one of them is of {@code snappy}. */
  public static boolean hasSnappy(CompressionOptions[] options) {
    return has(SnappyOptions.class, options);
  }

  /** Returns whether one of them is of {@code gzip}. */
  public static boolean hasGzip(CompressionOptions[] options) {
    return has(GzipOptions.class, options);
  }

  /** Returns whether one of them is of {@code deflate}. */
  public static boolean hasDeflate(CompressionOptions[] options) {
    return has(DeflateOptions.class, options);
  }

  /** By the very class: deflate's is the superclass of gzip's. */
  private static boolean has(Class<?> type, CompressionOptions[] options) {
    for (CompressionOptions each : options) {
      if (each.getClass() == type) {
        return true;
      }
    }
    return false;
  }
}
