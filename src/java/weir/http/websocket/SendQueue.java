package weir.http.websocket;

import io.netty.channel.ChannelHandlerContext;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import weir.deferred.Deferred;

/**
 * What a session sends, on its way to the {@link FrameWriter}: at once on the event loop, from other
 * threads through a stack of {@link Outgoing}s. Flushes are put off until the loop has read what there
 * is, or else until the end of its turn. Fields without a comment are only for the event loop.
 */
final class SendQueue {

  private static final VarHandle OUTGOING;
  private static final VarHandle QUEUED;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      OUTGOING = lookup.findVarHandle(SendQueue.class, "outgoing", Outgoing.class);
      QUEUED = lookup.findVarHandle(SendQueue.class, "queuedBytes", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final WebSocketSession session;
  private final Closing closing;
  private final boolean throughPipeline;

  private ChannelHandlerContext ctx; // written before any other thread has the session
  private WebSocketCodec codec;
  private List<Deferred<Boolean>> awaitingPong;
  private boolean inRead;
  private boolean flushScheduled;
  private boolean gone;

  private volatile Outgoing outgoing; // newest first; any thread adds
  private volatile long queuedBytes; // of these

  SendQueue(WebSocketSession session, Closing closing, boolean throughPipeline) {
    this.session = session;
    this.closing = closing;
    this.throughPipeline = throughPipeline;
  }

  /** The session is in its pipeline. */
  void attach(ChannelHandlerContext c, WebSocketCodec writing) {
    ctx = c;
    codec = writing;
  }

  // ---- any thread

  Deferred<Boolean> add(Outgoing.Kind kind, Object message, int size) {
    Deferred<Boolean> answer = Deferred.create(null);
    add(kind, message, answer, size);
    return answer;
  }

  /**
   * Sends something.
   *
   * @param answer realized with whether it was written, null if nobody asks
   * @param size in bytes, roughly
   */
  void add(Outgoing.Kind kind, Object message, Deferred<Boolean> answer, int size) {
    if (ctx.executor().inEventLoop()) {
      drain(); // what was sent before this by those who tell this thread to send
      write(kind, message, answer);
      flushSoon();
      return;
    }
    QUEUED.getAndAdd(this, (long) size);
    Outgoing item = new Outgoing(kind, message, answer, size);
    Outgoing before;
    do {
      before = outgoing;
      item.next = before;
    } while (!OUTGOING.compareAndSet(this, before, item));
    if (before == null) {
      session.tellLoopOfOutgoing();
    }
  }

  /** Returns the bytes that wait for the event loop. */
  long bytes() {
    return queuedBytes;
  }

  // ---- the loop

  /** Writes what other threads have sent, and flushes it. */
  void flushOutgoing() {
    drain();
    if (!inRead) {
      codec.writer().flush();
    }
  }

  /** The loop reads: what is written meanwhile is flushed when it has read all. */
  void readBegins() {
    inRead = true;
  }

  void readEnds() {
    inRead = false;
    codec.writer().flush();
  }

  /** Flushes once, after all that this turn of the loop writes. */
  void flushSoon() {
    if (!inRead && !flushScheduled) {
      flushScheduled = true;
      ctx.executor().execute(this::scheduledFlush);
    }
  }

  private void scheduledFlush() {
    flushScheduled = false;
    codec.writer().flush();
  }

  /** The connection is gone: all who wait are told that nothing was sent. */
  void end() {
    gone = true;
    drain();
  }

  /** Returns who waits for the PONG that has come, or never will. */
  List<Deferred<Boolean>> takeAwaitingPong() {
    List<Deferred<Boolean>> awaited = awaitingPong == null ? List.of() : awaitingPong;
    awaitingPong = null;
    return awaited;
  }

  private void drain() {
    if (outgoing == null) {
      return;
    }
    Outgoing newest = (Outgoing) OUTGOING.getAndSet(this, null);
    long bytes = 0;
    for (Outgoing item = oldestFirst(newest); item != null; item = item.next) {
      bytes += item.size;
      write(item.kind, item.message, item.answer);
    }
    QUEUED.getAndAdd(this, -bytes);
  }

  private static Outgoing oldestFirst(Outgoing newest) {
    Outgoing reversed = null;
    for (Outgoing item = newest; item != null; ) {
      Outgoing older = item.next;
      item.next = reversed;
      reversed = item;
      item = older;
    }
    return reversed;
  }

  private void write(Outgoing.Kind kind, Object message, Deferred<Boolean> answer) {
    if (gone || closing.isSent()) {
      Messages.release(message);
      if (answer != null) {
        answer.success(false);
      }
      return;
    }
    FrameWriter writer = codec.writer();
    switch (kind) {
      case MESSAGE -> writeMessage(writer, message, answer);
      case PING -> writer.control(Opcode.PING, (byte[]) message);
      case PONG -> writer.control(Opcode.PONG, (byte[]) message);
      case AWAITED_PING -> awaitPong((byte[]) message, answer);
      case CLOSE -> {
        Outgoing.Close close = (Outgoing.Close) message;
        await(writer, answer);
        closing.send(close.code(), close.reason());
      }
    }
    session.moved();
  }

  private void writeMessage(FrameWriter writer, Object message, Deferred<Boolean> answer) {
    if (throughPipeline) {
      WebSocketCodec.passThrough(ctx, message, answer);
    } else if (message instanceof CharSequence text) {
      writer.text(text);
      await(writer, answer);
    } else {
      codec.write(message, answer);
    }
  }

  private static void await(FrameWriter writer, Deferred<Boolean> answer) {
    if (answer != null) {
      writer.await(answer);
    }
  }

  private void awaitPong(byte[] payload, Deferred<Boolean> answer) {
    if (awaitingPong == null) {
      awaitingPong = new ArrayList<>(1);
      codec.writer().control(Opcode.PING, payload);
    }
    awaitingPong.add(answer);
  }
}
