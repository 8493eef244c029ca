package weir.stream;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import manifold.stream.core.IEventSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.deferred.Deferred;
import weir.executor.CurrentExecutor;
import weir.executor.Pools;

/**
 * A source over something that is asked for its next element, which may block or run foreign code.
 * One take at a time is served, in order. What may block runs on the wait pool, or on the thread of
 * a blocking take; an element whose take was withdrawn meanwhile goes to the next one.
 */
abstract class PullSource extends EventStream implements IEventSource, Failable {

  private static final Logger LOG = LoggerFactory.getLogger(PullSource.class);

  private record Take(Deferred<Object> deferred, Object whenDrained) {}

  private final Executor executor = CurrentExecutor.get();
  private final Queue<Take> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicInteger todo = new AtomicInteger(); // above zero: somebody pulls
  private final Ending drained = new Ending();
  private volatile boolean stopped;
  private volatile Failure failure;

  // Only the one who pulls touches these.
  private Object spare = Stream.NONE; // taken, but not delivered
  private boolean tellsError; // the failure was not told to a take yet

  /** The next element, {@link Stream#END}, or {@link Stream#NONE} if that would take time. */
  Object tryPull() throws Exception {
    return Stream.NONE;
  }

  /** The next element or {@link Stream#END}. Should return soon after {@link #isStopped}. */
  abstract Object pull() throws Exception;

  /** Gives up what is behind this; called once, at the end or when closed. */
  void release() throws Exception {}

  /** Gives back an element that was pulled while the source was closed. */
  void putBack(Object x) {}

  final boolean isStopped() {
    return stopped;
  }

  @Override
  public Object isSynchronous() {
    return Boolean.TRUE;
  }

  // ---- taking

  @Override
  public Object take(Object dflt, Object blocking) {
    return take(dflt, blocking, null, null);
  }

  @Override
  public Object take(Object dflt, Object blocking, Object timeout, Object timeoutVal) {
    boolean wait = Args.isTrue(blocking);
    if (todo.compareAndSet(0, 1)) {
      Object x = nextOrLetGo(wait && timeout == null);
      if (x != Stream.NONE) {
        return served(x, dflt, wait);
      }
      Deferred<Object> d = queue(dflt);
      Pools.waitPool().execute(this::work); // holding the ownership
      return Expiring.result(d, wait, timeout, timeoutVal);
    }
    Deferred<Object> d = queue(dflt);
    if (todo.getAndIncrement() == 0) {
      Pools.waitPool().execute(this::work);
    }
    return Expiring.result(d, wait, timeout, timeoutVal);
  }

  /** What a blocking take returns; {@link Stream#END} once drained. */
  final Object await() {
    return todo.compareAndSet(0, 1)
        ? served(nextOrLetGo(true), Stream.END, true)
        : take(Stream.END, Boolean.TRUE, null, null);
  }

  /** As the owner: an interrupt of the calling thread ends its take, not the source. */
  private Object nextOrLetGo(boolean mayBlock) {
    try {
      return next(mayBlock);
    } catch (InterruptedException e) {
      letGo();
      throw Blocking.sneaky(e);
    }
  }

  private void letGo() {
    if (todo.decrementAndGet() > 0) {
      Pools.waitPool().execute(this::work);
    }
  }

  private Deferred<Object> queue(Object dflt) {
    Deferred<Object> d = Deferred.create(executor);
    waiting.add(new Take(d, dflt));
    return d;
  }

  /** As the owner, with a result: lets go, passing the ownership on if others wait. */
  private Object served(Object x, Object dflt, boolean wait) {
    boolean error = x == Stream.END && failure != null && errorIsTaken();
    letGo();
    if (x != Stream.END) {
      return wait ? x : Deferred.of(x, executor);
    }
    if (!error) {
      return wait ? dflt : Deferred.of(dflt, executor);
    }
    Deferred<Object> failed = Deferred.failed(failure.error(), executor);
    return wait ? Blocking.take(failed) : failed;
  }

  /** True once, for the take that is told the error; later ones see the end. */
  private boolean errorIsTaken() {
    boolean first = tellsError;
    tellsError = false;
    return first;
  }

  /** As the owner: serves what waits. */
  private void work() {
    int missed = todo.get();
    do {
      Take t;
      while ((t = waiting.poll()) != null) {
        serve(t);
      }
      missed = todo.addAndGet(-missed);
    } while (missed > 0);
  }

  private void serve(Take t) {
    if (t.deferred.realized()) {
      return;
    }
    Object x;
    try {
      x = next(true);
    } catch (InterruptedException e) {
      t.deferred.error(e); // the pool is shut down
      return;
    }
    if (x == Stream.END) {
      Failure f = failure;
      if (f != null && errorIsTaken()) {
        t.deferred.error(f.error());
      } else {
        t.deferred.success(t.whenDrained);
      }
    } else if (!t.deferred.success(x)) {
      spare = x;
    }
  }

  private Object next(boolean mayBlock) throws InterruptedException {
    Object x = spare;
    spare = Stream.NONE;
    if (x != Stream.NONE) {
      return x;
    }
    if (stopped) {
      return Stream.END;
    }
    try {
      x = tryPull();
      if (x == Stream.NONE && mayBlock) {
        x = pull();
      }
    } catch (InterruptedException e) {
      throw e;
    } catch (Throwable e) {
      x = failed(e);
    }
    if (stopped && x != Stream.END) {
      if (x != Stream.NONE) {
        putBack(x);
      }
      return Stream.END;
    }
    if (x == Stream.END) {
      stop();
    }
    return x;
  }

  private Object failed(Throwable e) {
    if (stopped) {
      return Stream.END; // closing is what broke it
    }
    LOG.error("error in the source of a stream, which ends it", e);
    failure = new Failure(e);
    tellsError = tellsErrors();
    return Stream.END;
  }

  /** False if a take should see an ordinary end when the source throws. */
  boolean tellsErrors() {
    return true;
  }

  // ---- ending

  private void stop() {
    stopped = true;
    if (drained.happen()) {
      try {
        release();
      } catch (Throwable e) {
        LOG.error("error while closing the source of a stream", e);
      }
    }
  }

  /** Stops the source: it is drained, and waiting takes are answered at once. */
  @Override
  public Object close() {
    stop();
    Take t;
    while ((t = waiting.poll()) != null) {
      t.deferred.success(t.whenDrained);
    }
    return null;
  }

  @Override
  public void fail(Object error) {
    failure = new Failure(error);
    close();
  }

  @Override
  public Object failure(Object dflt) {
    Failure f = failure;
    return f == null ? dflt : f.error();
  }

  @Override
  public Object markDrained() {
    return close();
  }

  @Override
  public Boolean isDrained() {
    return drained.happened();
  }

  @Override
  public Object onDrained(Object callback) {
    drained.add((Runnable) callback);
    return null;
  }

  @Override
  public Object connector(Object sink) {
    return null;
  }
}
