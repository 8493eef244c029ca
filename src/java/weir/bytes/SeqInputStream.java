package weir.bytes;

import clojure.lang.ISeq;
import clojure.lang.RT;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Objects;

/**
 * The bytes of a sequence's elements, one behind the other; an element is anything that becomes an
 * InputStream. Elements are computed on the reading thread when they are needed, so an endless
 * sequence will do. Every element's stream is closed at its end; {@code close} closes the current
 * one and the sequence. Not thread-safe.
 */
final class SeqInputStream extends InputStream {

  private static final InputStream EMPTY = nullInputStream();

  private final Object origin;
  private final Options options;
  private Object rest;
  private boolean started;
  private boolean closed;
  private InputStream current = EMPTY; // null at the end

  SeqInputStream(Object seq, Options options) {
    this.origin = seq;
    this.rest = seq;
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
    ISeq s = started ? ((ISeq) rest).next() : RT.seq(rest);
    started = true;
    rest = s;
    if (s != null) {
      current = Bytes.toInputStream(s.first(), options);
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
