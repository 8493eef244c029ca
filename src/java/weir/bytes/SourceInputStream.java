package weir.bytes;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import manifold.deferred.IDeferred;
import manifold.stream.core.IEventSource;
import weir.deferred.Callback;
import weir.deferred.Deferred;
import weir.stream.Failable;

/**
 * A blocking stream of what an asynchronous source emits: byte arrays, byte buffers, or whatever
 * else {@link Bytes#toByteBuffer(Object)} takes. Arrays are not copied, so nobody may change them
 * afterwards; buffers are duplicated, so theirs keep their position.
 *
 * <h2>How much is taken</h2>
 *
 * With a buffer size of zero the source is asked only when a reader finds nothing. With a size of n
 * it is asked at once and then whenever at most n bytes wait, so that what waits stays within n
 * bytes and one chunk.
 *
 * <h2>Threads</h2>
 *
 * Any thread may read or close. No lock or monitor is held while waiting: a virtual thread leaves
 * its carrier, and {@code close} never waits for a reader.
 *
 * <h2>Ends</h2>
 *
 * An error of the source is thrown as IOException from every read behind the bytes that came before
 * it. {@code close} closes the source and drops what was not read; reads then return -1.
 */
public final class SourceInputStream extends BlockInputStream {

  /** How many bytes may wait in streams made by a conversion without {@code :buffer-size}. */
  public static final int DEFAULT_BUFFER_BYTES = 1024;

  private static final Object END = new Object();

  private final IEventSource source;
  private final int bufferBytes;
  private final ReentrantLock lock =
      new ReentrantLock(); // guards what follows; short sections only
  private ArrayDeque<ByteBuffer> chunks = new ArrayDeque<>(); // none is empty
  private long buffered; // bytes in chunks
  private boolean taking; // a take is on its way; only who set this may take
  private boolean demand; // a reader found nothing
  private boolean ended; // nothing will be added: drained, failed or closed
  private Throwable failure;
  private Deferred<Object> waiter; // of readers that found nothing

  /** Makes a stream that asks {@code source} only when a reader finds nothing. */
  public SourceInputStream(IEventSource source) {
    this(source, 0);
  }

  /**
   * Makes a stream that takes ahead of its readers.
   *
   * @param bufferBytes go on taking while at most so many bytes wait; zero takes on demand only
   */
  public SourceInputStream(IEventSource source, int bufferBytes) {
    this.source = Objects.requireNonNull(source, "source");
    this.bufferBytes = bufferBytes;
    if (bufferBytes < 0) {
      throw new IllegalArgumentException("bufferBytes: " + bufferBytes + " (expected: 0 or more)");
    }
    pump();
  }

  // ---- reading

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    if (length == 0) {
      return 0;
    }
    ByteBuffer into = ByteBuffer.wrap(target, offset, length);
    while (awaitChunk()) {
      int n = (int) consume(length, into);
      if (n > 0) {
        return n;
      }
    }
    return -1;
  }

  @Override
  public long skip(long n) throws IOException {
    long left = Math.max(n, 0);
    while (left > 0 && awaitChunk()) {
      left -= consume(left, null);
    }
    return Math.max(n, 0) - left;
  }

  /** Returns how many bytes can be read without waiting. */
  @Override
  public int available() {
    lock.lock();
    try {
      return (int) Math.min(Integer.MAX_VALUE, buffered);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public byte[] readAllBytes() throws IOException {
    return Chunks.join(drain(new ArrayDeque<>()));
  }

  /** Moves all there is and will be to {@code all}, which it returns. */
  private ArrayDeque<ByteBuffer> drain(ArrayDeque<ByteBuffer> all) throws IOException {
    while (awaitChunk()) {
      all.addAll(takeChunks());
    }
    return all;
  }

  @Override
  public long transferTo(OutputStream out) throws IOException {
    Objects.requireNonNull(out, "out");
    long total = 0;
    while (awaitChunk()) {
      for (ByteBuffer chunk : takeChunks()) {
        total += chunk.remaining();
        Chunks.write(chunk, out);
      }
    }
    return total;
  }

  /** Copies, or without a target skips, up to {@code max} bytes that are there already. */
  private long consume(long max, ByteBuffer into) {
    long n = 0;
    lock.lock();
    try {
      for (ByteBuffer c; n < max && (c = chunks.peek()) != null; ) {
        int k = (int) Math.min(max - n, c.remaining());
        if (into != null) {
          into.put(into.position(), c, c.position(), k).position(into.position() + k);
        }
        c.position(c.position() + k);
        n += k;
        if (!c.hasRemaining()) {
          chunks.poll();
        }
      }
      buffered -= n;
    } finally {
      lock.unlock();
    }
    if (bufferBytes > 0) {
      pump();
    }
    return n;
  }

  private ArrayDeque<ByteBuffer> takeChunks() {
    ArrayDeque<ByteBuffer> all;
    lock.lock();
    try {
      all = chunks;
      chunks = new ArrayDeque<>();
      buffered = 0;
    } finally {
      lock.unlock();
    }
    if (bufferBytes > 0) {
      pump();
    }
    return all;
  }

  // ---- waiting

  /** Waits until there is a chunk; returns false at the end. */
  private boolean awaitChunk() throws IOException {
    for (Sight sight = look(); ; sight = look()) {
      if (sight != Sight.NOTHING) {
        return sight == Sight.CHUNK;
      }
      pump(); // what the source has ready comes without a waiter
      Deferred<Object> w = waiter();
      if (w != null) {
        await(w);
      }
    }
  }

  private enum Sight {
    CHUNK,
    NOTHING,
    END
  }

  private Sight look() throws IOException {
    lock.lock();
    try {
      if (!chunks.isEmpty()) {
        return Sight.CHUNK;
      }
      if (failure != null) {
        throw new IOException("the source of this stream failed: " + failure, failure);
      }
      demand = !ended;
      return ended ? Sight.END : Sight.NOTHING;
    } finally {
      lock.unlock();
    }
  }

  private Deferred<Object> waiter() {
    lock.lock();
    try {
      if (ended || !chunks.isEmpty()) {
        return null;
      }
      if (waiter == null) {
        waiter = Deferred.create(null);
      }
      return waiter;
    } finally {
      lock.unlock();
    }
  }

  private static void await(Deferred<Object> w) throws IOException {
    try {
      w.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      InterruptedIOException io = new InterruptedIOException("interrupted while reading");
      io.initCause(e);
      throw io;
    }
  }

  // ---- taking: one take at a time, by whoever set the flag

  private void pump() {
    while (claimTake()) {
      IDeferred taken;
      try {
        taken = (IDeferred) source.take(END, Boolean.FALSE);
      } catch (Throwable t) {
        fail(t);
        return;
      }
      if (!taken.realized()) {
        listen(taken);
        return;
      }
      Object value = taken.successValue(this);
      if (value == this) {
        fail(taken.errorValue(null));
        return;
      }
      accept(value);
    }
  }

  private boolean claimTake() {
    lock.lock();
    try {
      boolean room = bufferBytes > 0 && buffered <= bufferBytes;
      if (taking || ended || !(room || (demand && buffered == 0))) {
        return false;
      }
      taking = true;
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void listen(IDeferred taken) {
    Taken callback = new Taken();
    if (taken instanceof Deferred<?> d) {
      d.listen(callback);
    } else {
      taken.onRealized(Functions.of(callback::onSuccess), Functions.of(callback::onError));
    }
  }

  private final class Taken extends Callback {
    @Override
    protected void onSuccess(Object value) {
      accept(value);
      pump();
    }

    @Override
    protected void onError(Object error) {
      fail(error);
    }
  }

  private void accept(Object message) {
    if (message == END && source instanceof Failable f && f.failure(END) != END) {
      fail(f.failure(null)); // an error that is told beside the messages
      return;
    }
    ByteBuffer chunk = null;
    Throwable wrong = message == END ? Sources.failure(source) : null;
    try {
      chunk = message == END ? null : Bytes.view(message);
    } catch (Throwable t) {
      wrong = t;
    }
    if (wrong != null) {
      fail(wrong);
      return;
    }
    Deferred<Object> w = null;
    lock.lock();
    try {
      taking = false;
      if (chunk == null) {
        ended = true;
      } else if (chunk.hasRemaining() && !ended) {
        chunks.add(chunk);
        buffered += chunk.remaining();
        demand = false;
      }
      w = ended || !chunks.isEmpty() ? takeWaiter() : null;
    } finally {
      lock.unlock();
    }
    wake(w);
  }

  private void fail(Object error) {
    if (finish(Sources.asThrowable(error))) {
      Sources.close(source);
    }
  }

  /** Closes the source; what waits to be read is dropped. Idempotent, never waits. */
  @Override
  public void close() {
    if (finish(null)) {
      Sources.close(source);
    }
  }

  private boolean finish(Throwable cause) {
    Deferred<Object> w;
    lock.lock();
    try {
      if (cause == null) {
        chunks.clear();
        buffered = 0;
        failure = null;
      }
      if (ended) {
        return false;
      }
      ended = true;
      failure = cause;
      w = takeWaiter();
    } finally {
      lock.unlock();
    }
    wake(w);
    return true;
  }

  private Deferred<Object> takeWaiter() {
    Deferred<Object> w = waiter;
    waiter = null;
    return w;
  }

  private static void wake(Deferred<Object> w) {
    if (w != null) {
      w.success(null);
    }
  }
}
