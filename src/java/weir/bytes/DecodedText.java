package weir.bytes;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Text that is read and decoded when somebody looks: {@code charAt} and {@code subSequence} force
 * as much as they need, {@code length} and {@code toString} everything. The source is closed at its
 * end, or by {@code close}; then what was decoded stays.
 *
 * <p>A failure to read is thrown as it is. Malformed bytes are replaced, left out, or with {@code
 * :report} an IllegalArgumentException.
 */
public final class DecodedText implements CharSequence, Closeable {

  private static final int DEFAULT_CHUNK = 1024;

  /** Hands out the next bytes. */
  @FunctionalInterface
  public interface Taker {
    /** Returns up to {@code n} bytes in any representation, null at the end. */
    Object take(int n) throws Exception;

    /** Returns all that is left in one representation of bytes; null to have it taken in pieces. */
    default Object takeAll() throws Exception {
      return null;
    }
  }

  /** A stream may know its length, and then needs one array and no copy of it. */
  private record StreamTaker(InputStream in, Options options) implements Taker {
    @Override
    public Object take(int n) throws IOException {
      return ByteSource.take(in, n, options);
    }

    @Override
    public Object takeAll() throws IOException {
      return in.readAllBytes();
    }
  }

  private final ReentrantLock lock = new ReentrantLock(); // not a monitor: reading may block
  private final Taker taker;
  private final AutoCloseable closer;
  private final Options options;
  private final int chunkSize;
  private StringBuilder text; // null until somebody wants a part
  private String all; // set at the end
  private Decoder decoder;
  private boolean closed;

  /**
   * Makes a text of what {@code taker} hands out.
   *
   * @param closer called once, at the end or at {@code close}
   * @param options {@code :chunk-size} (1024), {@code :encoding}, {@code :on-encoding-error}
   */
  public DecodedText(Taker taker, AutoCloseable closer, Options options) {
    this.taker = Objects.requireNonNull(taker, "taker");
    this.closer = Objects.requireNonNull(closer, "closer");
    this.options = options;
    this.chunkSize = options.chunkSize(DEFAULT_CHUNK);
    options.charset(); // a wrong name is reported here, not at the first look
    options.onEncodingError();
  }

  /** Makes a text of a byte source. */
  static DecodedText of(Object x, Options options) {
    Object source = x instanceof ByteBuffer b ? b.duplicate() : x;
    Taker taker =
        source instanceof InputStream in
            ? new StreamTaker(in, options)
            : n -> ByteSource.take(source, n, options);
    return new DecodedText(taker, () -> Closing.closeIfOpen(source), options);
  }

  // ---- being text

  @Override
  public char charAt(int index) {
    return force(Objects.checkIndex(index, Integer.MAX_VALUE) + 1).charAt(index);
  }

  @Override
  public CharSequence subSequence(int start, int end) {
    return force(end).subSequence(start, end);
  }

  @Override
  public int length() {
    return toString().length();
  }

  @Override
  public String toString() {
    lock.lock();
    try {
      if (all == null && text == null && !closed) {
        all = decodeAtOnce();
      }
      return all != null ? all : force(Integer.MAX_VALUE).toString();
    } finally {
      lock.unlock();
    }
  }

  /** Returns at least the first {@code n} characters, or all there are. */
  private CharSequence force(int n) {
    lock.lock();
    try {
      while (all == null && !closed && !has(n)) {
        decodeChunk();
      }
      return all != null ? all : text == null ? "" : text;
    } finally {
      lock.unlock();
    }
  }

  private boolean has(int n) {
    return text != null && text.length() >= n;
  }

  // ---- decoding

  /** Nobody looked at a part before: one pass over all bytes is several times faster. */
  private String decodeAtOnce() {
    try {
      Object rest = taker.takeAll();
      byte[] bytes = rest != null ? Bytes.toByteArray(rest, options) : Chunks.join(takeChunks());
      return Charsets.decode(bytes, 0, bytes.length, options);
    } catch (Exception e) {
      throw Closing.sneaky(e);
    } finally {
      closeOnce();
    }
  }

  private void decodeChunk() {
    if (text == null) {
      text = new StringBuilder();
      decoder = new Decoder(options);
    }
    boolean more = false;
    try {
      ByteBuffer chunk = takeChunk(chunkSize);
      more = chunk != null;
      text.append(more ? decoder.decode(chunk) : decoder.end());
      all = more ? null : text.toString();
    } catch (Throwable t) {
      more = false;
      throw Closing.sneaky(t);
    } finally {
      if (!more) {
        closeOnce();
      }
    }
  }

  private ArrayDeque<ByteBuffer> takeChunks() throws Exception {
    ArrayDeque<ByteBuffer> chunks = new ArrayDeque<>();
    for (ByteBuffer c; (c = takeChunk(Math.max(chunkSize, 65536))) != null; ) {
      chunks.add(c);
    }
    return chunks;
  }

  private ByteBuffer takeChunk(int n) throws Exception {
    Object bytes = taker.take(n);
    return bytes == null ? null : Bytes.toByteBuffer(bytes, options).duplicate();
  }

  // ---- ending

  private void closeOnce() {
    if (!closed) {
      closed = true;
      try {
        closer.close();
      } catch (Exception e) {
        throw Closing.sneaky(e);
      }
    }
  }

  /** Closes the source; what was decoded so far stays readable. */
  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      closeOnce();
    } finally {
      lock.unlock();
    }
  }
}
