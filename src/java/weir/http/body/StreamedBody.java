package weir.http.body;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.EventLoop;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import weir.bytes.SourceInputStream;
import weir.deferred.Callback;
import weir.deferred.Deferred;
import weir.net.LoopTasks;
import weir.stream.Stream;

/**
 * A body that is read while it arrives. The socket is read only while less than the limit waits
 * unread. Messages are byte arrays, or in raw mode buffers that the reader releases.
 */
public final class StreamedBody implements InboundBody {

  /** The connection that a body comes from. */
  public interface Owner {

    /** Returns the loop that the body's methods are called on. */
    EventLoop eventLoop();

    /** Returns what stops the reading of the socket; null if the protocol stops the peer itself. */
    ReadGate gate();

    /** Somebody has read so many bytes of the body. On any thread. */
    default void consumed(int bytes) {}

    /** A piece has come that nobody wants any more; it has been released. */
    void unwanted(int bytes);
  }

  private static final Object END = new Object();

  /** What one waiting piece counts beside its bytes, so that tiny ones cannot pile up. */
  private static final int PIECE_OVERHEAD = 64;

  private final Owner owner;
  private final Stream<Object> stream = Stream.<Object>builder().executor(null).build();
  private final boolean raw;
  private final int limit;
  private final AtomicLong unread = new AtomicLong();

  // Only for the event loop.
  private boolean abandoned;
  private boolean over;

  /**
   * Creates a body that has not begun to arrive.
   *
   * @param limit so many bytes may wait unread until the socket is not read
   * @param raw whether the reader gets a stream of buffers
   */
  public StreamedBody(Owner owner, int limit, boolean raw) {
    this.owner = owner;
    this.raw = raw;
    this.limit = limit;
  }

  /** Returns the stream of pieces. Instead of {@link #reader}. */
  public Stream<Object> stream() {
    return stream;
  }

  /** Returns what the program reads: an InputStream, or the raw stream. To be called once. */
  public Object reader() {
    return raw ? stream : new SourceInputStream(stream);
  }

  /** Returns a publisher in the place of {@link #reader}; not for a raw body. */
  public BufferPublisher publisher() {
    return new BufferPublisher(stream);
  }

  /** Calls {@code action}, on any thread, once the reader has closed the body or it has ended. */
  public void onClosed(Runnable action) {
    stream.onClosed(action);
  }

  @Override
  public boolean isGathered() {
    return false;
  }

  @Override
  public void content(ByteBuf piece) {
    int n = piece.readableBytes();
    if (abandoned || Boolean.TRUE.equals(stream.isClosed())) {
      piece.release();
      owner.unwanted(n);
      return;
    }
    Object message = piece;
    if (!raw) {
      message = ByteBufUtil.getBytes(piece);
      piece.release();
    }
    int weight = n + PIECE_OVERHEAD;
    boolean full = unread.addAndGet(weight) >= limit;
    Deferred<Boolean> taken = stream.put(message);
    if (taken.realized()) {
      unread.addAndGet(-weight);
      releaseUnlessTaken(message, taken.successValue(false));
      owner.consumed(n);
      openIfRoom(); // pieces before this one may have gone while this one still counted
      return;
    }
    if (full && owner.gate() != null) {
      owner.gate().close(ReadGate.BODY);
    }
    taken.listen(new Taken(message, weight));
  }

  /** A reader that has thrown the stream away has never had this buffer. */
  private void releaseUnlessTaken(Object message, Object accepted) {
    if (raw && !Boolean.TRUE.equals(accepted)) {
      ReferenceCountUtil.safeRelease(message);
    }
  }

  private void openIfRoom() {
    if (!over && owner.gate() != null && unread.get() < limit) {
      owner.gate().open(ReadGate.BODY);
    }
  }

  /** Waits until a piece was taken, and gives its room back. */
  private final class Taken extends Callback {
    private final Object raw; // null unless it has to be released
    private final int weight;

    Taken(Object message, int weight) {
      this.raw = StreamedBody.this.raw ? message : null;
      this.weight = weight;
    }

    @Override
    protected void onSuccess(Object accepted) {
      if (raw != null) {
        releaseUnlessTaken(raw, accepted);
      }
      long left = unread.addAndGet(-weight);
      owner.consumed(weight - PIECE_OVERHEAD);
      // Only who crosses the line has to tell the loop, which looks again: no wake-up is lost,
      // because the gate was closed before this callback was registered.
      if (left < limit && left + weight >= limit) {
        LoopTasks.run(owner.eventLoop(), StreamedBody.this::openIfRoom);
      }
    }

    @Override
    protected void onError(Object error) {
      onSuccess(error);
    }
  }

  @Override
  public int held() {
    return (int) unread.get();
  }

  @Override
  public void end() {
    over();
    stream.close();
  }

  @Override
  public void fail(Throwable cause) {
    over();
    stream.fail(cause == null ? new IOException("the body ended early") : cause);
  }

  @Override
  public void abandon() {
    over();
    abandoned = true;
    stream.close();
    if (raw) {
      releaseUnread(stream);
    }
  }

  /** No more will come: what is unread is bounded, and the next message must not wait for it. */
  private void over() {
    over = true;
    if (owner.gate() != null) {
      owner.gate().open(ReadGate.BODY);
    }
  }

  /** Releases the buffers that nobody took; the stream must be closed. */
  private static void releaseUnread(Stream<Object> stream) {
    Object message;
    while ((message = stream.takeOr(END).successValue(END)) != END) {
      ReferenceCountUtil.release(message);
    }
  }
}
