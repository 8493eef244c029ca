package weir.http.server.channel;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.channel.FileRegion;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import weir.deferred.Deferred;
import weir.executor.NonBlockingThread;
import weir.http.body.Bodies;
import weir.http.body.BodySink;
import weir.http.body.StreamingBody;
import weir.net.LoopTasks;

/**
 * A response body whose pieces are pushed by any thread. A piece is bytes, or a body of its own that is
 * read when its turn comes. Pieces are written while the peer takes them; the rest waits here, and is
 * counted.
 */
final class ChannelBody implements StreamingBody {

  /** Realizes the answer of the piece; null is not waited for. */
  private record Piece(ByteBuf bytes, StreamingBody streamed, int size, Deferred<Boolean> answer) {}

  private final Executor blocking;
  private final Runnable onLost;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();

  // Under the lock.
  private final Deque<Piece> pieces = new ArrayDeque<>();
  private long unsent;
  private boolean ending;
  private boolean over;
  private boolean scheduled;
  private BodySink sink;

  private volatile StreamingBody current; // a piece that is a body of its own; written by the loop
  private int writing; // pieces of bytes; only for the loop

  /**
   * @param blocking reads pieces that can only be read by blocking
   * @param onLost is called when the peer has gone before the end, on the event loop
   */
  ChannelBody(Executor blocking, Runnable onLost) {
    this.blocking = blocking;
    this.onLost = onLost;
  }

  // ---- for senders, on any thread

  /**
   * Adds a piece.
   *
   * @param answer realized with whether it was written, or null
   * @throws IllegalArgumentException if it is nothing that can be sent
   */
  void add(Object body, Deferred<Boolean> answer) {
    Object sendable = ResponseMaps.body(body);
    Object content = Bodies.contiguous(sendable, null);
    Piece piece;
    if (content == Bodies.NOT_CONTIGUOUS) {
      piece = new Piece(null, StreamingBody.of(sendable, blocking), 0, answer);
    } else {
      ByteBuf bytes =
          content instanceof byte[] array ? Unpooled.wrappedBuffer(array) : (ByteBuf) content;
      piece = new Piece(bytes, null, bytes.readableBytes(), answer);
    }
    offer(piece);
  }

  private void offer(Piece piece) {
    lock.lock();
    try {
      if (!over && !ending) {
        pieces.add(piece);
        unsent += piece.size();
        wake();
        return;
      }
    } finally {
      lock.unlock();
    }
    drop(piece);
  }

  /** No piece follows. */
  void end() {
    lock.lock();
    try {
      ending = true;
      wake();
    } finally {
      lock.unlock();
    }
  }

  /** Gives up: the peer is to see that the body is cut. */
  void cut(Throwable why) {
    BodySink target = letGo();
    if (target != null) {
      LoopTasks.later(target.eventLoop(), () -> target.abort(why));
    }
  }

  /** Returns how many bytes wait for the peer. */
  long unsent() {
    lock.lock();
    try {
      return unsent;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until fewer bytes wait than that, unless this thread must not. */
  void awaitRoom(long limit) throws InterruptedException {
    if (Thread.currentThread() instanceof NonBlockingThread) {
      return;
    }
    lock.lock();
    try {
      while (unsent >= limit && !over) {
        room.await();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Under the lock. */
  private void wake() {
    if (sink != null && !scheduled) {
      scheduled = true;
      LoopTasks.later(sink.eventLoop(), this::pump);
    }
  }

  // ---- on the event loop

  @Override
  public long length() {
    return -1;
  }

  @Override
  public void start(BodySink target) {
    lock.lock();
    sink = target;
    scheduled = true;
    lock.unlock();
    pump();
  }

  private void pump() {
    lock.lock();
    scheduled = false;
    lock.unlock();
    // A channel hears that a write is done before it counts itself as writable again: who writes
    // nothing would wait for nothing.
    while (current == null && (writing == 0 || sink.isWritable())) {
      Piece piece = next();
      if (piece == null) {
        return;
      }
      write(piece);
    }
  }

  /** Returns the next piece; null if there is none now, and ends the body if there will be none. */
  private Piece next() {
    lock.lock();
    try {
      Piece piece = pieces.poll();
      if (piece != null || !ending || over) {
        return piece;
      }
      over = true;
    } finally {
      lock.unlock();
    }
    sink.end();
    return null;
  }

  private void write(Piece piece) {
    if (piece.streamed() != null) {
      current = piece.streamed();
      piece.streamed().start(new Inner(piece));
      return;
    }
    writing++;
    sink.write(piece.bytes())
        .addListener(
            written -> {
              writing--;
              sent(piece, written.isSuccess());
              pump();
            });
  }

  private void sent(Piece piece, boolean success) {
    lock.lock();
    unsent -= piece.size();
    room.signalAll();
    lock.unlock();
    if (piece.answer() != null) {
      piece.answer().success(success);
    }
  }

  @Override
  public void discard() {
    letGo();
    StreamingBody unfinished = current;
    if (unfinished != null) {
      unfinished.discard();
    }
    onLost.run();
  }

  /** Returns the sink if there is something to tell it. */
  private BodySink letGo() {
    Deque<Piece> dropped;
    lock.lock();
    try {
      if (over) {
        return null;
      }
      over = true;
      dropped = new ArrayDeque<>(pieces);
      pieces.clear();
      room.signalAll();
    } finally {
      lock.unlock();
    }
    dropped.forEach(ChannelBody::drop);
    return sink;
  }

  private static void drop(Piece piece) {
    if (piece.streamed() != null) {
      piece.streamed().discard();
    } else {
      ReferenceCountUtil.safeRelease(piece.bytes());
    }
    if (piece.answer() != null) {
      piece.answer().success(false);
    }
  }

  /** Where a piece that is a body of its own writes to: its end is not that of the whole. */
  private final class Inner implements BodySink {
    private final Piece piece;

    Inner(Piece piece) {
      this.piece = piece;
    }

    @Override
    public EventLoop eventLoop() {
      return sink.eventLoop();
    }

    @Override
    public boolean isWritable() {
      return sink.isWritable();
    }

    @Override
    public ChannelFuture write(ByteBuf bytes) {
      return sink.write(bytes);
    }

    @Override
    public ChannelFuture write(FileRegion region) {
      return sink.write(region);
    }

    @Override
    public boolean canSendFile() {
      return sink.canSendFile();
    }

    @Override
    public void end() {
      current = null;
      sent(piece, true);
      pump();
    }

    @Override
    public void abort(Throwable cause) {
      current = null;
      sent(piece, false);
      sink.abort(cause);
    }
  }
}
