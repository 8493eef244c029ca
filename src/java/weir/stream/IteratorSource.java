package weir.stream;

import java.io.Closeable;
import java.util.Iterator;

/** The elements of an iterator, which is only ever touched on the wait pool. */
final class IteratorSource extends PullSource {

  private final Iterator<?> iterator;
  private final AutoCloseable origin;

  /**
   * @param origin what the iterator came from and has to be closed with it, or null
   */
  IteratorSource(Iterator<?> iterator, AutoCloseable origin) {
    this.iterator = iterator;
    this.origin = origin;
  }

  @Override
  Object pull() {
    return iterator.hasNext() ? iterator.next() : Stream.END;
  }

  @Override
  void release() throws Exception {
    if (origin != null) {
      origin.close();
    } else if (iterator instanceof Closeable c) {
      c.close();
    }
  }

  @Override
  public Object description() {
    return Describe.map("iterator", "drained?", isDrained());
  }
}
