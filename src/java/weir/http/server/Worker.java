package weir.http.server;

import java.util.ArrayList;

/** What one run of a worker remembers: the loops whose responses it has not published yet. */
final class Worker {

  /** How old an unpublished response may be when the worker comes to look, in nanoseconds. */
  static final long MAX_DELAY_NANOS = 50_000;

  private final Thread thread = Thread.currentThread();
  private final Watchdog watchdog;
  private final ArrayList<ServerLoop> unpublished = new ArrayList<>(2);
  private long oldest;
  private Runnable publisher;
  private HeadWriter http1Writer;
  private HeadWriter http2Writer;
  private ServerContext lender;

  Worker(Watchdog watchdog) {
    this.watchdog = watchdog;
  }

  /** Returns what publishes, to be run before this thread waits. */
  Runnable publisher() {
    if (publisher == null) {
      publisher = this::publish;
    }
    return publisher;
  }

  /** Returns whether it is this thread's. */
  boolean isCurrent() {
    return thread == Thread.currentThread();
  }

  /** Puts an item into a loop's outbox; the loop hears of it with the next {@link #publish}. */
  void finished(ServerLoop loop, OutboxItem item) {
    loop.outbox().add(item);
    if (!unpublished.contains(loop)) {
      if (unpublished.isEmpty()) {
        oldest = System.nanoTime();
        watchdog.arm();
      }
      unpublished.add(loop);
    }
  }

  /** Returns this worker's writer for a protocol; what was written before is gone. */
  HeadWriter headWriter(ServerContext context, boolean http2) {
    HeadWriter known = http2 ? http2Writer : http1Writer;
    if (known == null) {
      known = context.borrowWriter(http2);
      lender = context;
      if (http2) {
        http2Writer = known;
      } else {
        http1Writer = known;
      }
    }
    return known;
  }

  /** The run has ended. */
  void end() {
    if (http1Writer != null) {
      lender.giveBack(http1Writer);
      http1Writer = null;
    }
    if (http2Writer != null) {
      lender.giveBack(http2Writer);
      http2Writer = null;
    }
  }

  void publishIfOld() {
    if (!unpublished.isEmpty() && System.nanoTime() - oldest > MAX_DELAY_NANOS) {
      publish();
    }
  }

  void publish() {
    for (int i = 0; i < unpublished.size(); i++) {
      unpublished.get(i).outbox().publish();
    }
    unpublished.clear();
  }
}
