package weir.http.body;

import clojure.lang.IPending;
import clojure.lang.ISeq;
import clojure.lang.Seqable;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.util.Iterator;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.bytes.Bytes;
import weir.deferred.Deferred;
import weir.net.LoopTasks;

/**
 * A body that can only be read by blocking: an InputStream or a lazy sequence. A thread of its own
 * reads, and waits while the peer does not. The source is closed by that thread, never under it.
 */
final class BlockingBody implements StreamingBody {

  /** What is read: piece after piece, on the reading thread. */
  interface Source extends Closeable {
    /** Returns the next piece, or null at the end. */
    ByteBuf next() throws IOException;
  }

  private static final Logger LOG = LoggerFactory.getLogger(BlockingBody.class);

  private final Source source;
  private final Executor executor;
  private final ReentrantLock lock = new ReentrantLock();

  // Under the lock: who reads, and whether anybody still wants to.
  private Thread reader;
  private boolean started;
  private boolean stopped;

  BlockingBody(Source source, Executor executor) {
    this.source = source;
    this.executor = executor;
  }

  @Override
  public long length() {
    return -1;
  }

  @Override
  public StreamingBody encoded(Supplier<PieceCoder> coders, long announced) {
    return new BlockingBody(new CodedPieces(source, coders, announced), executor);
  }

  @Override
  public void start(BodySink sink) {
    started = true;
    executor.execute(() -> read(sink));
  }

  @Override
  public void discard() {
    lock.lock();
    try {
      stopped = true;
      if (reader != null) {
        reader.interrupt();
      }
      if (started) {
        return; // the reader closes the source
      }
    } finally {
      lock.unlock();
    }
    Bodies.discard(source);
  }

  private void read(BodySink sink) {
    EventLoop loop = sink.eventLoop();
    try {
      enter();
      ByteBuf piece;
      while (!isStopped() && (piece = source.next()) != null) {
        if (!write(sink, loop, piece)) {
          return;
        }
      }
      LoopTasks.later(loop, sink::end);
    } catch (Throwable t) {
      LoopTasks.later(loop, () -> sink.abort(t));
    } finally {
      leave();
      Bodies.discard(source);
    }
  }

  /**
   * Writes on the loop, and waits while the peer reads more slowly than this.
   *
   * @return false if the loop has ended
   */
  private static boolean write(BodySink sink, EventLoop loop, ByteBuf piece)
      throws InterruptedException {
    Deferred<Object> written = Deferred.create(null);
    boolean taken =
        LoopTasks.later(
            loop,
            () -> {
              ChannelFuture future = sink.write(piece);
              if (sink.isWritable() || future.isDone()) {
                written.success(null);
              } else {
                future.addListener(done -> written.success(null));
              }
            });
    if (!taken) {
      piece.release();
      return false;
    }
    written.await();
    return true;
  }

  private void enter() {
    lock.lock();
    reader = Thread.currentThread();
    lock.unlock();
  }

  private boolean isStopped() {
    lock.lock();
    try {
      return stopped;
    } finally {
      lock.unlock();
    }
  }

  /** After this nobody interrupts the thread on our account any more. */
  private void leave() {
    lock.lock();
    reader = null;
    boolean interrupted = stopped && Thread.interrupted();
    lock.unlock();
    if (interrupted) {
      LOG.debug("stopped reading a body: nobody wants it any more");
    }
  }

  /** The pieces of an InputStream. */
  static final class StreamPieces implements Source {
    private static final int SIZE = 8192;
    private final InputStream in;
    private final int size;

    StreamPieces(InputStream in) {
      this(in, SIZE);
    }

    StreamPieces(InputStream in, int size) {
      this.in = in;
      this.size = size;
    }

    @Override
    public ByteBuf next() throws IOException {
      byte[] piece = new byte[size];
      int n = in.read(piece, 0, size);
      return n < 0 ? null : Unpooled.wrappedBuffer(piece, 0, n);
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }

  /** The pieces of what is opened when the first one is wanted. */
  static final class ContentPieces implements Source {
    private final StreamedContent content;
    private StreamPieces pieces;

    ContentPieces(StreamedContent content) {
      this.content = content;
    }

    @Override
    public ByteBuf next() throws IOException {
      if (pieces == null) {
        pieces = new StreamPieces(content.open());
      }
      return pieces.next();
    }

    @Override
    public void close() throws IOException {
      if (pieces == null) {
        content.discard();
      } else {
        pieces.close();
      }
    }
  }

  /** The elements of a sequence: what is realized goes out together, the rest as it comes. */
  static final class SeqPieces implements Source {
    private static final int MAX_PIECE = 64 * 1024;
    private final Charset charset;
    private Object rest;

    SeqPieces(Iterable<?> elements, Charset charset) {
      this.charset = charset;
      this.rest = elements instanceof Seqable ? elements : elements.iterator();
    }

    @Override
    public ByteBuf next() throws IOException {
      ByteArrayOutputStream piece = new ByteArrayOutputStream();
      boolean more = rest instanceof Iterator<?> it ? fromIterator(it, piece) : fromSeq(piece);
      return more || piece.size() > 0 ? Unpooled.wrappedBuffer(piece.toByteArray()) : null;
    }

    private boolean fromIterator(Iterator<?> it, ByteArrayOutputStream piece) throws IOException {
      while (it.hasNext() && piece.size() < MAX_PIECE) {
        add(it.next(), piece);
      }
      return it.hasNext();
    }

    private boolean fromSeq(ByteArrayOutputStream piece) throws IOException {
      ISeq seq = rest == null ? null : ((Seqable) rest).seq();
      while (seq != null) {
        add(seq.first(), piece);
        rest = seq.more();
        boolean ready = !(rest instanceof IPending pending) || pending.isRealized();
        if (!ready || piece.size() >= MAX_PIECE) {
          return true;
        }
        seq = ((Seqable) rest).seq();
      }
      rest = null;
      return false;
    }

    private void add(Object element, ByteArrayOutputStream piece) throws IOException {
      if (element == null) {
        return;
      }
      boolean hasBytes =
          element instanceof byte[]
              || element instanceof java.nio.ByteBuffer
              || element instanceof ByteBuf;
      if (element instanceof ByteBuf buffer) {
        buffer.readBytes(piece, buffer.readableBytes());
        buffer.release();
      } else {
        piece.write(hasBytes ? Bytes.toByteArray(element) : element.toString().getBytes(charset));
      }
    }

    @Override
    public void close() {
      rest = null;
    }
  }
}
