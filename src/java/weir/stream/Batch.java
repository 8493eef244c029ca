package weir.stream;

import clojure.lang.IFn;
import clojure.lang.PersistentVector;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToLongFunction;
import manifold.stream.core.IEventSource;
import weir.deferred.Deferred;
import weir.time.CurrentClock;

/**
 * Groups messages by the sum of their sizes and by the age of the first. Messages come one at a
 * time, but the timer may come in between.
 */
final class Batch implements CallbackSink.Callback {

  private final ToLongFunction<Object> metric;
  private final long maxSize;
  private final Number maxLatency;
  private final manifold.time.IClock clock = CurrentClock.get();
  private final Stream<Object> out = Stream.create();

  private final ReentrantLock lock = new ReentrantLock(); // no foreign code inside
  // Guarded by the lock.
  private List<Object> batch = new ArrayList<>();
  private long size;
  private long generation; // of the batch, so that a timer that comes late hits nothing
  private Object timer;
  private Deferred<Boolean> lastPut = Deferred.TRUE;

  private Batch(ToLongFunction<Object> metric, long maxSize, Number maxLatency) {
    this.metric = metric;
    this.maxSize = maxSize;
    this.maxLatency = maxLatency;
  }

  static IEventSource start(
      Object s, ToLongFunction<Object> metric, long maxSize, Number maxLatency) {
    if (maxSize <= 0) {
      throw new AssertionError("max-size: " + maxSize + " (expected: more than zero)");
    }
    Batch b = new Batch(metric, maxSize, maxLatency);
    ConnectOptions options = Operators.described("batch").withDownstream(false);
    CallbackSink sink = new CallbackSink(b, b.out, true, options.description());
    sink.onEnd(b::end);
    Streams.connect(s, sink, options);
    return new SourceView(b.out);
  }

  @Override
  public Object accept(Object message) {
    long n = metric.applyAsLong(message);
    Object full = null;
    Object complete = null;
    boolean first;
    lock.lock();
    try {
      if (size + n > maxSize && !batch.isEmpty()) {
        full = takeBatch();
      }
      first = batch.isEmpty();
      batch.add(message);
      size += n;
      if (size >= maxSize) {
        complete = takeBatch();
      }
    } finally {
      lock.unlock();
    }
    if (full != null) {
      put(full);
    }
    if (complete != null) {
      put(complete);
    } else if (first && maxLatency != null) {
      startTimer();
    }
    return pendingPut();
  }

  /** Under the lock. */
  private Object takeBatch() {
    Object vector = PersistentVector.create((Iterable<?>) batch);
    batch = new ArrayList<>();
    size = 0;
    generation++;
    Object t = timer;
    timer = null;
    return t == null ? vector : new Timed(vector, t);
  }

  /** A batch and the timer that need not come any more. */
  private record Timed(Object batch, Object timer) {}

  private void put(Object taken) {
    Object vector = taken;
    if (taken instanceof Timed t) {
      ((IFn) t.timer).invoke();
      vector = t.batch;
    }
    Deferred<Boolean> answer = out.put(vector);
    lock.lock();
    try {
      lastPut = answer;
    } finally {
      lock.unlock();
    }
  }

  /** What the next message has to wait for. */
  private Deferred<Boolean> pendingPut() {
    lock.lock();
    try {
      return lastPut;
    } finally {
      lock.unlock();
    }
  }

  private void startTimer() {
    long mine;
    lock.lock();
    try {
      mine = generation;
    } finally {
      lock.unlock();
    }
    Object cancel = clock.in(maxLatency.doubleValue(), () -> flush(mine));
    lock.lock();
    try {
      if (generation == mine) {
        timer = cancel;
        return;
      }
    } finally {
      lock.unlock();
    }
    ((IFn) cancel).invoke();
  }

  private void flush(long which) {
    Object taken;
    lock.lock();
    try {
      if (generation != which || batch.isEmpty()) {
        return;
      }
      timer = null;
      taken = takeBatch();
    } finally {
      lock.unlock();
    }
    put(taken);
  }

  private void end(Failure because) {
    Object rest = null;
    lock.lock();
    try {
      if (!batch.isEmpty()) {
        rest = takeBatch();
      }
    } finally {
      lock.unlock();
    }
    if (rest != null) {
      put(rest);
    }
    Ends.close(out, because);
  }
}
