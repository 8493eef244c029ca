package weir.bytes;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Objects;

/** Blocking reads from a {@link ByteQueue}; {@code close} closes the queue. */
public final class QueueInputStream extends BlockInputStream {

  private final ByteQueue queue;

  /** Makes a stream that takes from {@code queue}, as other takers may too. */
  public QueueInputStream(ByteQueue queue) {
    this.queue = Objects.requireNonNull(queue, "queue");
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      Objects.checkFromIndexSize(offset, length, target.length);
      return 0;
    }
    try {
      long n = (Long) queue.eagerTake(target, offset, length).await();
      return n == 0 ? -1 : (int) n;
    } catch (InterruptedException e) {
      queue.close(); // the take that waits would lose the bytes it gets
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while reading");
    }
  }

  @Override
  public int available() {
    return (int) Math.min(Integer.MAX_VALUE, queue.available());
  }

  @Override
  public void mark(int readLimit) {
    throw new UnsupportedOperationException("mark");
  }

  @Override
  public void reset() {
    throw new UnsupportedOperationException("reset");
  }

  @Override
  public void close() {
    queue.close();
  }
}
