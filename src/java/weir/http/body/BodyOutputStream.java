package weir.http.body;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import weir.executor.NonBlockingThread;
import weir.net.LoopTasks;

/**
 * The OutputStream over one response. Nothing is sent, and so nothing is decided, until the first
 * flush, until the buffer overflows, or until it is closed. From then on writers wait while more than
 * {@link #MAX_IN_FLIGHT} bytes are on their way.
 *
 * <p>Any threads may write, one after the other, but no event loop. What is sent goes through a queue
 * that the event loop empties.
 */
public final class BodyOutputStream extends OutputStream {

  /** Who decides what becomes of the body. Called once for each response, by the writing thread. */
  public interface Target {

    /** The body has ended before anything was sent: these are all its bytes. */
    void whole(byte[] bytes);

    /** The response begins; {@code body} is written when its turn has come. */
    void begin(StreamingBody body);

    /** The body has failed before anything was sent. */
    void failed(Throwable cause);
  }

  /** Bytes that may be on their way to the socket until writers wait: 64 KiB. */
  static final int MAX_IN_FLIGHT = 64 * 1024;

  private static final int FIRST_SIZE = 512;

  private final Target target;
  private final int limit;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();

  // All of these only under the lock.
  private final ArrayDeque<byte[]> queue = new ArrayDeque<>(4);
  private byte[] buffer;
  private int buffered;
  private int inFlight;
  private boolean begun;
  private boolean closed;
  private boolean scheduled;
  private Throwable failure;
  private IOException gone;
  private BodySink sink;

  /**
   * Creates a stream that holds back up to {@code limit} bytes.
   *
   * @param target decides about the response
   */
  public BodyOutputStream(Target target, int limit) {
    this.target = target;
    this.limit = limit;
    this.buffer = new byte[Math.min(limit, FIRST_SIZE)];
  }

  // ---- writing

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    lock();
    try {
      ensureOpen();
      int at = offset;
      int end = offset + length;
      while (at < end) {
        if (buffered == limit) {
          send();
        }
        int n = Math.min(end - at, limit - buffered);
        ensureRoom(n);
        System.arraycopy(bytes, at, buffer, buffered, n);
        buffered += n;
        at += n;
      }
    } finally {
      lock.unlock();
    }
  }

  private void ensureRoom(int more) {
    if (buffer.length - buffered < more) {
      buffer = Arrays.copyOf(buffer, Math.min(limit, Math.max(buffered + more, buffer.length * 2)));
    }
  }

  /** Sends what was written so far, the head of the response first. Does nothing when closed. */
  @Override
  public void flush() throws IOException {
    lock();
    try {
      if (!closed) {
        ensureOpen();
        send();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Begins the response if need be, waits for room, and queues what is in the buffer. */
  private void send() throws IOException {
    begin();
    awaitRoom();
    ensureOpen();
    enqueue();
  }

  private void begin() throws IOException {
    if (!begun) {
      begun = true;
      try {
        target.begin(new Written());
      } catch (RuntimeException e) {
        begun = false;
        throw new IOException("the response cannot begin: " + e.getMessage(), e);
      }
    }
  }

  private void awaitRoom() throws InterruptedIOException {
    try {
      while (inFlight >= MAX_IN_FLIGHT && gone == null && !closed) {
        room.await();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for the client to read");
    }
  }

  private void enqueue() {
    if (buffered > 0) {
      queue.add(Arrays.copyOf(buffer, buffered));
      inFlight += buffered;
      buffered = 0;
    }
    schedule();
  }

  private void lock() {
    BodySink s =
        sink; // racy, but only an event loop that never saw it goes on, and it has the mark
    if (Thread.currentThread() instanceof NonBlockingThread
        || (s != null && s.eventLoop().inEventLoop())) {
      throw new IllegalStateException(
          "blocking write of a response body on the event loop thread "
              + Thread.currentThread().getName()
              + " (write on another thread, or use a stream as the body)");
    }
    lock.lock();
  }

  private void ensureOpen() throws IOException {
    if (gone != null) {
      throw new IOException(gone.getMessage(), gone);
    }
    if (closed) {
      throw new IOException("the response body is closed");
    }
  }

  // ---- the end

  /** Ends the body. Never waits, and does nothing if it has ended. */
  @Override
  public void close() {
    byte[] all = null;
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      if (begun) {
        enqueue();
      } else {
        all = Arrays.copyOf(buffer, buffered);
      }
      buffer = null;
      room.signalAll();
    } finally {
      lock.unlock();
    }
    if (all != null) {
      target.whole(all);
    }
  }

  /**
   * Ends the body because it cannot be completed. What was written is sent if the response has begun.
   *
   * @return false if the body had ended before
   */
  public boolean fail(Throwable cause) {
    boolean unsent;
    lock.lock();
    try {
      if (closed) {
        return false;
      }
      closed = true;
      failure = cause;
      unsent = !begun;
      if (begun) {
        enqueue();
      }
      buffer = null;
      room.signalAll();
    } finally {
      lock.unlock();
    }
    if (unsent) {
      target.failed(cause);
    }
    return true;
  }

  // ---- on the event loop

  private void schedule() {
    if (sink == null || scheduled || gone != null) {
      return;
    }
    scheduled = true;
    if (!LoopTasks.later(sink.eventLoop(), this::drain)) {
      lost();
    }
  }

  private void drain() {
    for (byte[] piece; (piece = next()) != null; ) {
      int n = piece.length;
      ChannelFuture written = sink.write(Unpooled.wrappedBuffer(piece));
      written.addListener(f -> written(n, f.isSuccess()));
    }
  }

  /** Returns the next piece, or null after ending the body if it is at its end. */
  private byte[] next() {
    Throwable cause;
    lock.lock();
    try {
      byte[] piece = queue.poll();
      if (piece != null) {
        return piece;
      }
      scheduled = false;
      if (!closed || gone != null) {
        return null;
      }
      cause = failure;
    } finally {
      lock.unlock();
    }
    if (cause == null) {
      sink.end();
    } else {
      sink.abort(cause);
    }
    return null;
  }

  private void written(int n, boolean success) {
    lock.lock();
    try {
      inFlight -= n;
      if (success) {
        room.signalAll();
      } else {
        lost();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Nothing more can be sent; whoever waits is told. Under the lock. */
  private void lost() {
    if (gone == null) {
      gone = new IOException("the client has gone away, or the response was aborted");
    }
    queue.clear();
    room.signalAll();
  }

  /** The body as the connection sees it. */
  private final class Written implements StreamingBody {
    @Override
    public long length() {
      return -1;
    }

    @Override
    public void start(BodySink target) {
      lock.lock();
      try {
        sink = target;
        scheduled = true;
      } finally {
        lock.unlock();
      }
      drain();
    }

    @Override
    public void discard() {
      lock.lock();
      try {
        lost();
      } finally {
        lock.unlock();
      }
    }
  }
}
