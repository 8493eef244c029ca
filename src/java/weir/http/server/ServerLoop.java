package weir.http.server;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one server keeps for one of its event loops. All but the outbox is for that loop alone. */
final class ServerLoop {

  private static final Logger LOG = LoggerFactory.getLogger(ServerLoop.class);
  private static final int BATCH = 32;

  private final EventLoop loop;
  private final Outbox outbox;
  private final ServerContext context;
  private final HeadWriter http1Writer;
  private final Handoff handoff;
  private final Sweep sweep;
  private final RequestEntry entry;
  private final LoopStats stats;
  private final Runnable handOverTask = this::submitBatch;
  private final Runnable flushTask = this::flushTouched;
  private final ArrayList<Output> touched = new ArrayList<>();

  private HeadWriter http2Writer;
  private Object[] batch;
  private int batched;
  private boolean draining;
  private boolean flushScheduled;

  /** What a connection sends; see {@link #flushLater}. */
  interface Output {
    /** Passes on to the socket what was written so far. */
    void flush();
  }

  /**
   * @param handoff where requests go that were read, null if handlers run elsewhere
   * @param stats where to count what happens, null if nobody asks
   */
  ServerLoop(
      EventLoop loop,
      ServerContext context,
      Handoff handoff,
      Sweep sweep,
      RequestEntry entry,
      LoopStats stats) {
    this.stats = stats;
    this.loop = loop;
    this.context = context;
    this.entry = entry;
    this.sweep = sweep;
    this.http1Writer = context.newWriter(false);
    this.handoff = handoff;
    this.outbox = new Outbox(loop, this::drainOutbox);
  }

  LoopStats stats() {
    return stats;
  }

  boolean inLoop() {
    return loop.inEventLoop();
  }

  /** Runs {@code task} on the loop: at once if this is the loop's thread. */
  void run(Runnable task) {
    if (inLoop()) {
      task.run();
    } else {
      later(task);
    }
  }

  /** Runs {@code task} in a later turn of the loop, never when the loop has ended. */
  void later(Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException e) {
      LOG.debug("the server has stopped, and its connections are gone", e);
    }
  }

  /** Returns what watches the connections' timeouts. */
  Sweep sweep() {
    return sweep;
  }

  /** Returns what lets requests in. */
  RequestEntry entry() {
    return entry;
  }

  Outbox outbox() {
    return outbox;
  }

  /** Returns the loop's own writer: use it up before anything else can write a head. */
  HeadWriter headWriter(boolean http2) {
    if (!http2) {
      return http1Writer;
    }
    if (http2Writer == null) {
      http2Writer = context.newWriter(true);
    }
    return http2Writer;
  }

  /** Keeps the job until the end of this loop iteration, then hands over all of them. */
  void handOver(Handoff.Job job) {
    if (batched == 0) {
      batch = new Object[BATCH];
      loop.execute(handOverTask);
    } else if (batched == batch.length) {
      batch = Arrays.copyOf(batch, batched * 2);
    }
    batch[batched++] = job;
  }

  private void submitBatch() {
    Object[] items = batch;
    int n = batched;
    batch = null;
    batched = 0;
    handoff.submit(items, n);
    if (!outbox.isEmpty()) {
      drainOutbox(); // responses that came meanwhile go out without a wake-up of their own
    }
  }

  private void drainOutbox() {
    draining = true;
    try {
      OutboxItem item = outbox.takeAll();
      while (item != null) {
        OutboxItem next = item.nextInOutbox;
        item.nextInOutbox = null;
        item.arrive();
        item = next;
      }
    } finally {
      draining = false;
      flushTouched();
    }
  }

  /** Flushes {@code output} once, after everything that this iteration has for it. */
  void flushLater(Output output) {
    touched.add(output);
    if (!draining && !flushScheduled) {
      flushScheduled = true;
      loop.execute(flushTask);
    }
  }

  private void flushTouched() {
    flushScheduled = false;
    for (int i = 0; i < touched.size(); i++) {
      touched.get(i).flush();
    }
    touched.clear();
  }
}
