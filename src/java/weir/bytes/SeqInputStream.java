package weir.bytes;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Iterator;
import java.util.Objects;

/**
 * The bytes of a sequence's elements, one behind the other; an element is anything that becomes an
 * InputStream. Elements are computed on the reading thread when they are needed, so an endless
 * sequence will do. Every element's stream is closed at its end; {@code close} closes the current
 * one and the sequence. Not thread-safe.
 */
final class SeqInputStream extends InputStream {

  private static final InputStream EMPTY = new ByteArrayInputStream(new byte[0]);

  private final Object origin;
  private final Options options;
  private Iterator<?> rest; // null until the first read
  private boolean closed;
  private InputStream current = EMPTY; // null at the end

  SeqInputStream(Object seq, Options options) {
    this.origin = seq;
    this.options = options;
  }

  @Override
  public int read() throws IOException {
    while (current != null) {
      int b = current.read();
      if (b >= 0) {
        return b;
      }
      advance();
    }
    return -1;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    if (length == 0) {
      return 0;
    }
    while (current != null) {
      int n = current.read(target, offset, length);
      if (n > 0) {
        return n;
      }
      advance();
    }
    return -1;
  }

  @Override
  public long transferTo(OutputStream out) throws IOException {
    long total = 0;
    while (current != null) {
      total += current.transferTo(out);
      advance();
    }
    return total;
  }

  @Override
  public int available() throws IOException {
    return current == null ? 0 : current.available();
  }

  private void advance() throws IOException {
    current.close();
    current = null;
    if (rest == null) {
      rest = Elements.of(origin);
    }
    if (rest.hasNext()) {
      current = Bytes.toInputStream(rest.next(), options);
    } else {
      close();
    }
  }

  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    InputStream open = current;
    current = null;
    try {
      if (open != null) {
        open.close();
      }
    } finally {
      closeSequence();
    }
  }

  private void closeSequence() throws IOException {
    try {
      Closing.closeIfOpen(origin);
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    }
  }
}
