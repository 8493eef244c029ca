package weir.http.coding;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import weir.bytes.BlockInputStream;

/**
 * A body that is decoded while it is read. Opened by the first read, as that may wait for the peer; a
 * body of no bytes is empty, whatever its coding.
 *
 * <p>Any thread may close it: decoders hold memory outside the heap, so that it is the reader, if there
 * is one at that moment, who lets go of them.
 */
final class DecodedStream extends BlockInputStream {

  private final InputStream coded;
  private final List<String> codings;
  private final long max;
  private final ReentrantLock lock = new ReentrantLock(); // held while reading
  private InputStream plain;
  private long left;
  private boolean ended;
  private volatile boolean closed;

  DecodedStream(InputStream coded, List<String> codings, long max) {
    this.coded = coded;
    this.codings = codings;
    this.max = max;
    this.left = max;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    lock.lock();
    try {
      return length == 0 ? 0 : readSome(target, offset, length);
    } finally {
      if (closed) {
        letGo();
      }
      lock.unlock();
    }
  }

  private int readSome(byte[] target, int offset, int length) throws IOException {
    if (closed || ended) {
      return -1;
    }
    try {
      if (plain == null) {
        plain = open();
      }
      int n = plain.read(target, offset, length);
      if (n < 0) {
        ended = true;
        letGo();
        return -1;
      }
      left -= n;
      if (left < 0) {
        throw new IOException(
            "the response body has more than " + max + " bytes (maxBodyBytes is the limit)");
      }
      return n;
    } catch (IOException | RuntimeException e) {
      if (closed) {
        return -1; // what the decoder says of an input that was closed under it is no news
      }
      letGo();
      throw e;
    }
  }

  private InputStream open() throws IOException {
    Start start = new Start(coded);
    if (!start.hasBytes()) {
      return start;
    }
    InputStream in = start;
    for (int i = codings.size() - 1; i >= 0; i--) {
      in = ContentDecoder.open(in, codings.get(i));
    }
    return in;
  }

  /** Frees the decoders and closes the body. Under the lock. */
  private void letGo() throws IOException {
    InputStream open = plain;
    plain = null;
    ended = true;
    if (open != null) {
      open.close();
    }
    coded.close();
  }

  @Override
  public int available() throws IOException {
    return 0;
  }

  @Override
  public void close() throws IOException {
    closed = true;
    coded.close(); // wakes the reader, who then lets go of the rest
    if (lock.tryLock()) {
      try {
        letGo();
      } finally {
        lock.unlock();
      }
    }
  }

  /** The coded body, of which one byte was read to see whether there is any. */
  private static final class Start extends InputStream {
    private final InputStream in;
    private int first = -1;
    private boolean pending;

    Start(InputStream in) {
      this.in = in;
    }

    boolean hasBytes() throws IOException {
      first = in.read();
      pending = first >= 0;
      return pending;
    }

    @Override
    public int read() throws IOException {
      if (pending) {
        pending = false;
        return first;
      }
      return in.read();
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (!pending || length == 0) {
        return in.read(target, offset, length);
      }
      pending = false;
      target[offset] = (byte) first;
      return 1;
    }

    @Override
    public int available() throws IOException {
      return (pending ? 1 : 0) + in.available();
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
