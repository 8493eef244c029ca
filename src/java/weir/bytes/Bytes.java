package weir.bytes;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import manifold.stream.core.IEventSource;

/**
 * Turns whatever holds bytes into what the caller needs: direct calls for the usual types, {@link
 * Conversions} for all others.
 *
 * <p>An InputStream or a source that is read into memory is closed, once, also when reading fails;
 * reading blocks the calling thread. A null is refused with an IllegalArgumentException.
 */
public final class Bytes {

  private Bytes() {}

  // ---- to memory

  /** Returns the bytes of {@code x}; text is UTF-8. May return {@code x} or its backing array. */
  public static byte[] toByteArray(Object x) throws IOException {
    return toByteArray(x, Options.NONE);
  }

  /** Returns the bytes of {@code x}. May return {@code x} or its backing array. */
  public static byte[] toByteArray(Object x, Options options) throws IOException {
    if (x instanceof byte[] b) {
      return b;
    }
    if (x instanceof String s) {
      return s.getBytes(options.charset());
    }
    if (x instanceof ByteBuffer b) {
      return Chunks.array(b);
    }
    if (x instanceof InputStream in) {
      return drain(in);
    }
    if (x instanceof IEventSource source) {
      return drain(new SourceInputStream(source));
    }
    return (byte[]) convert(x, byte[].class, options);
  }

  private static byte[] drain(InputStream in) throws IOException {
    try (in) {
      return in.readAllBytes();
    }
  }

  /** Returns a view of the bytes of {@code x}, or a copy; {@code x} itself if it is a buffer. */
  public static ByteBuffer toByteBuffer(Object x) throws IOException {
    return toByteBuffer(x, Options.NONE);
  }

  /** Returns a view of the bytes of {@code x}, or a copy; {@code x} itself if it is a buffer. */
  public static ByteBuffer toByteBuffer(Object x, Options options) throws IOException {
    if (x instanceof ByteBuffer b) {
      return b;
    }
    return x instanceof byte[] || x instanceof String
        ? ByteBuffer.wrap(toByteArray(x, options))
        : (ByteBuffer) convert(x, ByteBuffer.class, options);
  }

  /** Returns a buffer whose position is its own, sharing the bytes of {@code x} where it can. */
  static ByteBuffer view(Object x) throws IOException {
    if (x instanceof byte[] b) {
      return ByteBuffer.wrap(b);
    }
    return x instanceof ByteBuffer b ? b.duplicate() : toByteBuffer(x);
  }

  /** Returns the text of {@code x}, decoded as UTF-8 with malformed bytes replaced. */
  public static String toString(Object x) throws IOException {
    return toString(x, Options.NONE);
  }

  /** Returns the text of {@code x}, decoded with {@code charset}, malformed bytes replaced. */
  public static String toString(Object x, Charset charset) throws IOException {
    if (x instanceof byte[] b) {
      return new String(b, charset);
    }
    return charset == StandardCharsets.UTF_8 || x instanceof String
        ? toString(x)
        : toString(x, Options.of(java.util.Map.of(Options.ENCODING, charset)));
  }

  /** Returns the text of {@code x}, decoded as {@code options} say. */
  public static String toString(Object x, Options options) throws IOException {
    if (x instanceof String s) {
      return s;
    }
    if (x instanceof byte[] b) {
      return Charsets.decode(b, 0, b.length, options);
    }
    if (x instanceof ByteBuffer b) {
      return decode(b, options);
    }
    if (x instanceof InputStream || x instanceof IEventSource) {
      byte[] all = toByteArray(x, options);
      return Charsets.decode(all, 0, all.length, options);
    }
    return (String) convert(x, String.class, options);
  }

  private static String decode(ByteBuffer b, Options options) {
    if (b.hasArray()) {
      return Charsets.decode(b.array(), b.arrayOffset() + b.position(), b.remaining(), options);
    }
    byte[] copy = Chunks.copy(b);
    return Charsets.decode(copy, 0, copy.length, options);
  }

  // ---- to a stream

  /** Returns a stream of the bytes of {@code x}; the caller closes it. */
  public static InputStream toInputStream(Object x) throws IOException {
    return toInputStream(x, Options.NONE);
  }

  /**
   * Returns a stream of the bytes of {@code x}; closing it closes {@code x} where that can be
   * closed. A buffer keeps its position. Of a source at most {@code :buffer-size} bytes and one
   * chunk are taken ahead.
   */
  public static InputStream toInputStream(Object x, Options options) throws IOException {
    if (x instanceof InputStream in) {
      return in;
    }
    if (x instanceof byte[] b) {
      return new ByteArrayInputStream(b);
    }
    if (x instanceof ByteBuffer b) {
      return new ByteBufferInputStream(b.duplicate());
    }
    if (x instanceof String s) {
      return new ByteArrayInputStream(s.getBytes(options.charset()));
    }
    if (x instanceof IEventSource source) {
      return new SourceInputStream(
          source, options.bufferSize(SourceInputStream.DEFAULT_BUFFER_BYTES));
    }
    return (InputStream) convert(x, InputStream.class, options);
  }

  private static Object convert(Object x, Class<?> target, Options options) throws IOException {
    return Conversions.convert(x, target, options);
  }
}
