package weir.stream;

import java.util.concurrent.BlockingDeque;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/** The elements of a blocking queue. Never drains, unless it is closed; the queue stays as it is. */
final class QueueSource extends PullSource {

  /** How long a thread may go on waiting for the queue after the source was closed. */
  private static final long SLICE_MS = 100;

  private final BlockingQueue<Object> queue;

  QueueSource(BlockingQueue<Object> queue) {
    this.queue = queue;
  }

  @Override
  Object tryPull() {
    Object x = queue.poll();
    return x == null ? Stream.NONE : x;
  }

  @Override
  Object pull() throws InterruptedException {
    while (!isStopped()) {
      Object x = queue.poll(SLICE_MS, TimeUnit.MILLISECONDS);
      if (x != null) {
        return x;
      }
    }
    return Stream.END;
  }

  @Override
  void putBack(Object x) {
    if (queue instanceof BlockingDeque<Object> deque) {
      deque.offerFirst(x);
    } else {
      queue.offer(x);
    }
  }

  @Override
  public Object description() {
    return Describe.map(
        queue.getClass().getCanonicalName(),
        "buffer-size",
        queue.size(),
        "source?",
        true,
        "drained?",
        isDrained());
  }
}
