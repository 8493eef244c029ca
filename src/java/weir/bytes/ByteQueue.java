package weir.bytes;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import weir.deferred.Deferred;

/**
 * A queue of bytes whose writers learn when to go on and whose readers are told when bytes are
 * there. Nothing is dropped: a put beyond the capacity is kept, only its answer waits.
 *
 * <p>Arrays and buffers are kept, not copied, until their bytes are taken. Answers are given
 * outside the lock, on the thread that caused them.
 */
public final class ByteQueue {

  private record Take(ByteBuffer into, int start, boolean eager, Deferred<Object> result) {
    int taken() {
      return into.position() - start;
    }
  }

  private final int capacity;
  private final Lock lock; // null when the caller makes sure of one thread at a time
  private final ArrayDeque<ByteBuffer> chunks = new ArrayDeque<>(); // none is empty
  private final ArrayDeque<Take> takes = new ArrayDeque<>();
  private List<Deferred<Object>> puts = new ArrayList<>(); // accepted, but beyond the capacity
  private long buffered;
  private boolean closed;

  private ByteQueue(int capacity, Lock lock) {
    this.capacity = capacity;
    this.lock = lock;
  }

  /** Returns a queue for any number of threads; puts wait while it holds more than {@code n} bytes. */
  public static ByteQueue locked(int n) {
    return new ByteQueue(n, new ReentrantLock());
  }

  /** Returns a queue that one thread at a time may use. */
  public static ByteQueue unlocked(int n) {
    return new ByteQueue(n, null);
  }

  private void lock() {
    if (lock != null) {
      lock.lock();
    }
  }

  private void unlock() {
    if (lock != null) {
      lock.unlock();
    }
  }

  // ---- writing

  /** Adds bytes at the end; as {@link #put(ByteBuffer)}. */
  public Deferred<Object> put(byte[] array, int offset, int length) {
    return put(ByteBuffer.wrap(array, offset, length));
  }

  /**
   * Adds bytes at the end.
   *
   * @return true at once while at most the capacity waits, else when takes bring it there; false
   *     once the queue is closed
   */
  public Deferred<Object> put(ByteBuffer bytes) {
    return add(bytes, false);
  }

  /** Gives bytes back: the next take gets them first. Waiting takes come before. */
  public Deferred<Object> pushBack(ByteBuffer bytes) {
    return add(bytes, true);
  }

  /** Gives bytes back; as {@link #pushBack(ByteBuffer)}. */
  public Deferred<Object> pushBack(byte[] array, int offset, int length) {
    return pushBack(ByteBuffer.wrap(array, offset, length));
  }

  private Deferred<Object> add(ByteBuffer bytes, boolean front) {
    ByteBuffer chunk = bytes.duplicate();
    List<Runnable> answers = new ArrayList<>(2);
    Deferred<Object> result;
    lock();
    try {
      if (closed && !front) {
        return Deferred.of(Boolean.FALSE);
      }
      if (chunk.hasRemaining()) {
        addChunk(chunk, front);
      }
      serveTakes(answers);
      if (buffered <= capacity || closed) {
        result = Deferred.of(Boolean.TRUE);
      } else {
        result = Deferred.create();
        puts.add(result);
      }
    } finally {
      unlock();
    }
    answers.forEach(Runnable::run);
    return result;
  }

  private void addChunk(ByteBuffer chunk, boolean front) {
    buffered += chunk.remaining();
    if (front) {
      chunks.addFirst(chunk);
    } else {
      chunks.addLast(chunk);
    }
  }

  // ---- reading

  /**
   * Takes exactly {@code length} bytes; fewer only if the queue is closed.
   *
   * @return how many bytes were copied
   */
  public Deferred<Object> take(byte[] array, int offset, int length) {
    return take(array, offset, length, false);
  }

  /**
   * Takes up to {@code length} bytes as soon as there is one.
   *
   * @return how many bytes were copied; 0 only at the end or when none are wanted
   */
  public Deferred<Object> eagerTake(byte[] array, int offset, int length) {
    return take(array, offset, length, true);
  }

  private Deferred<Object> take(byte[] array, int offset, int length, boolean eager) {
    Objects.checkFromIndexSize(offset, length, array.length);
    if (length == 0) {
      return Deferred.of(0L);
    }
    Deferred<Object> result = Deferred.create();
    List<Runnable> answers = new ArrayList<>(2);
    lock();
    try {
      takes.add(new Take(ByteBuffer.wrap(array, offset, length), offset, eager, result));
      serveTakes(answers);
    } finally {
      unlock();
    }
    answers.forEach(Runnable::run);
    return result;
  }

  /** Copies to the takes in their order; collects what to answer once the lock is given up. */
  private void serveTakes(List<Runnable> answers) {
    for (Take t; (t = takes.peek()) != null; ) {
      copy(t.into);
      boolean served = !t.into.hasRemaining() || closed || t.eager && t.taken() > 0;
      if (!served) {
        break;
      }
      takes.poll();
      long n = t.taken();
      Deferred<Object> result = t.result;
      answers.add(() -> result.success(n));
    }
    if (buffered <= capacity && !puts.isEmpty()) {
      answer(puts, Boolean.TRUE, answers);
      puts = new ArrayList<>();
    }
  }

  private static void answer(List<Deferred<Object>> all, Object value, List<Runnable> answers) {
    answers.add(() -> all.forEach(d -> d.success(value)));
  }

  private void copy(ByteBuffer into) {
    for (ByteBuffer c; into.hasRemaining() && (c = chunks.peek()) != null; ) {
      int n = Math.min(into.remaining(), c.remaining());
      into.put(into.position(), c, c.position(), n).position(into.position() + n);
      c.position(c.position() + n);
      buffered -= n;
      if (!c.hasRemaining()) {
        chunks.poll();
      }
    }
  }

  /** Returns how many bytes can be taken without waiting. */
  public long available() {
    lock();
    try {
      return buffered;
    } finally {
      unlock();
    }
  }

  // ---- ending

  /**
   * Ends the queue. What it holds can still be taken; takes that wait get what there is; puts that
   * wait, and all later ones, are answered false.
   */
  public void close() {
    List<Runnable> answers = new ArrayList<>(2);
    lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      answer(puts, Boolean.FALSE, answers);
      puts = new ArrayList<>();
      serveTakes(answers);
    } finally {
      unlock();
    }
    answers.forEach(Runnable::run);
  }
}
