package weir.stream;

import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import weir.deferred.Callback;
import weir.deferred.Deferred;
import weir.executor.Pools;

/**
 * Puts into a blocking queue. A put that finds no room waits on a thread of the wait pool, in order
 * with others. A put that is withdrawn in the moment that room appears is taken out again; only a
 * consumer that is faster than that gets a message whose put was answered otherwise.
 */
final class QueueSink extends SimpleSink {

  private static final long SLICE_MS = 100;

  /** A put that waits. When it is realized from outside, the thread that inserts it is woken. */
  private static final class Put extends Callback {
    final Object message;
    final Deferred<Object> answer;
    final AtomicReference<Thread> inserter = new AtomicReference<>();

    Put(Object message, Deferred<Object> answer) {
      this.message = message;
      this.answer = answer;
    }

    @Override
    protected void onSuccess(Object value) {
      Thread t = inserter.getAndSet(null);
      if (t != null) {
        t.interrupt();
      }
    }

    @Override
    protected void onError(Object error) {
      onSuccess(error);
    }
  }

  private final BlockingQueue<Object> queue;
  private final Queue<Put> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicInteger todo = new AtomicInteger();

  QueueSink(BlockingQueue<Object> queue) {
    this.queue = queue;
  }

  @Override
  public Object isSynchronous() {
    return Boolean.TRUE;
  }

  @Override
  public Object put(Object x, Object blocking) {
    return put(x, blocking, null, null);
  }

  @Override
  public Object put(Object x, Object blocking, Object timeout, Object timeoutVal) {
    if (x == null) {
      throw new AssertionError("a blocking queue cannot hold nil");
    }
    boolean wait = Args.isTrue(blocking);
    if (closing().happened()) {
      return wait ? Boolean.FALSE : Deferred.FALSE;
    }
    if (todo.get() == 0 && queue.offer(x)) {
      return wait ? Boolean.TRUE : Deferred.TRUE;
    }
    Deferred<Object> answer = Deferred.create();
    Put put = new Put(x, answer);
    answer.listen(put);
    waiting.add(put);
    if (todo.getAndIncrement() == 0) {
      Pools.waitPool().execute(this::work);
    }
    Expiry.limit(answer, timeout, timeoutVal);
    return wait ? Blocking.answer(answer) : answer;
  }

  private void work() {
    do {
      Put p = waiting.poll();
      boolean inserted = !p.answer.realized() && insert(p);
      if (!p.answer.success(inserted) && inserted) {
        queue.remove(p.message); // withdrawn while it went in
      }
    } while (todo.decrementAndGet() > 0);
  }

  private boolean insert(Put p) {
    Thread me = Thread.currentThread();
    p.inserter.set(me);
    boolean interrupted = false;
    try {
      while (!closing().happened() && !p.answer.realized()) {
        if (queue.offer(p.message, SLICE_MS, TimeUnit.MILLISECONDS)) {
          return true;
        }
      }
    } catch (InterruptedException e) {
      interrupted = true; // withdrawn, or the pool is shut down
    } finally {
      if (!p.inserter.compareAndSet(me, null) && !interrupted) {
        while (!Thread.interrupted()) {
          Thread.onSpinWait(); // the interrupt is on its way and must not hit the next put
        }
      }
    }
    return false;
  }

  @Override
  public Object description() {
    return Describe.map(
        queue.getClass().getCanonicalName(),
        "buffer-size",
        queue.size(),
        "buffer-capacity",
        (long) queue.size() + queue.remainingCapacity(),
        "sink?",
        true,
        "closed?",
        isClosed());
  }
}
