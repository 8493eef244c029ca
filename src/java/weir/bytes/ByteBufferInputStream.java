package weir.bytes;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.Objects;

/**
 * Reads from the buffer it is given and moves its position; give it a duplicate to leave the
 * caller's buffer alone. {@code mark} and {@code reset} are the buffer's own. Not thread-safe.
 */
public class ByteBufferInputStream extends InputStream {

  private final ByteBuffer buffer;

  /** Makes a stream of the remaining bytes of {@code buffer}. */
  public ByteBufferInputStream(ByteBuffer buffer) {
    this.buffer = Objects.requireNonNull(buffer, "buffer");
  }

  @Override
  public int read() {
    return buffer.hasRemaining() ? buffer.get() & 0xff : -1;
  }

  @Override
  public int read(byte[] target, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, target.length);
    if (length == 0) {
      return 0;
    }
    int n = Math.min(length, buffer.remaining());
    if (n == 0) {
      return -1;
    }
    buffer.get(target, offset, n);
    return n;
  }

  @Override
  public byte[] readAllBytes() {
    byte[] all = new byte[buffer.remaining()];
    buffer.get(all);
    return all;
  }

  @Override
  public long transferTo(OutputStream out) throws IOException {
    int n = buffer.remaining();
    if (buffer.hasArray()) {
      out.write(buffer.array(), buffer.arrayOffset() + buffer.position(), n);
      buffer.position(buffer.limit());
    } else {
      Channels.newChannel(out).write(buffer);
    }
    return n;
  }

  @Override
  public long skip(long n) {
    int skipped = (int) Math.max(0, Math.min(n, buffer.remaining()));
    buffer.position(buffer.position() + skipped);
    return skipped;
  }

  @Override
  public int available() {
    return buffer.remaining();
  }

  @Override
  public boolean markSupported() {
    return true;
  }

  @Override
  public void mark(int readLimit) {
    buffer.mark();
  }

  @Override
  public void reset() {
    buffer.reset();
  }

  /** Does nothing: the buffer stays as it is. */
  @Override
  public void close() {}
}
